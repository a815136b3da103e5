using SmartCity.Telemetry;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Tests.Watch.EarlyWarning;

public sealed class ChangeWatchTests
{
    private readonly AnomalyWatch _watch = new();
    private readonly ChangeWatch _changes = new();

    [Theory]
    [InlineData(+4)]
    [InlineData(-4)]
    public void A_level_that_moves_and_stays_is_found_soon_with_its_beginning_and_its_size(double by) => Sample.Seeds((random, seed) =>
    {
        const int moves = 6000; // after three weeks
        var test = new ChangeWatchTests();
        for (var i = 0; i < moves; i++) Assert.False(test.Sees(i, Sample.Noise(random)), $"seed {seed}: a change in noise, at {i}");
        var found = moves;
        while (!test.Sees(found, by + Sample.Noise(random))) found++;
        var change = test._changes.Last!.Value;
        Assert.InRange(found, moves + 8, moves + 25);
        Assert.InRange(change.Since, At(moves - 3), At(moves + 1)); // a run may have begun in the noise before it
        Assert.Equal(At(found), change.FoundAt);
        Assert.InRange(change.By / by, 0.5, 1.25);
    });

    [Fact]
    public void What_it_found_is_the_level_from_then_on_and_is_fresh_for_60_readings()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++) Sees(i, Sample.Noise(random));
        var at = 2000;
        while (!Sees(at, 6 + Sample.Noise(random))) at++;
        for (var i = 1; i < ChangeWatch.Fresh; i++) Assert.False(Sees(at + i, 6 + Sample.Noise(random)));
        Assert.NotNull(_changes.Last);
        Sees(at + ChangeWatch.Fresh, 6);
        Assert.Null(_changes.Last);
    }

    [Fact]
    public void A_spike_of_any_height_is_no_change_and_nine_in_a_row_are_not()
    {
        var random = new Random(2);
        for (var i = 0; i < 2000; i++) Sees(i, Sample.Noise(random));
        for (var i = 0; i < 9; i++) Assert.False(Sees(2000 + i, 1e6));
    }

    [Fact]
    public void A_day_that_swings_as_it_does_every_day_changes_nothing()
    {
        var found = 0;
        Sample.Seeds((random, _) =>
        {
            var test = new ChangeWatchTests();
            for (var i = 0; i < 28 * 288; i++) found += test.Sees(i, Sample.Traffic(At(i), random)) && i > 14 * 288 ? 1 : 0;
        });
        Assert.True(found == 0, $"{found} changes in 16 weeks");
    }

    [Fact]
    public void Written_and_read_back_at_any_reading_it_finds_the_same() => Sample.Seeds((random, _) =>
    {
        var test = new ChangeWatchTests();
        var cut = random.Next(0, 1300);
        var again = test._changes;
        for (var i = 0; i < 1300; i++)
        {
            if (i == cut)
            {
                var reader = new VarintReader(Bytes(test._changes));
                Assert.True(ChangeWatch.TryRead(ref reader, out again));
                Assert.True(reader.AtEnd);
            }
            var value = Sample.Noise(random) + i / 300 * 5;
            var seen = test._watch.Observe(At(i), value);
            var found = test._changes.Observe(At(i), value, seen);
            if (i >= cut) Assert.Equal(found, again.Observe(At(i), value, seen));
        }
        Assert.Equal(Bytes(test._changes), Bytes(again));
        for (var length = 0; length < Bytes(again).Length; length++)
        {
            var reader = new VarintReader(Bytes(again).AsSpan(0, length));
            Assert.False(ChangeWatch.TryRead(ref reader, out var _));
        }
    });

    private bool Sees(int index, double value) => _changes.Observe(At(index), value, _watch.Observe(At(index), value));

    private static long At(int index) => Sample.Monday + index * 5 * Sample.Minute;

    private static byte[] Bytes(ChangeWatch watch)
    {
        var writer = new VarintWriter();
        watch.Write(writer);
        return writer.ToArray();
    }
}
