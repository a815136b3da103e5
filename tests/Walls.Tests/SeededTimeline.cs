using Rig;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;
using SmartCity.Watch.Repairs;

namespace Walls.Tests;

/// <summary>A real InfluxDB with the sample city in it, written by the domain's own lines: three hours of readings, four of minutes, two weeks of hours,
/// figures of the hub, episodes.</summary>
public sealed class SeededTimeline : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"walls-{Guid.NewGuid():N}");
    private InfluxServer? _server;

    /// <summary>What the boards take for now.</summary>
    internal Instant Now { get; private set; }

    internal InfluxServer Server => _server ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        Now = Instant.From(DateTimeOffset.UtcNow);
        _server = await InfluxServer.Start(_folder);
        foreach (var resolution in Enum.GetValues<Resolution>()) (await Server.Ask($"CREATE DATABASE \"{TimelineSchema.Database(resolution)}\"")).Dispose();
        await Write(Resolution.Raw, Readings);
        await Write(Resolution.Minute, w => Windows(w, TimeSpan.FromHours(4), TimeSpan.FromMinutes(1)));
        await Write(Resolution.Hour, w => Windows(w, TimeSpan.FromDays(14), TimeSpan.FromHours(1)));
        await Write(Resolution.Raw, Cities);
        await Write(Resolution.Raw, Twins);
        await Write(Resolution.Raw, Hub);
        await Write(Resolution.Hour, Episodes);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Write(Resolution resolution, Action<LineWriter> lines)
    {
        var w = new LineWriter();
        lines(w);
        var sent = 0;
        var written = w.Written;
        while (sent < written.Length)
        {
            var end = Math.Min(written.Length, sent + 700_000);
            end = sent + written.Span[sent..end].LastIndexOf((byte)'\n') + 1;
            using var answer = await Server.Write(TimelineSchema.Database(resolution), written[sent..end]);
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
            sent = end;
        }
    }

    private void Readings(LineWriter w)
    {
        foreach (var series in SampleCity.All)
        {
            var head = series.Head;
            var number = 0UL;
            for (var at = Now - TimeSpan.FromHours(3); at < Now; at += TimeSpan.FromSeconds(60))
            {
                var order = ReadingOrder.Of(1, ++number);
                var reading = number % 100 == 99 ? Reading.Failed(series.Quantity, at, order, ReadFault.BadChecksum)
                    : Reading.Measured(series.Quantity, at, order, SampleCity.Value(series, at), quality: number % 50 == 49 ? Quality.Suspect : Quality.Good);
                TimelineLines.Reading(w, head, PackedReading.Of(reading));
                if (number % 100 == 99) TimelineLines.Repair(w, head, new(series.Quantity, at, SampleCity.Value(series, at), RepairMethod.Interpolation, 0.9));
            }
        }
    }

    private void Windows(LineWriter w, TimeSpan span, TimeSpan length)
    {
        var first = new Instant((Now - span).UnixMilliseconds / (long)length.TotalMilliseconds * (long)length.TotalMilliseconds);
        foreach (var series in SampleCity.All)
        {
            var head = series.Head;
            for (var start = first; start + length <= Now; start += length)
            {
                // Four readings speak for all of the window's.
                var window = default(Window);
                for (var i = 0; i < 4; i++)
                {
                    var at = start + (length / 4 * i);
                    window = window.And(Window.Of(PackedReading.Of(Reading.Measured(series.Quantity, at, ReadingOrder.Of(1, 1), SampleCity.Value(series, at)))));
                }
                TimelineLines.Window(w, head, start, window);
            }
        }
    }

    /// <summary>A quiet night with a fire alarm an hour ago, and a node that was away for a while.</summary>
    private void Cities(LineWriter w)
    {
        for (var at = Now - TimeSpan.FromHours(3); at < Now; at += TimeSpan.FromSeconds(10))
        {
            var minutes = (Now - at).TotalMinutes;
            foreach (var (number, district) in SampleCity.Districts.Index())
            {
                var nodes = SampleCity.Nodes.Where(n => n.District == district).ToArray();
                var open = new Dictionary<Severity, int>
                {
                    [Severity.Critical] = number == 0 && minutes is > 50 and < 65 or < 6 ? 1 : 0, [Severity.Major] = number == 1 && minutes is > 100 and < 140 ? 1 : 0,
                    [Severity.Minor] = (int)(minutes / 25 + number) % 3 == 0 ? 1 : 0, [Severity.Warning] = (int)(minutes / 40 + number) % 2,
                };
                FigureLines.District(w, new(district, nodes.Length * 5, (nodes.Length * 5) - (number == 2 ? 1 : 0), nodes.Length, nodes.Length, open, (nodes.Average(n => n.Latitude), nodes.Average(n => n.Longitude))), at);
                foreach (var (place, node) in nodes.Index())
                {
                    var away = number == 1 && place == 2 && minutes is > 30 and < 48;
                    FigureLines.Node(w, new(node.Key, district, !away, 5, (ulong)(away ? 0 : (int)(minutes + place) % 7 == 0 ? 2 : 1), (ClockTrust)(number == 2 && place == 0 && minutes > 150 ? 1 : 0),
                        TimeSpan.FromSeconds(away ? (48 - minutes) * 60 : 1 + (place + (int)minutes) % 4), false, (node.Latitude, node.Longitude))
                    {
                        // The last node is somebody else's: it neither counts nor has a thermometer, and the hub counts what it hears all the same.
                        BoardCelsius = away || node == SampleCity.Nodes[^1] ? null : 31 + place * 2 + Math.Sin(minutes / 30),
                        Sent = node == SampleCity.Nodes[^1] ? null : ((ulong)(90_000_000 - minutes * 60 * (220 + 40 * place)), (ulong)(9_000_000 - minutes * 60 * 20)),
                        ReceivedBytes = (ulong)(90_000_000 - minutes * 60 * (219 + 40 * place)),
                    }, at);
                }
            }
        }
    }

    /// <summary>Indices of two days at the stations that measure what they are made of; forecasts of the water, each instant by the newest that speaks of it.</summary>
    private void Twins(LineWriter w)
    {
        foreach (var series in SampleCity.All.Where(s => s.Quantity == Quantity.Pm2_5))
        {
            for (var hour = 0; hour < 48; hour++)
            {
                var at = new Instant(Now.UnixMilliseconds / 3_600_000 * 3_600_000) - TimeSpan.FromHours(hour);
                var index = 20 + (hour * 7 + series.Number * 31) % 300;
                FigureLines.AirIndex(w, series.Node.District, series.Sensor, Quantity.UsAqi, index, at);
                FigureLines.AirIndex(w, series.Node.District, series.Sensor, Quantity.CnAqi, Math.Max(0, index - 12), at);
            }
        }
        const int Step = 600_000;
        foreach (var series in SampleCity.All.Where(s => s.Quantity == Quantity.WaterLevel))
        {
            for (var from = new Instant(Now.UnixMilliseconds / Step * Step) - TimeSpan.FromHours(6); from <= Now; from += TimeSpan.FromMilliseconds(Step))
            {
                Expected Expect(int steps)
                {
                    var middle = SampleCity.Value(series, from + TimeSpan.FromMilliseconds(steps * Step));
                    return new(middle - 0.05 * steps, middle, middle + 0.05 * steps);
                }
                FigureLines.Forecast(w, series.Node.District, series.Sensor, Quantity.WaterLevel, "flood-ahead", new(from.UnixMilliseconds, Step, SampleCity.Value(series, from), Expect(1), Expect(3), Expect(6)));
            }
        }
    }

    private void Hub(LineWriter w)
    {
        var values = new Dictionary<string, string[]>
        {
            ["kind"] = ["episode.raised", "episode.cleared"], ["reason"] = ["future", "unknown-metric"], ["store"] = ["timeline", "register"],
            ["host"] = ["cityhub-city"], ["desk"] = ["city"], ["outcome"] = ["delivered", "retry"],
        };
        // As a desk that is neither idle nor flooded says of itself.
        var desk = new Dictionary<string, double>
        {
            ["cityhub_desk_alerts_last_10_minutes"] = 3, ["cityhub_desk_alerts_per_10_minutes"] = 0.8, ["cityhub_desk_alerts_most_in_10_minutes"] = 12, ["cityhub_desk_flood_share"] = 0.004, ["cityhub_desk_flooded"] = 0,
            ["cityhub_desk_standing"] = 7, ["cityhub_desk_stale"] = 1, ["cityhub_desk_unacknowledged"] = 2, ["cityhub_desk_held_back"] = 1, ["cityhub_desk_chattering"] = 0, ["cityhub_desk_top_ten_share"] = 0.31,
            ["cityhub_mqtt_online"] = 1, ["process_resident_memory_bytes"] = 480e6,
        };
        for (var at = Now - TimeSpan.FromHours(3); at < Now; at += TimeSpan.FromSeconds(20))
        {
            var t = (at.UnixMilliseconds / 1000) % 1_000_000;
            (string Name, double Value)[] all =
            [
                .. HubMetricNames.Counters.Select((name, i) => (name, name.Contains("readings") || name.Contains("messages") ? t * 60.0 : t * (1 + i % 5) / 100.0)),
                .. HubMetricNames.Gauges.Select((name, i) => (name, desk.TryGetValue(name, out var usual) ? usual : (t / 30 % 10) + i)),
                .. HubMetricNames.Histograms.SelectMany(name => new[] { (name + Figures.Median, 0.004), (name + Figures.P99, 0.03) }),
            ];
            FigureLines.Hub(w, [], [.. all.Where(metric => !IsLabelled(metric.Name))], at);
            foreach (var (label, names) in values)
            {
                foreach (var value in names) FigureLines.Hub(w, [(label, value)], [.. all.Where(metric => Label(metric.Name) == label)], at);
            }
        }

        static bool IsLabelled(string metric) => Label(metric).Length > 0;

        static string Label(string metric) => metric switch
        {
            _ when metric.StartsWith("cityhub_desk_", StringComparison.Ordinal) => "desk",
            "cityhub_episode_changes_total" => "kind",
            "cityhub_webhook_attempts_total" => "outcome",
            "cityhub_mqtt_online" => "host",
            "cityhub_set_aside_total" or "cityhub_shed_total" or "cityhub_timeline_retries_total" or "cityhub_mqtt_connections_ended_total" => "reason",
            "cityhub_store_failures_total" => "store",
            _ => "",
        };
    }

    private void Episodes(LineWriter w)
    {
        for (var i = 0; i < 60; i++)
        {
            var series = SampleCity.All[i * 7 % SampleCity.All.Count];
            var at = Now - TimeSpan.FromMinutes(20 * i) - TimeSpan.FromMinutes(1);
            var episode = new Episode(EpisodeId.Of("heat", series.Sensor, 1, (ulong)i), i % 3 == 0 ? "smoke" : "heat", 1, series.Sensor, series.Quantity, (Severity)(1 + (i % 4)), at, 41.5)
            {
                District = series.Node.District, Department = "fire", Message = "Air of more than 40 degrees for some seconds.", RunBook = "https://city.example/runbooks/heat", RaisedAt = at,
                ClearedAt = i % 2 == 0 ? null : at + TimeSpan.FromMinutes(5), Kind = i % 9 == 8 ? EpisodeKind.Exercise : EpisodeKind.Actual,
            };
            TimelineLines.Episode(w, episode);
        }
        // The sensor that the tests choose has one too.
        var chosen = SampleCity.All[0];
        TimelineLines.Episode(w, new Episode(EpisodeId.Of("heat", chosen.Sensor, 1, 1000), "heat", 1, chosen.Sensor, Quantity.AirTemperature, Severity.Major, Now - TimeSpan.FromMinutes(3), 41.5)
        { District = chosen.Node.District, Message = "Air of more than 40 degrees.", RunBook = "https://city.example/runbooks/heat", RaisedAt = Now - TimeSpan.FromMinutes(3) });
    }
}
