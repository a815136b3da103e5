using CityHub.Silo.Timeline;
using SmartCity.Readings;

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

    protected ITimeline Store => _timeline ??= Open();

    protected void Reopen()
    {
        (_timeline as IDisposable)?.Dispose();
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

    [Fact]
    public void Two_readings_of_one_instant_are_told_apart_by_their_order()
    {
        Append(Measured(0, 2, sample: 8), Measured(0, 1, sample: 7));
        Settle(Store);
        Assert.Equal([1, 2], Values(0, 1));
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
        var points = Store.History(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));
        Assert.Equal([new(Noon, 10, 15, 20, 2, 2), new(Noon + TimeSpan.FromSeconds(10), 30, 30, 30, 1, 1), new(Noon + TimeSpan.FromSeconds(30), 7, 7, 7, 2, 1)], points);
    }

    [Fact]
    public void A_step_shows_its_good_readings_and_only_without_any_the_doubtful_ones()
    {
        Append(Measured(0, 10), Measured(1, 70, quality: Quality.Suspect), Measured(10, 70, quality: Quality.Suspect));
        var points = Store.History(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));
        Assert.Equal([new(Noon, 10, 10, 10, 2, 1), new(Noon + TimeSpan.FromSeconds(10), 70, 70, 70, 1, 0)], points);
    }

    [Fact]
    public void A_step_in_which_every_read_failed_is_left_out()
    {
        Append(Reading.Failed(Quantity.AirTemperature, Noon, ReadingOrder.Of(1, 5), ReadFault.TimedOut));
        Assert.Empty(Store.History(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10)));
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
