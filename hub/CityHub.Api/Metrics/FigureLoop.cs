using System.Diagnostics.Metrics;
using CityHub.Contracts;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Api.Metrics;

/// <summary>
/// Writes the hub's figures into the timeline every ten seconds, see <see cref="Figures"/>, where that is an InfluxDB: for walls. One attempt each time; a figure that is
/// not taken is counted and not missed, the next one says it again. With another store, or none in this process, there is nobody to write to, and it ends at once.
/// </summary>
internal sealed partial class FigureLoop(ITimeline? timeline, ICity city, MetricTable metrics, TimeProvider wall, ILogger<FigureLoop> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Nodes that are written each time; of more than that all, but only each sixth time.</summary>
    private const int NodesEachTime = 500;

    private const int SeldomNodes = 6;

    private readonly Meter _meter = new(Names.Meter);
    private readonly Dictionary<string, IReadOnlyList<long>> _before = [];
    private readonly TwinFigures _twins = new();
    private string? _trouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (timeline is not InfluxTimeline influx) return;
        var rounds = _meter.CreateCounter<long>("cityhub_figure_rounds", description: "Rounds of figures offered to the timeline, by what became of them.");
        using var timer = new PeriodicTimer(Every, wall);
        var lines = new LineWriter();
        for (var round = 0; ; round++)
        {
            lines.Clear();
            Write(lines, Instant.From(wall.GetUtcNow()), round);
            try
            {
                var answer = await influx.Offer(TimelineSchema.Database(Resolution.Raw), lines, stoppingToken);
                if (answer.Verdict == WriteVerdict.Stored) _twins.Taken();
                rounds.Add(1, new KeyValuePair<string, object?>("outcome", answer.Verdict.ToString()));
                var trouble = answer.Verdict == WriteVerdict.Stored ? null : answer.Reason;
                if (trouble != _trouble && trouble is not null) NotTaken(trouble);
                _trouble = trouble;
                if (!await timer.WaitForNextTickAsync(stoppingToken)) return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    private void Write(LineWriter lines, Instant at, int round)
    {
        var sensors = city.Sensors();
        _twins.Write(lines, sensors);
        foreach (var district in city.Districts())
        {
            var middle = Middle(sensors.Where(s => s.Place.District == district.Id));
            FigureLines.District(lines, new(district.Id, district.Sensors, district.SensorsOnline, district.Nodes, district.NodesOnline, district.OpenEpisodes, middle), at);
        }
        var nodes = city.Nodes();
        if (nodes.Count <= NodesEachTime || round % SeldomNodes == 0)
        {
            var byNode = sensors.ToLookup(s => s.Device.Node);
            foreach (var node in nodes)
            {
                var districts = byNode[node.Key].Select(s => s.Place.District).Distinct().Take(2).ToArray();
                var silent = node.LastHeard is { } heard ? at - heard : (TimeSpan?)null;
                FigureLines.Node(lines, new(node.Key, districts.Length == 1 ? districts[0] : "", node.Presence == Presence.Online, node.Sensors, node.Outstanding, node.Clock,
                    silent < TimeSpan.Zero ? TimeSpan.Zero : silent, node.Unledgered, Middle(byNode[node.Key]))
                {
                    BoardCelsius = node.Presence == Presence.Online ? node.BoardCelsius : null,
                    Sent = node.SentBytes is { } sent ? (sent, node.SentTodayBytes ?? 0) : null,
                    ReceivedBytes = node.ReceivedBytes,
                }, at);
            }
        }
        Hub(lines, at);
    }

    /// <summary>One line for each set of labels, a field a metric.</summary>
    private void Hub(LineWriter lines, Instant at)
    {
        foreach (var group in metrics.Points().Append(new("process_resident_memory_bytes", [], Environment.WorkingSet, [], [])).GroupBy(p => string.Join('\u001f', p.Labels)))
        {
            var values = new List<(string, double)>();
            foreach (var point in group)
            {
                if (!point.IsHistogram)
                {
                    values.Add((point.Name, point.Value));
                    continue;
                }
                var before = _before.GetValueOrDefault(point.Key) ?? [];
                if (Quantiles.Of(0.5, point.Bounds, before, point.Buckets) is { } median) values.Add((point.Name + Figures.Median, median));
                if (Quantiles.Of(0.99, point.Bounds, before, point.Buckets) is { } high) values.Add((point.Name + Figures.P99, high));
                _before[point.Key] = point.Buckets;
            }
            FigureLines.Hub(lines, [.. group.First().Labels], values, at);
        }
    }

    private static (double Latitude, double Longitude)? Middle(IEnumerable<SensorView> sensors)
    {
        var (latitude, longitude, count) = (0.0, 0.0, 0);
        foreach (var sensor in sensors)
        {
            if (sensor.Place is not { Latitude: { } north, Longitude: { } east }) continue;
            (latitude, longitude, count) = (latitude + north, longitude + east, count + 1);
        }
        return count == 0 ? null : (latitude / count, longitude / count);
    }

    [LoggerMessage(LogLevel.Warning, "The timeline did not take the hub's figures: {Reason}. Walls show a gap; readings are not touched")]
    private partial void NotTaken(string reason);
}
