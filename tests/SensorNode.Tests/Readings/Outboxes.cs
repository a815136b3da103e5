using CsCheck;
using SensorNode.Readings.Outbox;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

public class Outboxes
{
    [Fact]
    public void A_sample_is_taken_with_the_commit_and_not_before()
    {
        var outbox = Samples.Open(new CrashingFiles(new Random(1)));
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        Assert.Equal(new(1, 1), outbox.Kept(Lane.Raw));
        outbox.Commit(Lane.Raw);
        Assert.Equal(new(1, 2), outbox.Kept(Lane.Raw));
        Assert.Equal(3, outbox.Counts.TakenTotal);
    }

    [Fact]
    public void What_is_older_than_the_limit_beside_the_newest_goes_a_file_at_a_time_and_is_counted_if_no_hub_has_it()
    {
        var outbox = Samples.Open(new CrashingFiles(new Random(1)), limitBytes: 1 << 20);
        const int days = 10, aDay = 2_000;
        for (var i = 0; i < days * aDay; i++)
        {
            outbox.Take("bme", Lane.Raw, Samples.Air(outbox, Samples.Start + i * 86_400_000L / aDay));
            if (i % 8 == 7) outbox.Commit(Lane.Raw);
        }
        var before = outbox.Kept(Lane.Raw);
        outbox.DropOlderThan(TimeSpan.FromDays(days));
        Assert.Equal(before, outbox.Kept(Lane.Raw));
        outbox.MarkAnswered(Lane.Raw, aDay / 8);
        outbox.DropOlderThan(TimeSpan.FromDays(3));
        using var reader = outbox.OpenReader();
        var oldest = reader.Read(new(Lane.Raw, outbox.Kept(Lane.Raw).Oldest))!.Readings[0].At;
        var age = (Samples.Start + (days - 1) * 86_400_000L - oldest.UnixMilliseconds) / 86_400_000.0;
        Assert.InRange(age, 1.9, 2.7); // a file beyond three days of ten at the most
        Assert.Equal(before.Next, outbox.Kept(Lane.Raw).Next);
        Assert.InRange(outbox.Counts.AgedTotal, 5 * aDay * 3, 7 * aDay * 3); // the first day was answered
        Assert.Equal(0, outbox.Counts.DroppedTotal);
    }

    [Fact]
    public void Samples_of_one_device_between_two_commits_are_one_batch_and_come_back_as_they_were()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        var air = Enumerable.Range(0, 3).Select(i => Samples.Air(outbox, Samples.Start + 1000 * i)).ToList();
        var fault = new[] { Reading.Failed(Quantity.AirTemperature, new(Samples.Start), ReadingOrder.Of(outbox.Boot, outbox.NextSample()), ReadFault.BadChecksum, ClockTrust.Unsynced) };
        foreach (var sample in air) outbox.Take("bme", Lane.Raw, sample);
        outbox.Take("other", Lane.Raw, fault);
        outbox.Commit(Lane.Raw);
        using var reader = Samples.Open(files).OpenReader();
        var first = reader.Read(new(Lane.Raw, 1))!;
        Assert.Equal("bme", first.Device);
        Assert.Equal(air.SelectMany(sample => sample), first.Readings);
        Assert.Equal(air.Select(sample => new SampleRun(sample[0].Order, ClockTrust.Synced, 3)), first.Position.Samples);
        var second = reader.Read(new(Lane.Raw, 2))!;
        Assert.Equal("other", second.Device);
        Assert.Equal(fault, second.Readings);
        Assert.Null(reader.Read(new(Lane.Raw, 3)));
    }

    [Fact]
    public void Every_value_comes_back_to_the_bit() =>
        Gen.Select(Gen.Double, Gen.Long[0, Instant.Max.UnixMilliseconds], Gen.Int[0, 2]).Sample((value, at, clock) =>
        {
            var outbox = Samples.Open(new CrashingFiles(new Random(1)));
            var reading = Reading.Measured(Quantity.WaterLevel, new(at), ReadingOrder.Of(outbox.Boot, ReadingOrder.MaxSample), value, (ClockTrust)clock, Quality.Suspect);
            outbox.Take("level", Lane.Aggregate, [reading]);
            outbox.Commit(Lane.Raw);
            using var reader = outbox.OpenReader();
            Assert.Equal(reading, reader.Read(new(Lane.Aggregate, 1))!.Readings.Single());
        }, iter: 300);

    [Fact]
    public void Of_a_chip_that_tells_hundredths_a_reading_takes_at_most_eight_bytes_and_nothing_of_it_is_lost()
    {
        var outbox = Samples.Open(new CrashingFiles(new Random(1)));
        var taken = new List<Reading>();
        for (var second = 0; second < 600; second++)
        {
            var order = ReadingOrder.Of(outbox.Boot, outbox.NextSample());
            var at = new Instant(Samples.Start + second * 1000L);
            Reading[] sample =
            [
                Reading.Measured(Quantity.AirTemperature, at, order, Math.Round(-1.5 + second * 0.01, 2)),
                Reading.Measured(Quantity.AirPressure, at, order, Math.Round(1013 + second % 7 * 0.01, 2)),
                Reading.Measured(Quantity.RelativeHumidity, at, order, Math.Round(48 - second % 50 * 0.13, 2)),
            ];
            outbox.Take("bme", Lane.Raw, sample);
            taken.AddRange(sample);
            if (second % 3 == 2 || second > 300) outbox.Commit(Lane.Raw);
        }
        Assert.InRange((double)outbox.Bytes / taken.Count, 4, 8);
        using var reader = outbox.OpenReader();
        var read = new List<Reading>();
        for (var batch = 1ul; batch < outbox.Kept(Lane.Raw).Next; batch++) read.AddRange(reader.Read(new(Lane.Raw, batch))!.Readings);
        Assert.Equal(taken, read);
    }

    [Fact]
    public void At_three_quantities_a_sample_and_one_sample_a_second_a_reading_takes_at_most_twenty_bytes()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        for (var second = 0; second < 600; second++)
        {
            for (var device = 0; device < 10; device++) outbox.Take($"bme-{device}", Lane.Raw, Samples.Air(outbox, Samples.Start + second * 1000L + device * 13));
            outbox.Commit(Lane.Raw);
        }
        Assert.Equal(18_000, outbox.Counts.TakenTotal);
        Assert.InRange(outbox.Bytes / 18_000.0, 10, 20);
    }

    [Fact]
    public void A_commit_of_many_devices_costs_one_fsync_and_one_with_nothing_costs_none()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        var before = files.FsyncCount;
        for (var device = 0; device < 50; device++) outbox.Take($"bme-{device}", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        Assert.Equal(before + 1, files.FsyncCount);
        outbox.Commit(Lane.Raw);
        Assert.Equal(before + 1, files.FsyncCount);
    }

    [Fact]
    public void Committing_alerts_leaves_the_rest_for_the_second()
    {
        var outbox = Samples.Open(new CrashingFiles(new Random(1)));
        var asked = 0;
        outbox.AlertPending += () => asked++;
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        Assert.Equal(0, asked);
        outbox.Take("smoke", Lane.Alert, Samples.Smoke(outbox, on: true));
        Assert.Equal(1, asked);
        outbox.Commit(Lane.Alert);
        Assert.Equal((2ul, 1ul), (outbox.Kept(Lane.Alert).Next, outbox.Kept(Lane.Raw).Next));
    }

    [Fact]
    public void A_full_outbox_gives_up_answered_batches_first_then_raw_ones_and_keeps_alerts()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files, 1 << 20);
        outbox.Take("smoke", Lane.Alert, Samples.Smoke(outbox, on: true));
        var oldestBefore = 0ul;
        for (var i = 0; outbox.Counts.DroppedTotal == 0; i++)
        {
            oldestBefore = outbox.Kept(Lane.Raw).Oldest;
            outbox.Take("bme", Lane.Raw, Samples.Air(outbox, Samples.Start + i));
            if (i == 1000) outbox.MarkAnswered(Lane.Raw, 20);
            if (i % 50 == 0) outbox.Commit(Lane.Raw);
            Assert.True(i < 200_000, "it never gets full");
        }
        Assert.True(oldestBefore > 1, "what was answered did not go first");
        Assert.Equal(new(1, 2), outbox.Kept(Lane.Alert));
        Assert.InRange(outbox.Bytes, 1 << 19, 1 << 20);

        var dropped = outbox.Counts.DroppedTotal;
        outbox.MarkAnswered(Lane.Raw, outbox.Kept(Lane.Raw).Next - 1);
        for (var i = 0; i < 10_000; i++)
        {
            outbox.Take("bme", Lane.Raw, Samples.Air(outbox, Samples.Start + i));
            if (i % 50 == 0) outbox.Commit(Lane.Raw);
        }
        Assert.Equal(dropped, outbox.Counts.DroppedTotal); // what went had been answered
    }

    [Fact]
    public void Answered_batches_stay_until_their_space_is_needed()
    {
        var outbox = Samples.Open(new CrashingFiles(new Random(1)));
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        outbox.MarkAnswered(Lane.Raw, 1);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        Assert.Equal(new(1, 3), outbox.Kept(Lane.Raw));
    }

    [Fact]
    public void A_full_disk_is_survived_what_waits_is_taken_later_and_what_found_no_room_is_counted()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        files.Room = 10;
        for (var i = 0; i < DiskOutbox.MaxPendingReadings / 3 + 5; i++)
        {
            outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
            if (i % 500 == 0) outbox.Commit(Lane.Raw);
        }
        Assert.NotNull(outbox.Refusal);
        Assert.Equal(5, outbox.Counts.NotTakenTotal);
        outbox.Take("smoke", Lane.Alert, Samples.Smoke(outbox, on: true)); // alerts have room of their own
        Assert.Equal(5, outbox.Counts.NotTakenTotal);
        Assert.Equal(3, outbox.Counts.TakenTotal);
        files.Room = null;
        outbox.Commit(Lane.Raw);
        Assert.Null(outbox.Refusal);
        Assert.Equal(3 + DiskOutbox.MaxPendingReadings / 3 * 3 + 1, outbox.Counts.TakenTotal);
        Assert.Equal(new(1, 2), outbox.Kept(Lane.Alert));
        Assert.DoesNotContain(Samples.Kept(outbox), kept => kept.Value.StartsWith(' '));
    }

    [Fact]
    public void A_new_outbox_on_a_full_disk_starts_and_takes_once_there_is_room()
    {
        var files = new CrashingFiles(new Random(1)) { Room = 0 };
        var outbox = Samples.Open(files);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        Assert.Equal(0, outbox.Counts.TakenTotal);
        files.Room = null;
        outbox.Commit(Lane.Raw);
        Assert.Equal(3, outbox.Counts.TakenTotal);
    }

    [Fact]
    public void Numbers_can_be_moved_above_what_a_hub_has_seen()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        Assert.True(outbox.SkipTo(Lane.Raw, 10));
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
        outbox.Commit(Lane.Raw);
        var again = Samples.Open(files);
        Assert.Equal(new(1, 11), again.Kept(Lane.Raw));
        using var reader = again.OpenReader();
        Assert.Equal([3, 0, 3], new ulong[] { 1, 5, 10 }.Select(batch => reader.Read(new(Lane.Raw, batch))!.Readings.Length));
    }

    [Fact]
    public void What_a_birth_tells_is_the_newest_taken_reading_even_after_a_restart()
    {
        var files = new CrashingFiles(new Random(1));
        var outbox = Samples.Open(files);
        var newest = Array.Empty<Reading>();
        for (var i = 0; i < 5; i++) outbox.Take("bme", Lane.Raw, newest = Samples.Air(outbox, Samples.Start + i));
        Assert.Empty(outbox.Newest());
        outbox.Commit(Lane.Raw);
        Assert.Equal(newest, outbox.Newest().Select(value => value.Reading).OrderBy(reading => reading.Quantity));
        Assert.Equal(newest, Samples.Open(files).Newest().Select(value => value.Reading).OrderBy(reading => reading.Quantity));
    }

    [Fact]
    public void A_second_process_is_kept_out_of_the_directory()
    {
        var folder = Directory.CreateTempSubdirectory("outbox");
        try
        {
            using var files = new DiskFileLayer(folder.FullName);
            Assert.Throws<IOException>(() => new DiskFileLayer(folder.FullName));
            using (var outbox = Samples.Open(files))
            {
                for (var i = 0; i < 1000; i++)
                {
                    outbox.Take($"bme-{i % 7}", Lane.Raw, Samples.Air(outbox));
                    if (i % 100 == 0) outbox.Commit(Lane.Raw);
                }
            }
            using var again = Samples.Open(files);
            Assert.Equal(1000, Samples.Kept(again).Values.Sum(text => text.Split("SampleRun").Length - 1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
