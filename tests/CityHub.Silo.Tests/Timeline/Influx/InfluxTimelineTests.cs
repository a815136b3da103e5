using System.Text;
using CityHub.Contracts;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Tests.Timeline.Influx;

/// <summary>The contract of every timeline, on the real InfluxDB; and what it promises of its own.</summary>
public sealed class InfluxTimelineTests(OneInflux one) : TimelineContract, IClassFixture<OneInflux>, IAsyncLifetime
{
    private readonly Folder _folder = new();
    private readonly Dictionary<SensorId, SeriesTags> _places = [];
    private readonly InfluxOptions _influx = new() { BatchAge = TimeSpan.Zero, RollUpEvery = TimeSpan.FromMinutes(10), RetryLimit = TimeSpan.FromMilliseconds(250), Timeout = TimeSpan.FromSeconds(5) };
    private readonly TimelineOptions _options = new() { KeepRaw = TimeSpan.Zero, KeepMinutes = TimeSpan.Zero };
    private CancellationTokenSource _running = new();
    private Task _run = Task.CompletedTask;
    private Uri? _url;
    private Instant _now = Noon;

    private InfluxTimeline Influx => (InfluxTimeline)Store;

    public async Task InitializeAsync()
    {
        foreach (var resolution in Enum.GetValues<Resolution>()) (await one.Server.Ask($"DROP DATABASE {TimelineSchema.Database(resolution)}")).Dispose();
    }

    Task IAsyncLifetime.DisposeAsync() => Task.CompletedTask;

    protected override ITimeline Open()
    {
        _influx.Url = _url ?? one.Server.Address;
        _options.Folder = _folder.Path;
        var timeline = new InfluxTimeline(_options, _influx, sensor => _places.GetValueOrDefault(sensor, new("old-town", "city/pole-1", sensor.Value, "market")), () => _now, TimeProvider.System, NullLogger<InfluxTimeline>.Instance);
        _running = new();
        _run = Task.Run(() => timeline.Run(_running.Token));
        return timeline;
    }

    protected override void Close(ITimeline timeline)
    {
        _running.Cancel();
        _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        ((InfluxTimeline)timeline).Dispose();
    }

    protected override void Settle(ITimeline timeline)
    {
        Shipped();
        Assert.True(((InfluxTimeline)timeline).RollUp(Instant.Max, CancellationToken.None).GetAwaiter().GetResult());
    }

    protected override void CleanUp() => _folder.Dispose();

    private void Shipped()
    {
        var last = Store.BlocksAfter(0).Select(block => block.Number).DefaultIfEmpty(0).Last();
        Eventually.Holds(() => Store.StoredThrough >= last);
    }

    private IReadOnlyList<(IReadOnlyDictionary<string, string> Tags, IReadOnlyDictionary<string, System.Text.Json.JsonElement> Columns)> Rows(string query, string database) =>
        one.Server.Rows(query, database).GetAwaiter().GetResult();

    private long Count(string measurement = "air_temperature", string field = "quality") =>
        Rows($"SELECT count({field}) FROM {measurement}", "city_raw") is [var row] ? row.Columns["count"].GetInt64() : 0;

    [Theory]
    [InlineData("value=7,quality=1i")]
    [InlineData("value=7,order=1099511627783i")]
    [InlineData("quality=1i,order=1099511627783i")]
    public async Task A_line_of_which_a_query_finds_some_fields_only_is_not_yet_in_the_store(string fields)
    {
        Append(Measured(0, 21));
        Shipped();
        var at = (Noon + TimeSpan.FromSeconds(1)).UnixMilliseconds * 1_000_000;
        (await one.Server.Write("city_raw", Encoding.UTF8.GetBytes($"air_temperature,district=old-town,node=city/pole-1,sensor={Pole},site=market {fields} {at}"))).Dispose();
        Assert.Equal([21], Values(0, 10));
    }

    [Fact]
    public void A_line_in_InfluxDB_has_all_its_tags_and_says_all_of_the_reading()
    {
        _places[Pole] = new("Old, Town=1", "", Pole.Value, "a b\\");
        Append(Reading.Measured(Quantity.AirTemperature, Noon, ReadingOrder.Of(1, 7), 21.37, ClockTrust.Holdover, Quality.Suspect));
        Shipped();
        var (_, row) = Assert.Single(Rows("SELECT * FROM air_temperature", "city_raw"));
        Assert.Equal(("Old, Town=1", "-", Pole.Value, "a b%5C"), (row["district"].GetString(), row["node"].GetString(), row["sensor"].GetString(), row["site"].GetString()));
        Assert.Equal((21.37, 3L, 1L, (1L << 40) + 7), (row["value"].GetDouble(), row["quality"].GetInt64(), row["clock"].GetInt64(), row["order"].GetInt64()));
        Assert.Equal(Noon.UnixMilliseconds * 1_000_000, row["time"].GetInt64());
    }

    [Fact]
    public void Databases_are_made_each_with_its_retention_and_a_changed_one_takes_effect()
    {
        (_options.KeepRaw, _options.KeepMinutes) = (TimeSpan.FromDays(30), TimeSpan.FromDays(365));
        Append(Measured(0, 1));
        Shipped();
        Assert.Equal(("744h0m0s", "8784h0m0s", "0s"), // a day more than what is too old for the hub
             (Duration("city_raw"), Duration("city_1m"), Duration("city_1h")));
        Reopen();
        _options.KeepRaw = TimeSpan.FromDays(7);
        _options.KeepRawOf["pm10"] = TimeSpan.FromDays(90);
        Append(Measured(1, 1));
        Eventually.Holds(() => Duration("city_raw") == "2184h0m0s"); // what it keeps longest

        string Duration(string database) => Rows($"SHOW RETENTION POLICIES ON {database}", "") is [var row] ? row.Columns["duration"].GetString()! : "";
    }

    [Fact]
    public void Older_readings_than_are_kept_are_set_aside_and_the_others_are_stored()
    {
        // The server goes by its own clock and keeps a day more; at the edge the hub's word counts.
        _options.KeepRaw = TimeSpan.FromDays(30);
        _now = Instant.From(TimeProvider.System.GetUtcNow());
        Append([.. new[] { (30 * 86_400_000L + 1, 1.0), (30 * 86_400_000L, 2), (0, 3) }.Select(old =>
            Reading.Measured(Quantity.AirTemperature, new(_now.UnixMilliseconds - old.Item1), ReadingOrder.Of(1, 1), old.Item2))]);
        Shipped();
        Assert.Equal([2, 3], Store.Read(Pole, Quantity.AirTemperature, new(0), Instant.Max).Select(reading => reading.TryGetValue(out var value) ? value : 0));
        Assert.Empty(Influx.Refused(null, 1).Lines);
    }

    [Fact]
    public void A_quantity_that_is_kept_shorter_than_its_database_is_deleted_up_to_its_time()
    {
        _options.KeepRaw = TimeSpan.FromDays(30);
        _options.KeepRawOf["pm10"] = TimeSpan.FromDays(1);
        _now = Instant.From(TimeProvider.System.GetUtcNow());
        Append([.. from hours in new[] { 23, 1 } from quantity in new[] { Quantity.Pm10, Quantity.AirTemperature }
            select Reading.Measured(quantity, _now - TimeSpan.FromHours(hours), ReadingOrder.Of(1, 1), 20)]);
        Settle(Store);
        Assert.Equal((2, 2), (Count("pm10"), Count()));
        _now += TimeSpan.FromHours(2);
        Settle(Store);
        Assert.Equal((1, 2), (Count("pm10"), Count()));
    }

    [Fact]
    public async Task While_InfluxDB_is_away_readings_wait_in_the_log_and_nothing_counts_as_stored()
    {
        await using var proxy = await MoodyProxy.Start(() => one.Server.Address);
        _url = proxy.Address;
        proxy.Mood = _ => Mood.Away;
        var block = Append(Measured(0, 1));
        Eventually.Holds(() => Store.Trouble is not null);
        Assert.True(Store.StoredThrough < block);
        Assert.Throws<TimelineUnavailableException>(() => Values(0, 100));
        Store.CheckpointedThrough(block);
        Reopen(); // the hub may even be started anew
        Assert.Equal(block, Assert.Single(Store.BlocksAfter(0)).Number);
        Assert.True(Append(Measured(1, 2)) > block);
        Assert.True(Store.StoredThrough < block);
        proxy.Mood = _ => Mood.Pass;
        Shipped();
        Assert.Equal([1, 2], Values(0, 100));
        Assert.Null(Store.Trouble);
    }

    [Fact]
    public async Task What_was_stored_when_the_answer_was_lost_is_there_once()
    {
        await using var proxy = await MoodyProxy.Start(() => one.Server.Address);
        _url = proxy.Address;
        var lost = 0;
        proxy.Mood = path => path == "/write" && ++lost <= 2 ? Mood.LoseAnswer : Mood.Pass;
        Append(Measured(0, 1), Measured(1, 2));
        Shipped();
        Assert.Equal(2, Count());
        Assert.Equal(2, proxy.Count(Mood.LoseAnswer));
    }

    [Fact]
    public async Task A_batch_that_got_there_before_the_one_ahead_of_it_is_not_stored_through_until_that_is()
    {
        await using var proxy = await MoodyProxy.Start(() => one.Server.Address);
        _url = proxy.Address;
        (_influx.BatchLines, _influx.Timeout) = (1, TimeSpan.FromMinutes(5));
        var writes = 0;
        proxy.Mood = path => path == "/write" && Interlocked.Increment(ref writes) == 1 ? Mood.Hang : Mood.Pass;
        var first = Append(Measured(0, 1));
        Append(Measured(1, 2));
        Eventually.Holds(() => Count() == 1);
        Assert.True(Store.StoredThrough < first);
        Eventually.Holds(() => Finds(1, 2)); // the other is in the log
        Reopen(); // nobody knows that the second is there: both are sent again
        Shipped();
        Assert.Equal(2, Count());
        Eventually.Holds(() => Finds(1, 2));
    }

    /// <summary>A query whose connection is dropped on the way is asked again, as a reader who is told 503 does.</summary>
    private bool Finds(params double[] values)
    {
        try
        {
            return Values(0, 100).SequenceEqual(values);
        }
        catch (TimelineUnavailableException)
        {
            return false;
        }
    }

    [Fact]
    public async Task What_is_too_large_goes_in_halves()
    {
        await using var proxy = await MoodyProxy.Start(() => one.Server.Address);
        _url = proxy.Address;
        var times = 0;
        proxy.Mood = path => path == "/write" && ++times <= 3 ? Mood.TooLarge : Mood.Pass;
        Append([.. Enumerable.Range(0, 100).Select(i => Measured(i, i))]);
        Shipped();
        Assert.Equal(100, Count());
        Assert.True(proxy.Count(Mood.Pass) >= 4);
    }

    [Fact]
    public async Task Bad_lines_are_set_aside_with_the_servers_words_and_the_good_ones_beside_them_are_stored()
    {
        // Somebody wrote text where a number belongs.
        (await one.Server.Ask("CREATE DATABASE city_raw")).Dispose();
        (await one.Server.Write("city_raw", Encoding.UTF8.GetBytes("pm10,district=x,node=x,sensor=x,site=x value=\"text\" 1795392000000000000"))).Dispose();
        Append([.. Enumerable.Range(0, 50).Select(i => Measured(i, i, quantity: i is 7 or 33 ? Quantity.Pm10 : Quantity.AirTemperature))]);
        Shipped();
        Assert.Equal(48, Count());
        var refused = Influx.Refused(null, 10).Lines;
        Assert.Equal((2, 2), (refused.Count, Influx.Refused(null, 1).Kept));
        Assert.Equal([refused[1]], Influx.Refused(refused[0].Number, 10).Lines);
        Assert.All(refused, line => Assert.Contains("field type conflict", line.Reason, StringComparison.Ordinal));
        Assert.Contains("value=33", refused[0].Line, StringComparison.Ordinal);
        Assert.Null(Store.Trouble);
    }

    [Fact]
    public async Task One_moody_400_is_no_verdict_on_a_reading()
    {
        await using var proxy = await MoodyProxy.Start(() => one.Server.Address);
        _url = proxy.Address;
        var times = 0;
        proxy.Mood = path => path == "/write" && ++times <= LineDelivery.RefusalsToBelieve - 1 ? Mood.Bad : Mood.Pass;
        Append(Measured(0, 1));
        Shipped();
        Assert.Equal(1, Count());
        Assert.Empty(Influx.Refused(null, 10).Lines);
    }

    [Fact]
    public void A_sensor_that_moved_keeps_its_history_and_blocks_sent_again_keep_their_place()
    {
        Append(Measured(0, 1));
        Shipped();
        _places[Pole] = new("harbour", "city/pole-1", Pole.Value, "quay");
        Append(Measured(1, 2)); // is appended before anybody looked: it may still carry the old place
        Shipped();
        Append(Measured(2, 3));
        Shipped();
        Assert.Equal([1, 2, 3], Values(0, 100));
        Assert.Contains(Rows("SELECT value FROM air_temperature WHERE district = 'harbour'", "city_raw"), row => row.Columns["value"].GetDouble() == 3);
        Settle(Store);
        // As if the book had been lost with a crash in mid way: everything is sent again.
        Reopen();
        using (var raw = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("ship.db")};Pooling=False"))
        {
            raw.Open();
            using var forget = raw.CreateCommand();
            forget.CommandText = "update meta set value = 0";
            Assert.Equal(1, forget.ExecuteNonQuery());
        }
        Shipped();
        Assert.Equal(3, Count());
    }

    [Fact]
    public void The_log_is_kept_until_store_and_checkpoint_have_passed_it_and_dropped_then()
    {
        var first = Append(Measured(0, 1));
        Shipped();
        Assert.Single(Store.BlocksAfter(0));
        Store.CheckpointedThrough(first);
        Eventually.Holds(() => !Store.BlocksAfter(0).Any());
        Reopen();
        Assert.True(Append(Measured(1, 2)) > first);
        Assert.Equal([1, 2], Values(0, 100));
    }

    [Fact]
    public void More_readings_than_a_page_are_read_page_by_page()
    {
        var rows = Enumerable.Range(0, InfluxReader.PageRows * 2 + 1).Select(i => Measured(i, i % 50)).ToArray();
        foreach (var part in rows.Chunk(7000)) Append(part);
        Shipped();
        Assert.Equal(rows, Store.Read(Pole, Quantity.AirTemperature, Noon, Instant.Max));
    }

    [Fact]
    public async Task Steps_come_from_the_store_put_together_and_are_what_their_windows_say_good_or_doubtful_with_their_sum_or_without()
    {
        // A reading a minute: minutes of doubtful readings alone stand beside good ones, hours of them beside hours.
        Append([.. Enumerable.Range(0, 600).Where(i => i is < 200 or > 230).Select(i => Measured(i * 60, i % 50 + (i % 3 == 0 ? 1000 : 0), quality: i % 3 == 0 || i is > 300 and < 420 ? Quality.Suspect : Quality.Good))]);
        Settle(Store);
        var query = new HistoryQuery(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromHours(9), TimeSpan.FromMinutes(90));
        var expected = HistoryFold.OfReadings(query, Store.Read(Pole, Quantity.AirTemperature, query.From, query.To).Select(reading => PackedReading.Of(reading)));
        Assert.Equal(6, expected.Count);
        AssertSame();
        Assert.All(Asked(), step => Assert.NotNull(step.Value));

        // As an earlier release wrote them: the first four hours have no sum.
        var written = Rows("SELECT * FROM air_temperature", "city_1m");
        (await one.Server.Ask("DROP DATABASE city_1m")).Dispose();
        (await one.Server.Ask("CREATE DATABASE city_1m")).Dispose();
        var lines = new LineWriter();
        foreach (var (_, row) in written)
        {
            var at = TimelineSchema.InstantOf(row["time"].GetInt64());
            lines.Begin(new SeriesTags("old-town", "city/pole-1", Pole.Value, "market").Head(Quantity.AirTemperature));
            foreach (var field in TimelineSchema.WindowFields.Where(field => at >= Noon + TimeSpan.FromHours(4) || field != TimelineSchema.Sum))
            {
                if (field is TimelineSchema.Count or TimelineSchema.Good or TimelineSchema.Measured) lines.Integer(field, row[field].GetInt64());
                else lines.Float(field, row[field].GetDouble());
            }
            lines.End(row["time"].GetInt64());
        }
        (await one.Server.Write("city_1m", lines.Written.ToArray())).EnsureSuccessStatusCode().Dispose();
        AssertSame();
        Assert.Equal([true, true, true, false, false, false], Asked().OrderBy(step => step.Key).Select(step => step.Value is null));

        void AssertSame() => Assert.Equal(expected.Select(Rounded), Store.History(query).Points.Select(Rounded));

        static HistoryPoint Rounded(HistoryPoint point) => point with { Mean = Math.Round(point.Mean, 6) };

        Dictionary<Instant, Window?> Asked()
        {
            using var client = new InfluxClient(_influx.Url, _influx, new(null, "INFLUX_PASSWORD"), TimeProvider.System);
            return new StepReader(client).Steps(Resolution.Minute, Pole, Quantity.AirTemperature, query.From, query.To, query.Step);
        }
    }
}
