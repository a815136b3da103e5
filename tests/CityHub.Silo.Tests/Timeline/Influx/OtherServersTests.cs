using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using CityHub.Silo.Twins;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Timeline.Influx;

/// <summary>The other dialect, an InfluxDB that asks for a password, and what is written beside readings.</summary>
public sealed class OtherServersTests : IDisposable
{
    private static readonly Instant Noon = Instant.From(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private static readonly SensorId Pole = new("centre.pole-1.bme280");
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static SeriesTags Place(SensorId sensor) => new("old-town", "city/pole-1", sensor.Value, "market");

    private InfluxTimeline Open(InfluxOptions influx) => new(new() { Folder = _folder.File("timeline"), KeepRaw = TimeSpan.Zero, KeepMinutes = TimeSpan.Zero }, influx, Place, () => Noon, TimeProvider.System, NullLogger<InfluxTimeline>.Instance);

    private static long Append(ITimeline timeline, int second, double value)
    {
        var reading = Reading.Measured(Quantity.AirTemperature, Noon + TimeSpan.FromSeconds(second), ReadingOrder.Of(1, (ulong)second), value);
        Assert.Equal(TimelineVerdict.Stored, timeline.Append([new(timeline.Series(Pole, Quantity.AirTemperature), reading)], [], out var block));
        return block;
    }

    [Fact]
    public async Task An_export_reaches_VictoriaMetrics_and_is_no_witness_for_the_store()
    {
        await using var victoria = await VictoriaServer.Start(_folder.File("victoria"));
        using var timeline = Open(new() { Url = new("http://127.0.0.1:9/") }); // nobody listens there
        using var exporter = new Exporter(new() { Folder = _folder.File("timeline") }, new() { Url = victoria.Address, Dialect = InfluxDialect.V2, BatchAge = TimeSpan.Zero },
            ((IHasLog)timeline).Front, Place, TimeProvider.System, NullLogger<Exporter>.Instance);
        using var stop = new CancellationTokenSource();
        Task[] running = [Task.Run(() => timeline.Run(stop.Token)), Task.Run(() => exporter.Run(stop.Token))];
        Append(timeline, 0, 21.5);
        var block = Append(timeline, 1, -3);
        await Until.True(() => exporter.Through >= block, "it is exported");
        await Until.True(async () => (await victoria.Export("air_temperature_value")).Count == 2, "VictoriaMetrics has it");
        Assert.Equal([(Noon.UnixMilliseconds, 21.5), (Noon.UnixMilliseconds + 1000, -3)], await victoria.Export("air_temperature_value{sensor=\"centre.pole-1.bme280\",district=\"old-town\",node=\"city/pole-1\",site=\"market\"}"));
        Assert.True(timeline.StoredThrough < block);
        await Until.True(() => timeline.Trouble is not null, "the store says why it has nothing");
        await stop.CancelAsync();
        foreach (var loop in running) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task With_a_wrong_password_readings_wait_and_with_the_mended_one_they_go_on()
    {
        await using var server = await InfluxServer.Start(_folder.File("influxdb"), "hub", "right");
        await File.WriteAllTextAsync(_folder.File("password"), "wrong\n");
        using var timeline = Open(new() { Url = server.Address, User = "hub", PasswordFile = _folder.File("password"), BatchAge = TimeSpan.Zero, RetryLimit = TimeSpan.FromMilliseconds(250) });
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => timeline.Run(stop.Token));
        var block = Append(timeline, 0, 20);
        await Until.True(() => timeline.Trouble is not null, "it says so");
        Assert.Equal("401 authorization failed", timeline.Trouble);
        Assert.True(timeline.StoredThrough < block);
        await File.WriteAllTextAsync(_folder.File("password"), "right\n");
        await Until.True(() => timeline.StoredThrough >= block, "it is stored");
        Assert.Single(timeline.Read(Pole, Quantity.AirTemperature, Noon, Noon + TimeSpan.FromSeconds(1)));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task Episodes_and_changes_of_presence_stand_beside_the_readings_each_once()
    {
        await using var server = await InfluxServer.Start(_folder.File("influxdb"));
        using var timeline = Open(new() { Url = server.Address, BatchAge = TimeSpan.Zero });
        using var register = new SqliteRegister(new() { Path = _folder.File("register.db") }, new WebhookComposer(SmartCity.Webhooks.City.Unnamed).Compose, TimeProvider.System, NullLogger<SqliteRegister>.Instance);
        var feed = new EventFeed();
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => new Annotations(feed, register, timeline.OwnDelivery(), TimeProvider.System).Run(stop.Token));
        await Until.True(() => feed.Listeners == 1, "it listens");
        var episode = new Episode(new("0123"), "heat", 1, Pole, Quantity.AirTemperature, Severity.Major, Noon, 41.5) { District = "old-town", Message = "Hot", RaisedAt = Noon };
        feed.Tell(Noon, "episode.raised", "heat", episode);
        feed.Tell(Noon, "node.offline", "city/pole-1");
        feed.Tell(Noon + TimeSpan.FromSeconds(5), "node.online", "city/pole-1");
        feed.Tell(Noon + TimeSpan.FromMinutes(1), "episode.cleared", "heat", episode with { ClearedAt = Noon + TimeSpan.FromMinutes(1) });
        await Until.True(async () => (await server.Rows("SELECT state FROM episode WHERE state = 'cleared'", "city_1h")).Count == 1, "the end is written");
        var (_, row) = Assert.Single(await server.Rows("SELECT * FROM episode", "city_1h"));
        Assert.Equal(("heat", "old-town", "major", Noon.UnixMilliseconds + 60_000), (row["rule"].GetString(), row["district"].GetString(), row["severity"].GetString(), row["ended"].GetInt64()));
        Assert.Equal([0L, 1], (await server.Rows("SELECT online FROM presence WHERE node = 'city/pole-1'", "city_1h")).Select(change => change.Columns["online"].GetInt64()));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
