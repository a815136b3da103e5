using SensorNode.Readings.Outbox;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

public class OutboxCrashes
{
    [Fact]
    public void After_a_power_cut_at_any_point_every_taken_batch_is_there_nothing_is_invented_and_no_number_means_two_things()
    {
        var (cuts, torn, reopened) = (0, 0L, 0);
        for (var seed = 0; cuts < 1000; seed++)
        {
            var chance = new Random(seed);
            var files = new CrashingFiles(chance);
            var taken = new Dictionary<Position, string>(); // what was safe by the outbox's own word, over all starts
            var given = new HashSet<string>();              // every reading that was ever handed in
            OutboxId? id = null;
            uint boot = 0;
            for (var start = 0; start < 6; start++)
            {
                files.OperationsLeft = chance.Next(1, 120);
                try
                {
                    var outbox = Samples.Open(files, 1 << 30);
                    reopened++;
                    torn += outbox.TornBytes;
                    if (taken.Count > 0)
                    {
                        Assert.Equal(id, outbox.Id);
                        Assert.True(outbox.Boot > boot, $"seed {seed}: boot {outbox.Boot} after {boot}");
                    }
                    var kept = Samples.Kept(outbox);
                    foreach (var (position, text) in taken) Assert.Equal(text, kept.GetValueOrDefault(position, $"seed {seed}: {position} is gone"));
                    AllGiven(kept, given, seed);
                    (id, boot) = (outbox.Id, outbox.Boot);
                    for (var step = 0; step < 40; step++) Live(outbox, chance, given, taken);
                    files.OperationsLeft = null;
                    outbox.Dispose();
                    Note(outbox, taken);
                }
                catch (PowerCut)
                {
                    cuts++;
                    files.Restart();
                }
            }
        }
        // A run in which nothing was cut off or opened again would prove nothing.
        Assert.True(torn > 0 && reopened > 1000, $"{torn} bytes torn, {reopened} starts");
    }

    [Fact]
    public void The_number_of_the_last_CONNECT_and_the_boot_survive_a_power_cut()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        Assert.Null(outbox.BdSeq);
        Assert.True(outbox.KeepBdSeq(41));
        files.Restart();
        var again = Samples.Open(files);
        Assert.Equal((byte)41, again.BdSeq);
        Assert.Equal(outbox.Boot + 1, again.Boot);
        Assert.Equal(outbox.Id, again.Id);
    }

    [Fact]
    public void Without_its_state_file_an_outbox_still_knows_itself_by_its_segments()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        files.Delete("state");
        var again = Samples.Open(files);
        Assert.Equal(outbox.Id, again.Id);
        Assert.Equal(outbox.Boot + 1, again.Boot);
        Assert.Equal(Samples.Kept(outbox), Samples.Kept(again));
    }

    [Fact]
    public void A_damaged_batch_and_those_behind_it_in_its_segment_keep_their_numbers()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files, 1 << 20);
        var second = Fill(outbox, files);
        outbox.Dispose();
        var next = outbox.Kept(Lane.Raw).Next;
        files.Rot(files.List().Where(name => name.StartsWith("raw-", StringComparison.Ordinal)).Min()!, 100);
        var again = Samples.Open(files, 1 << 20);
        Assert.Equal(next, again.Kept(Lane.Raw).Next);
        using var reader = again.OpenReader();
        Assert.NotEmpty(reader.Read(new(Lane.Raw, 1))!.Readings);
        var damaged = reader.Read(new(Lane.Raw, second - 1))!;
        Assert.Equal("", damaged.Device);
        Assert.Empty(damaged.Position.Samples);
        Assert.Equal(new(Lane.Raw, second - 1), damaged.Position.Position);
        Assert.True(again.Counts.DamagedBatches > 0);
        Assert.NotEmpty(reader.Read(new(Lane.Raw, second))!.Readings);
    }

    private static void Live(DiskOutbox outbox, Random chance, HashSet<string> given, Dictionary<Position, string> taken)
    {
        switch (chance.Next(6))
        {
            case 0:
                outbox.Take("smoke", Lane.Alert, Give(Samples.Smoke(outbox, chance.Next(2) == 0), given));
                outbox.Commit(Lane.Alert);
                break;
            case 1:
                outbox.KeepBdSeq((byte)chance.Next(256));
                break;
            case 2:
                outbox.Commit(Lane.Raw);
                break;
            default:
                outbox.Take($"bme-{chance.Next(3)}", Lane.Raw, Give(Samples.Air(outbox, Samples.Start + chance.Next(10_000)), given));
                break;
        }
        Note(outbox, taken);
    }

    private static Reading[] Give(Reading[] sample, HashSet<string> given)
    {
        foreach (var reading in sample) given.Add(reading.ToString());
        return sample;
    }

    private static void Note(DiskOutbox outbox, Dictionary<Position, string> taken)
    {
        using var reader = outbox.OpenReader();
        foreach (var lane in Enum.GetValues<Lane>())
        {
            var kept = outbox.Kept(lane);
            for (var batch = kept.Next - 1; batch >= kept.Oldest && !taken.ContainsKey(new(lane, batch)); batch--)
            {
                taken[new(lane, batch)] = Samples.Text(reader.Read(new(lane, batch))!);
            }
        }
    }

    private static void AllGiven(Dictionary<Position, string> kept, HashSet<string> given, int seed)
    {
        foreach (var text in kept.Values)
        {
            foreach (var reading in text[(text.IndexOf(']', StringComparison.Ordinal) + 2)..].Split("Reading {", StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.True(given.Contains($"Reading {{{reading.TrimEnd()}"), $"seed {seed}: nobody gave {reading}");
            }
        }
    }

    /// <summary>Fills two segments; returns the first number of the second.</summary>
    private static ulong Fill(DiskOutbox outbox, CrashingFiles files)
    {
        var seen = 0ul;
        while (files.List().Count(name => name.StartsWith("raw-", StringComparison.Ordinal)) < 2)
        {
            seen = outbox.Kept(Lane.Raw).Next;
            for (var i = 0; i < 20; i++) outbox.Take($"bme-{i}", Lane.Raw, Samples.Air(outbox));
            outbox.Commit(Lane.Raw);
        }
        var name = files.List().Where(name => name.StartsWith("raw-", StringComparison.Ordinal)).Max()!;
        Assert.True(seen > 1);
        return ulong.Parse(name["raw-".Length..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
