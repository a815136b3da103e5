using CityHub.Silo.Timeline;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Tests.Timeline;

public sealed class SqliteTimelineTests : TimelineContract
{
    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _wall = new(Noon.ToDateTimeOffset());
    private int _maxLogPages = 100_000;
    private Instant _now;
    private bool _keepHumidity;

    private SqliteTimeline Sqlite => (SqliteTimeline)Store;

    protected override ITimeline Open() =>
        new SqliteTimeline(Options, _wall, NullLogger<SqliteTimeline>.Instance, () => _now);

    private TimelineOptions Options
    {
        get
        {
            var options = new TimelineOptions { Folder = _folder.Path, MaxLogPages = _maxLogPages };
            options.KeepRawOf["pm10"] = TimeSpan.FromDays(90);
            if (_keepHumidity) options.KeepRawOf["relative-humidity"] = TimeSpan.FromDays(90);
            return options;
        }
    }

    protected override void Settle(ITimeline timeline) => ((SqliteTimeline)timeline).Compact(Instant.Max, CancellationToken.None);

    protected override void CleanUp() => _folder.Dispose();

    [Fact]
    public void A_months_readings_are_filed_by_the_day_they_are_stamped_with()
    {
        for (var day = 0; day < 3; day++) Append(Measured(day * 86_400, day), Measured(day * 86_400 + 1, day));
        Settle(Store);
        Assert.Equal(["2026-11-23.db", "2026-11-24.db", "2026-11-25.db"], Directory.GetFiles(_folder.File("days"), "*.db").Select(Path.GetFileName).Order());
        Assert.Equal([0, 0, 1, 1, 2, 2], Values(0, 3 * 86_400));
        File.Delete(_folder.File("days/2026-11-24.db"));
        Assert.Equal([0, 0, 2, 2], Values(0, 3 * 86_400));
    }

    [Fact]
    public void Two_readings_of_one_instant_and_one_outbox_are_told_apart_too()
    {
        Append(Measured(0, 2, sample: 8), Measured(0, 1, sample: 7));
        Settle(Store);
        Assert.Equal([1, 2], Values(0, 1));
    }

    [Fact]
    public void What_has_had_its_time_is_deleted_file_by_file_and_coarser_history_stands_in()
    {
        _now = Noon;
        for (var day = 0; day < 3; day++) Append(Measured(day * 86_400, day), Measured(day * 86_400, 40 + day, quantity: Quantity.Pm10));
        Settle(Store);
        Assert.True(File.Exists(_folder.File("days/2026-11-23.pm10.db")));
        _now = Noon + TimeSpan.FromDays(30) + TimeSpan.FromHours(12); // the first day ended thirty days ago
        Sqlite.Expire();
        Assert.Equal(["2026-11-23.pm10.db", "2026-11-24.db", "2026-11-24.pm10.db", "2026-11-25.db", "2026-11-25.pm10.db"], Directory.GetFiles(_folder.File("days"), "*.db").Select(Path.GetFileName).Order());
        Assert.Equal([1, 2], Values(0, 3 * 86_400));
        Assert.Equal(3, Store.Read(Pole, Quantity.Pm10, new(0), Instant.Max).Count());
        var points = Store.History(new(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromDays(3), TimeSpan.FromSeconds(1)));
        Assert.Equal(Resolution.Minute, points.Resolution);
        Assert.Equal([0, 1, 2], points.Points.Select(point => point.Mean));
        _now = Noon + TimeSpan.FromDays(365 + 8); // its month ended a year ago
        Sqlite.Expire();
        Assert.Empty(Directory.GetFiles(_folder.File("minutes"), "*.db"));
        points = Store.History(new(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromDays(3), TimeSpan.FromMinutes(1)));
        Assert.Equal((Resolution.Hour, 3), (points.Resolution, points.Points.Count));
    }

    [Fact]
    public void A_reading_older_than_is_kept_is_set_aside_and_one_just_young_enough_is_not()
    {
        _now = Noon;
        Append(Measured(-30 * 86_400 - 1, 1, sample: 1), Measured(-30 * 86_400, 2, sample: 2));
        Settle(Store);
        Assert.Equal([2], Values(-40 * 86_400, 0));
    }

    [Fact]
    public void A_quantity_that_is_kept_for_another_time_from_now_on_is_read_from_its_old_files_too()
    {
        Append(Measured(0, 1, quantity: Quantity.RelativeHumidity));
        Settle(Store);
        Reopen();
        _keepHumidity = true;
        Append(Measured(60, 2, quantity: Quantity.RelativeHumidity));
        Settle(Store);
        Assert.True(File.Exists(_folder.File("days/2026-11-23.relative-humidity.db")));
        Assert.Equal(2, Store.Read(Pole, Quantity.RelativeHumidity, Noon, Noon + TimeSpan.FromHours(1)).Count());
        Assert.Equal(2, Store.History(new(Pole, Quantity.RelativeHumidity, Noon, Noon + TimeSpan.FromHours(1), TimeSpan.FromMinutes(1))).Points.Count);
    }

    [Fact]
    public void The_last_instant_of_a_day_and_the_first_of_the_next_stay_apart()
    {
        var midnight = Instant.From(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
        Append(Reading.Measured(Quantity.AirTemperature, new(midnight.UnixMilliseconds - 1), ReadingOrder.Of(1, 1), 1),
            Reading.Measured(Quantity.AirTemperature, midnight, ReadingOrder.Of(1, 2), 2));
        Settle(Store);
        Assert.Equal([1], Store.Read(Pole, Quantity.AirTemperature, new(0), midnight).Select(Value));
        Assert.Equal([2], Store.Read(Pole, Quantity.AirTemperature, midnight, Instant.Max).Select(Value));
    }

    [Fact]
    public void Only_hours_that_are_over_are_merged_and_all_are_read()
    {
        Append(Measured(-3600, 1), Measured(0, 2));
        Sqlite.Compact(Noon, CancellationToken.None);
        Assert.True(File.Exists(_folder.File("days/2026-11-23.db")));
        Assert.Equal(1L, Scalar("days/2026-11-23.db", "select count(*) from block"));
        Assert.Equal(1L, Scalar("runs.db", "select count(*) from run"));
        Assert.Equal([1, 2], Values(-10_000, 100));
    }

    [Fact]
    public void The_log_is_kept_until_the_checkpoint_has_passed_it_and_dropped_then()
    {
        var first = Append(Measured(0, 1));
        var second = Append(Measured(1, 2));
        Settle(Store);
        Assert.Equal(2, Store.BlocksAfter(0).Count());
        Sqlite.CheckpointedThrough(first);
        Settle(Store);
        Assert.Equal(second, Assert.Single(Store.BlocksAfter(0)).Number);
        Sqlite.CheckpointedThrough(second);
        Settle(Store);
        Assert.Empty(Store.BlocksAfter(0));
        Assert.Equal([1, 2], Values(0, 100));
        Reopen();
        Assert.Equal(second + 1, Append(Measured(2, 3)));
    }

    [Fact]
    public void A_checkpoint_ahead_of_the_runs_drops_nothing_that_is_not_in_a_run()
    {
        Append(Measured(0, 1));
        Sqlite.CheckpointedThrough(1_000_000);
        Settle(Store);
        Append(Measured(1, 2));
        Sqlite.CheckpointedThrough(2_000_000);
        Assert.Equal([1, 2], Values(0, 100));
    }

    [Fact]
    public void When_its_age_has_come_the_log_is_flushed_by_the_timelines_own_thread()
    {
        Append(Measured(0, 1));
        Assert.Equal(1, Sqlite.TailReadings);
        _wall.Advance(TimeSpan.FromMinutes(1));
        Eventually.Holds(() => Sqlite.TailReadings == 0);
        Assert.Equal([1], Values(0, 100));
    }

    [Fact]
    public void A_full_log_is_said_and_not_thrown_and_room_makes_it_well_again()
    {
        _maxLogPages = 64;
        var stored = new List<double>();
        var refused = false;
        for (var second = 0; second < 100_000 && !refused; second += 500)
        {
            var rows = Enumerable.Range(second, 500).Select(s => new TimelineRow(Store.Series(Pole, Quantity.AirTemperature), Measured(s, s / 3.0 % 40))).ToArray();
            refused = Store.Append(rows, [], out var block) == TimelineVerdict.RetryLater;
            if (refused) Assert.Equal(("disk-full", 0L), (Sqlite.Fault!, block));
            else stored.AddRange(rows.Select(row => Value(row.Reading)));
        }
        Assert.True(refused);
        Assert.Equal(stored, Values(0, 100_000));

        Sqlite.CheckpointedThrough(long.MaxValue);
        Settle(Store);
        Append(Measured(200_000, 5));
        Assert.Null(Sqlite.Fault);
        Assert.Equal(stored.Append(5), Values(0, 300_000));
    }

    [Fact]
    public void A_new_series_whose_append_was_refused_is_written_with_the_one_that_succeeds()
    {
        _maxLogPages = 64;
        while (Store.Append(new TimelineRow[400].Select((_, s) => new TimelineRow(Store.Series(Pole, Quantity.AirTemperature), Measured(s, s / 3.0 % 40))).ToArray(), [], out _) == TimelineVerdict.Stored)
        {
            // until it is full
        }
        var series = Store.Series(new("newcomer"), Quantity.WaterLevel);
        TimelineRow[] row = [new(series, Measured(0, 1, quantity: Quantity.WaterLevel))];
        Assert.Equal(TimelineVerdict.RetryLater, Store.Append(Enumerable.Repeat(row[0], 3000).ToArray(), [], out _));
        Sqlite.CheckpointedThrough(long.MaxValue);
        Settle(Store);
        Assert.Equal(TimelineVerdict.Stored, Store.Append(row, [], out _));
        Reopen();
        Assert.Equal((new("newcomer"), Quantity.WaterLevel), Store.SeriesName(series));
        Assert.Single(Store.Read(new("newcomer"), Quantity.WaterLevel, new(0), Instant.Max));
    }

    [Theory]
    [InlineData("log.db", "block")]
    [InlineData("runs.db", "run")]
    [InlineData("days/2026-11-23.db", "block")]
    public void A_damaged_row_is_skipped_and_counted_and_the_others_are_read(string file, string table)
    {
        Append(Measured(0, 1));
        if (file == "runs.db") Sqlite.Compact(new(0), CancellationToken.None);
        if (file.StartsWith("days", StringComparison.Ordinal)) Settle(Store);
        Append(Measured(1, 2));
        Damage(file, table);
        Assert.Equal([2], Values(0, 100));
        Assert.Equal(1, Sqlite.DamagedBlocks);
        Settle(Store);
        Assert.Equal([2], Values(0, 100));
        Reopen();
        Assert.Equal([2], Values(0, 100));
    }

    [Fact]
    public void A_damaged_block_of_the_log_is_put_aside_and_passed_over_in_the_replay()
    {
        var first = Append(Measured(0, 1));
        var second = Append(Measured(1, 2));
        Damage("log.db", "block");
        Assert.Equal(second, Assert.Single(Store.BlocksAfter(0)).Number);
        Sqlite.CheckpointedThrough(second);
        Settle(Store);
        Assert.Equal(first, Scalar("log.db", "select number from damaged"));
    }

    [Fact]
    public void A_day_whose_file_is_no_database_hides_no_other_day()
    {
        Append(Measured(0, 1), Measured(86_400, 2));
        Settle(Store);
        Reopen();
        File.WriteAllBytes(_folder.File("days/2026-11-23.db"), new byte[5000]);
        Assert.Equal([2], Values(0, 200_000));
        Assert.True(Sqlite.DamagedBlocks > 0);
    }

    [Fact]
    public void A_stamp_that_no_calendar_shows_is_counted_and_stops_nothing()
    {
        Append(Reading.Measured(Quantity.AirTemperature, new(-1), ReadingOrder.Of(1, 1), 1), Reading.Measured(Quantity.AirTemperature, new(Instant.Max.UnixMilliseconds + 1), ReadingOrder.Of(1, 2), 1),
            Reading.Measured(Quantity.AirTemperature, new(0), ReadingOrder.Of(1, 3), 2), Reading.Measured(Quantity.AirTemperature, Instant.Max, ReadingOrder.Of(1, 4), 3));
        Settle(Store);
        Assert.Equal([2], Store.Read(Pole, Quantity.AirTemperature, new(long.MinValue), Instant.Max).Select(Value));
        Assert.Equal([2, 3], Store.Read(Pole, Quantity.AirTemperature, new(long.MinValue), new(long.MaxValue)).Select(Value));
        Assert.Equal(2, Sqlite.DamagedBlocks);
    }

    [Fact]
    public void A_crash_between_merge_and_dropping_the_runs_shows_nothing_twice()
    {
        Append(Measured(0, 1), Measured(1, 2));
        Sqlite.Compact(new(0), CancellationToken.None);
        Reopen();
        File.Copy(_folder.File("runs.db"), _folder.File("before.db"));
        Settle(Store);
        Reopen();
        File.Move(_folder.File("before.db"), _folder.File("runs.db"), overwrite: true);
        Assert.Equal([1, 2], Values(0, 100));
        Settle(Store);
        Assert.Equal([1, 2], Values(0, 100));
    }

    private static double Value(Reading reading) => reading.TryGetValue(out var value) ? value : double.NaN;

    private void Damage(string file, string table)
    {
        using var connection = Raw(file);
        using var command = connection.CreateCommand();
        // one bit in the middle of the first row's bytes
        command.CommandText = $"select rowid, data from {table} limit 1";
        if (table == "run") command.CommandText = "select hour, data from run limit 1";
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        var data = reader.GetFieldValue<byte[]>(1);
        data[data.Length / 2] ^= 4;
        using var update = connection.CreateCommand();
        update.CommandText = $"update {table} set data = $1 where {(table == "run" ? "hour" : "rowid")} = $2";
        update.Parameters.AddWithValue("$1", data);
        update.Parameters.AddWithValue("$2", reader.GetInt64(0));
        reader.Close();
        Assert.Equal(1, update.ExecuteNonQuery());
    }

    private long Scalar(string file, string sql)
    {
        using var connection = Raw(file);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private SqliteConnection Raw(string file)
    {
        var connection = new SqliteConnection($"Data Source={_folder.File(file)};Pooling=False");
        connection.Open();
        return connection;
    }
}
