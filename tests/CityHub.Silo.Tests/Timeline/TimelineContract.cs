using CityHub.Contracts;
using CityHub.Silo.Timeline;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Tests.Timeline;

/// <summary>What every timeline promises. A store passes it by making one in <see cref="Open"/>.</summary>
public abstract class TimelineContract : IDisposable
{
    protected static readonly Instant Noon = Instant.From(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    protected static readonly SensorId Pole = new("centre.pole-1.bme280");
    private ITimeline? _timeline;

    /// <summary>Opens the store of this test; a second time after <see cref="Reopen"/> it finds what it held.</summary>
    protected abstract ITimeline Open();

    /// <summary>Moves readings on to where they stay, if the store has such places.</summary>
    protected virtual void Settle(ITimeline timeline)
    {
    }

    protected virtual void Close(ITimeline timeline) => (timeline as IDisposable)?.Dispose();

    protected ITimeline Store => _timeline ??= Open();

    protected void Reopen()
    {
        if (_timeline is not null) Close(_timeline);
        _timeline = null;
    }

    public void Dispose()
    {
        Reopen();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected virtual void CleanUp()
    {
    }

    protected static Reading Measured(int second, double value, ulong? sample = null, Quantity quantity = Quantity.AirTemperature, Quality quality = Quality.Good) =>
        Reading.Measured(quantity, Noon + TimeSpan.FromSeconds(second), ReadingOrder.Of(1, sample ?? (ulong)(second + 1_000_000)), value, quality: quality);

    protected long Append(params Reading[] readings)
    {
        var rows = Array.ConvertAll(readings, reading => new TimelineRow(Store.Series(Pole, reading.Quantity), reading));
        Assert.Equal(TimelineVerdict.Stored, Store.Append(rows, [], out var block));
        return block;
    }

    protected double[] Values(int from, int to) => Store.Read(Pole, Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(from), Noon + TimeSpan.FromSeconds(to))
        .Select(reading => reading.TryGetValue(out var value) ? value : double.NaN).ToArray();

    [Fact]
    public void A_repair_stands_beside_its_reading_and_changes_neither_it_nor_its_history()
    {
        Append(Measured(0, 20), Measured(60, 90, quality: Quality.Fail), Reading.Failed(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(120), ReadingOrder.Of(1, 1_000_120), ReadFault.NoAnswer), Measured(180, 23));
        Repair[] repairs =
        [
            new(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(60), 21, RepairMethod.Interpolation, 1),
            new(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(120), 22, RepairMethod.Neighbour, 0.2),
        ];
        var series = Store.Series(SensorId.OfRepairs(Pole), Quantity.AirTemperature);
        Assert.Equal(TimelineVerdict.Stored, Store.Append([.. repairs.Append(repairs[1]).Select(repair => new TimelineRow(series, repair.ToReading()))], [], out _));
        Look();
        Settle(Store);
        Look();
        Reopen();
        Look();

        void Look()
        {
            var (from, to) = (Noon, Noon + TimeSpan.FromMinutes(5));
            Assert.Equal([20, 90, double.NaN, 23], Values(0, 300));
            Assert.Equal(repairs, Store.Repairs(Pole, Quantity.AirTemperature, from, to));
            Assert.Equal([repairs[1]], Store.Repairs(Pole, Quantity.AirTemperature, repairs[1].At, to));
            Assert.Equal([repairs[0]], Store.Repairs(Pole, Quantity.AirTemperature, from, repairs[1].At));
            Assert.Empty(Store.Repairs(new("another"), Quantity.AirTemperature, from, to));
            var hour = Store.History(new(Pole, Quantity.AirTemperature, from, Noon + TimeSpan.FromHours(1), TimeSpan.FromHours(1))).Points.Single();
            Assert.Equal((20, 23, 4, 2), (hour.Min, hour.Max, hour.Count, hour.Good));
        }
    }

    [Fact]
    public void A_reading_comes_back_as_it_went_in_measured_or_failed()
    {
        Reading[] readings =
        [
            Reading.Measured(Quantity.AirTemperature, Noon, ReadingOrder.Of(1, 1), 21.37, ClockTrust.Holdover, Quality.Suspect),
            Reading.Failed(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(1), ReadingOrder.Of(1, 2), ReadFault.BadChecksum, ClockTrust.Unsynced),
            Reading.Measured(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(2), ReadingOrder.Of(1, 3), 1.0 / 3),
        ];
        Append(readings);
        Assert.Equal(readings, Store.Read(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromMinutes(1)));
        Settle(Store);
        Assert.Equal(readings, Store.Read(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void From_is_included_and_to_is_not()
    {
        Append(Measured(0, 1), Measured(1, 2), Measured(2, 3));
        Assert.Equal([1, 2], Values(0, 2));
        Assert.Equal([2, 3], Values(1, 3));
        Assert.Empty(Values(3, 3));
        Assert.Empty(Values(2, 1));
    }

    [Fact]
    public void A_late_reading_lands_in_its_right_place_wherever_the_others_are_by_then()
    {
        Append(Measured(0, 1), Measured(20, 3));
        Settle(Store);
        Append(Measured(10, 2));
        Assert.Equal([1, 2, 3], Values(0, 100));
        Settle(Store);
        Append(Measured(-7200, 0));
        Assert.Equal([0, 1, 2, 3], Values(-10_000, 100));
        Settle(Store);
        Assert.Equal([0, 1, 2, 3], Values(-10_000, 100));
    }

    [Fact]
    public void What_was_sent_twice_is_shown_once()
    {
        Append(Measured(0, 1), Measured(1, 2), Measured(1, 2));
        Append(Measured(0, 1));
        Assert.Equal([1, 2], Values(0, 100));
        Settle(Store);
        Append(Measured(1, 2), Measured(2, 3));
        Assert.Equal([1, 2, 3], Values(0, 100));
        Settle(Store);
        Assert.Equal([1, 2, 3], Values(0, 100));
    }

    [Theory]
    [InlineData("of a source without ledger", true, ClockTrust.Synced)]
    [InlineData("of a clock that was never set", false, ClockTrust.Unsynced)]
    public void Two_readings_of_one_instant_are_told_apart_by_their_order(string because, bool unledgered, ClockTrust clock)
    {
        Reading Of(double value, uint n) => Reading.Measured(Quantity.AirTemperature, Noon, unledgered ? ReadingOrder.Unledgered(Noon, 3, n) : ReadingOrder.Of(1, n), value, clock);
        Append(Of(2, 8), Of(1, 7));
        Append(Of(2, 8));
        Settle(Store);
        Assert.True(Values(0, 1) is [1, 2], because);
    }

    [Fact]
    public void A_history_is_made_of_the_coarsest_resolution_that_serves_and_says_which()
    {
        Append(Measured(0, 10), Measured(59, 20), Measured(60, 30), Measured(3600, 40));
        foreach (var settled in (bool[])[false, true])
        {
            if (settled) Settle(Store);
            Assert.Equal((Resolution.Raw, 4), Found(0, 1));
            Assert.Equal((Resolution.Minute, 3), Found(0, 60));
            Assert.Equal((Resolution.Minute, 1), Found(0, 5400));
            Assert.Equal((Resolution.Hour, 2), Found(0, 3600));
            Assert.Equal((Resolution.Raw, 1), Found(1, 3600));
        }

        (Resolution, int) Found(int from, int step)
        {
            var answer = Store.History(new(Pole, Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(from), Noon + TimeSpan.FromHours(2), TimeSpan.FromSeconds(step)));
            return (answer.Resolution, answer.Points.Count);
        }
    }

    [Theory]
    [InlineData(HistoryQuality.Best, 10, 70.0)]
    [InlineData(HistoryQuality.Good, 10, null)]
    [InlineData(HistoryQuality.Any, 40, 70.0)]
    public void A_history_can_be_asked_of_good_readings_or_of_all(HistoryQuality quality, double first, double? second)
    {
        Append(Measured(0, 10), Measured(1, 70, quality: Quality.Suspect), Measured(60, 70, quality: Quality.Suspect));
        foreach (var settled in (bool[])[false, true])
        {
            if (settled) Settle(Store);
            var points = Store.History(new(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), quality)).Points;
            Assert.Equal(second is { } value ? [first, value] : [first], points.Select(point => point.Mean));
            Assert.Equal((2, 1), (points[0].Count, points[0].Good));
        }
    }

    [Fact]
    public void Windows_are_what_the_readings_say_whenever_they_come_and_wherever_they_are()
    {
        var random = new Random(6);
        var samples = Enumerable.Range(0, 4000).Select(i => (Second: i * 4, Value: random.Next(-1000, 4000) / 100.0, Roll: random.Next(20))).OrderBy(_ => random.Next()).ToArray();
        foreach (var (part, number) in samples.Chunk(1000).Select((part, number) => (part, number)))
        {
            Append([.. part.Select(sample => sample.Roll switch
            {
                0 => Reading.Failed(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(sample.Second), ReadingOrder.Of(1, (ulong)sample.Second), ReadFault.TimedOut),
                1 => Measured(sample.Second, sample.Value, quality: Quality.Suspect),
                _ => Measured(sample.Second, sample.Value),
            })]);
            if (number < 3) Settle(Store); // the last part is still on its way
        }
        foreach (var settled in (bool[])[false, true])
        {
            if (settled) Settle(Store);
            Assert.Equal(4000, Values(0, 20_000).Length);
            foreach (var (from, to, step) in ((int, int, int)[])[(0, 18_000, 60), (600, 16_000, 300), (3600, 14_400, 3600), (0, 18_000, 7200), (0, 9_999, 5400)])
            {
                var query = new HistoryQuery(Pole, Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(from), Noon + TimeSpan.FromSeconds(to), TimeSpan.FromSeconds(step));
                var answer = Store.History(query);
                Assert.NotEqual(Resolution.Raw, answer.Resolution);
                var expected = HistoryFold.OfReadings(query, Store.Read(Pole, Quantity.AirTemperature, query.From, query.To).Select(reading => PackedReading.Of(reading)));
                Assert.Equal(expected.Select(point => point with { Mean = Math.Round(point.Mean, 6) }), answer.Points.Select(point => point with { Mean = Math.Round(point.Mean, 6) }));
            }
        }
    }

    [Fact]
    public void Series_are_kept_apart()
    {
        Append(Measured(0, 1), Measured(0, 50, quantity: Quantity.RelativeHumidity));
        Settle(Store);
        Assert.Equal([1], Values(0, 1));
        Assert.Single(Store.Read(Pole, Quantity.RelativeHumidity, Noon, Noon + TimeSpan.FromSeconds(1)));
        Assert.Empty(Store.Read(new("another"), Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void History_is_folded_into_steps_from_the_start_asked_for_and_gaps_are_missing()
    {
        Append(Measured(0, 10), Measured(9, 20), Measured(10, 30), Measured(31, 7), Reading.Failed(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(32), ReadingOrder.Of(1, 5), ReadFault.TimedOut));
        var points = Store.History(new(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10))).Points;
        Assert.Equal([new(Noon, 10, 15, 20, 2, 2), new(Noon + TimeSpan.FromSeconds(10), 30, 30, 30, 1, 1), new(Noon + TimeSpan.FromSeconds(30), 7, 7, 7, 2, 1)], points);
    }

    [Fact]
    public void A_step_shows_its_good_readings_and_only_without_any_the_doubtful_ones()
    {
        Append(Measured(0, 10), Measured(1, 70, quality: Quality.Suspect), Measured(10, 70, quality: Quality.Suspect));
        var points = Store.History(new(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10))).Points;
        Assert.Equal([new(Noon, 10, 10, 10, 2, 1), new(Noon + TimeSpan.FromSeconds(10), 70, 70, 70, 1, 0)], points);
    }

    [Fact]
    public void A_step_in_which_every_read_failed_is_left_out()
    {
        Append(Reading.Failed(Quantity.AirTemperature, Noon, ReadingOrder.Of(1, 5), ReadFault.TimedOut));
        Assert.Empty(Store.History(new(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10))).Points);
    }

    [Fact]
    public void Blocks_are_numbered_upwards_and_replayed_as_they_were_appended_after_a_restart_too()
    {
        var node = Store.Node(new("centre", "pole-1"));
        var series = Store.Series(Pole, Quantity.AirTemperature);
        TimelineRow[] rows = [new(series, Measured(0, 1)), new(series, Measured(1, 2))];
        LedgerMark[] marks = [new(node, 0xFEDC_BA98_7654_3210, 3, 77, 0, 1), new(node, 1, 0, ulong.MaxValue, 1, 1)];
        var first = Append(Measured(-5, 0));
        Assert.Equal(TimelineVerdict.Stored, Store.Append(rows, marks, out var second));
        Assert.True(second > first);
        Settle(Store);
        Reopen();

        var block = Assert.Single(Store.BlocksAfter(first));
        Assert.Equal(second, block.Number);
        Assert.Equal(rows, block.Rows);
        Assert.Equal(marks, block.Marks);
        Assert.Equal((Pole, Quantity.AirTemperature), Store.SeriesName(series));
        Assert.Equal(new NodeKey("centre", "pole-1"), Store.NodeName(node));
        Assert.True(Append(Measured(2, 3)) > second);
        Assert.Empty(Store.BlocksAfter(long.MaxValue));
    }

    [Fact]
    public void A_number_names_the_same_series_and_node_for_ever()
    {
        var series = Store.Series(Pole, Quantity.AirTemperature);
        Assert.Equal(series, Store.Series(new("centre.pole-1.bme280"), Quantity.AirTemperature));
        Assert.NotEqual(series, Store.Series(Pole, Quantity.AirPressure));
        Append(Measured(0, 1));
        Reopen();
        Assert.Equal(series, Store.Series(Pole, Quantity.AirTemperature));
        Assert.NotEqual(Store.Series(Pole, Quantity.AirPressure), Store.Series(Pole, Quantity.WaterLevel));
    }

    [Fact]
    public void Everything_that_was_stored_is_there_after_a_restart()
    {
        Append(Measured(0, 1));
        Settle(Store);
        Append(Measured(1, 2));
        Reopen();
        Assert.Equal([1, 2], Values(0, 100));
    }
}
