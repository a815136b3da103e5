using Rig;
using SmartCity.Timeline;

namespace Walls.Tests;

/// <summary>A real city in small: two nodes of the sample city, broker, hub, InfluxDB. What the boards ask for is what the hub writes.</summary>
public sealed class LiveCityTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("walls-live-");
    private readonly List<IAsyncDisposable> _parts = [];
    private InfluxServer _influx = null!;

    public async Task InitializeAsync()
    {
        _influx = Part(await InfluxServer.Start(Path.Combine(_folder.FullName, "influx")));
        var broker = Part(await Broker.Start(Path.Combine(_folder.FullName, "broker")));
        Part(await HubProcess.Start(Path.Combine(_folder.FullName, "hub"), broker.Port, Path.Combine(Products.Root, "rules"), "--Timeline:Store=Influx", $"--Influx:Url={_influx.Address}"));
        foreach (var node in (string[])["harbour-01", "hills-01"])
        {
            Part(Child.Start(Path.Combine(_folder.FullName, node + ".log"), "dotnet", Products.Node, "run", Path.Combine(Products.Root, $"deploy/sample-city/nodes/{node}.yaml"),
                "--broker", $"127.0.0.1:{broker.Port}", "--outbox", Path.Combine(_folder.FullName, node)));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_figures_that_the_boards_show_are_those_that_the_hub_writes()
    {
        var raw = TimelineSchema.Database(Resolution.Raw);
        // The nodes are there and an alert of theirs was raised: what happens at all has happened.
        await Until.True(async () => (await _influx.Rows($"SELECT * FROM \"{Figures.District}\" WHERE time > 0 AND \"{Figures.Open(SmartCity.Watch.Severity.Critical)}\" > 0", raw)).Count > 0
            && (await _influx.Rows($"SELECT * FROM \"{Figures.Node}\" WHERE time > 0 AND \"{Figures.Online}\" = 1 AND \"{Figures.Latitude}\" > 54", raw)).Count > 0, "the hub's figures tell of an alert", TimeSpan.FromMinutes(2));
        Assert.Equal(Figures.DistrictFields.Order(StringComparer.Ordinal), await Fields(Figures.District));
        Assert.Equal(Figures.NodeFields.Order(StringComparer.Ordinal), await Fields(Figures.Node));

        var written = await Fields(Figures.Hub);
        var known = HubMetricNames.Fields.ToHashSet(StringComparer.Ordinal);
        // Whatever is written under our own name is what the boards' own test takes for known, and no other.
        Assert.All(written.Where(f => f.StartsWith("cityhub_", StringComparison.Ordinal)), f => Assert.Contains(f, known));
        // What a calm hub has to show, it shows: gauges, and all that happens with every reading.
        string[] asked = ["cityhub_readings_total", "cityhub_messages_total", "cityhub_mqtt_online", "cityhub_rules_version", "cityhub_rule_errors", "cityhub_unstored_readings", "cityhub_open_episodes",
            "cityhub_ingest_queue_bytes", "cityhub_arrival_to_stored_seconds_p99", "cityhub_commit_seconds_p99", "cityhub_episode_changes_total", "cityhub_register_writes_total", "cityhub_timeline_readings_total",
            "cityhub_webhook_queue_depth", "process_resident_memory_bytes"];
        Assert.All(asked, f => Assert.Contains(f, written));
        var seconds = (await _influx.Rows($"SELECT last(\"cityhub_arrival_to_stored_seconds_p99\") AS \"p99\" FROM \"{Figures.Hub}\" WHERE time > 0", raw))[0].Columns["p99"].GetDouble();
        Assert.InRange(seconds, 1e-9, 60);

        // Episodes and presence stand where the boards look for them.
        await Until.True(async () => (await _influx.Rows($"SELECT \"severity\", \"state\", \"title\", \"sensor\" FROM \"{TimelineSchema.Episodes}\" WHERE time > 0 AND \"state\" = 'open'", TimelineSchema.Database(Resolution.Hour))).Count > 0,
            "the episode is in the timeline");
    }

    private async Task<IReadOnlyList<string>> Fields(string measurement) =>
        [.. (await _influx.Rows($"SHOW FIELD KEYS FROM \"{measurement}\"", TimelineSchema.Database(Resolution.Raw))).Select(r => r.Columns["fieldKey"].GetString()!).Order(StringComparer.Ordinal)];

    private T Part<T>(T part) where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
