using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CityHub.Contracts;
using CityHub.Silo;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Twins;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Api.Tests;

/// <summary>
/// A city whose sensors and nodes stand still and whose episodes live in a real register: what the API shows can be set to the tick.
/// The way from a broker to the API is walked in WholeHubTests, with all parts real.
/// </summary>
public sealed partial class SeededCity(IRegister register, TimeProvider wall) : ICity
{
    private readonly OutputCommands _commands = new(register, TimeSpan.FromMinutes(2), new EventFeed(), wall, new HubMetrics(), NullLogger<OutputCommands>.Instance);
    private readonly NodeCalls _calls = new(register, TimeSpan.FromMinutes(2), new EventFeed(), wall, new HubMetrics(), NullLogger<NodeCalls>.Instance);
    private readonly ConcurrentDictionary<Channel<HubEvent>, byte> _readers = [];
    private long _number = 1000;
    private ulong _order;

    public static readonly string[] DistrictIds = ["harbour", "old-town", "hill"];
    private static readonly string[] Sites = ["Quay 4", "Lock gate", "Town hall", "Market square", "Underpass B6", "Water tower", "School road", "Tram depot"];

    public Dictionary<string, string> Missing { get; } = [];

    public Instant Now => Frozen ?? Instant.From(wall.GetUtcNow());

    /// <summary>Where its time stands still; null: it does not.</summary>
    public Instant? Frozen { get; set; }

    public IReadOnlyList<SensorView> Sensors() => [.. Enumerable.Range(0, 24).Select(Sensor)];

    public SensorView? Sensor(SensorId id) => Sensors().FirstOrDefault(s => s.Id == id);

    public Task Latest(Quantity quantity, List<LatestValue> into)
    {
        into.AddRange(Sensors().Reverse().SelectMany(s => s.Values.Where(v => v.Quantity == quantity).Select(v => new LatestValue(s.Id, v.At, v.Value, v.Quality))));
        return Task.CompletedTask;
    }

    public IReadOnlyList<NodeView> Nodes() =>
        [.. Enumerable.Range(0, 12).Select(i => new NodeView(Node(i), NodePresence(i), Now - TimeSpan.FromHours(3), Now - TimeSpan.FromSeconds(i == 7 ? 1300 : 2), 2, i == 5 ? 4ul : 0, ClockTrust.Synced, false, []))];

    public IReadOnlyList<DistrictView> Districts()
    {
        var open = register.ListEpisodes(new(Open: true, Limit: 1000)).GetAwaiter().GetResult();
        return [.. DistrictIds.Select((id, i) => new DistrictView(id, new[] { "Harbour", "Old town", "Hill" }[i], 8, i == 1 ? 6 : 8, i == 1 ? 3 : 4, 4,
            open.Where(e => e.District == id).CountBy(e => e.Severity).ToDictionary()))];
    }

    /// <summary>A day's curve with two gaps: 04:00 to 06:30 and the last quarter of an hour before a third of the range.</summary>
    public Task<HistoryAnswer> History(HistoryQuery query, CancellationToken cancel)
    {
        if (StoreIsAway) throw new TimelineUnavailableException("seeded so");
        var (_, quantity, from, to, step, _) = query;
        var points = new List<HistoryPoint>();
        var kind = QuantityCatalogue.Of(quantity).Kind;
        var range = (to - from).TotalHours;
        var total = 0.0;
        for (var at = from; at < to; at += step)
        {
            var hour = (at - from).TotalHours / range * 24;
            if (hour is > 4 and < 6.5 or > 15.7 and < 16) continue;
            var wave = Math.Sin((hour - 9) / 24 * 2 * Math.PI) + 0.18 * Math.Sin(hour * 2.7) + 0.07 * Math.Sin(hour * 13);
            total += 40 + 30 * wave;
            points.Add(kind switch
            {
                QuantityKind.Level => new(at, 17 + 6 * wave - 0.7, 17 + 6 * wave, 17 + 6 * wave + 0.6, 60, 60),
                QuantityKind.Counter => new(at, total - 20, total - 10, total, 60, 60),
                QuantityKind.Contact => new(at, 0, hour is > 10 and < 10.6 ? 1 : 0, hour is > 10 and < 10.6 ? 1 : 0, 1, 1),
            });
        }
        return Task.FromResult(new HistoryAnswer(Retention.ForEver.Serving(quantity, from, step, Now), points));
    }

    /// <summary>For every reading that failed.</summary>
    public IEnumerable<Repair> Repairs(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        for (var (at, n) = (from, 0ul); at < to; at += TimeSpan.FromMinutes(1), n++)
        {
            if (n % 10 == 9) yield return new(quantity, at, 20 + n / 100.0, RepairMethod.Interpolation, 0.9);
        }
    }

    /// <summary>A reading a minute; every tenth one failed.</summary>
    public IEnumerable<Reading> Readings(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        if (StoreIsAway) throw new TimelineUnavailableException("seeded so");
        for (var (at, n) = (from, 0ul); at < to; at += TimeSpan.FromMinutes(1), n++)
        {
            yield return n % 10 == 9 ? Reading.Failed(quantity, at, ReadingOrder.Of(1, n), ReadFault.TimedOut) : Reading.Measured(quantity, at, ReadingOrder.Of(1, n), 20 + n / 100.0);
        }
    }

    /// <summary>Five hundred lines, refused one after the other.</summary>
    public RefusedLines Refused(long? before, int limit) => new(500, [.. Enumerable.Range(1, 500).Reverse().Where(number => number < (before ?? long.MaxValue)).Take(limit)
        .Select(number => new RefusedLine(number, new(number * 1000L), "field type conflict", $"pm10,sensor=s value={number} {number}"))]);

    public bool StoreIsAway { get; set; }

    public Task<IReadOnlyList<Episode>> Episodes(EpisodeFilter filter, CancellationToken cancel) => register.ListEpisodes(filter);

    public Task<Episode?> Episode(EpisodeId id, CancellationToken cancel) => register.FindEpisode(id);

    public async Task<Episode?> Acknowledge(EpisodeId id, string by, string note, CancellationToken cancel)
    {
        if (await register.Acknowledge(id, by, Now, note) is { } change) Took([change]);
        return await register.FindEpisode(id);
    }

    public IOutputCommands Commands => _commands;

    public INodeCalls Calls => _calls;

    public RuleSet Rules() => new(3, new string('a', 64), TimeSpan.FromHours(1),
    [
        new()
        {
            Id = "pm10-day", Quantity = Quantity.Pm10, Breach = Breach.Above, Level = 50, Clear = 45, Severity = Severity.Major, Department = "environment",
            Mean = new(TimeSpan.FromHours(1), 24, 18, true), Message = "Fine dust over the daily limit",
        },
    ]);

    public async IAsyncEnumerable<HubEvent> Events([EnumeratorCancellation] CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<HubEvent>(1024);
        _readers[channel] = 0;
        await foreach (var happened in channel.Reader.ReadAllAsync(cancel)) yield return happened;
    }

    public IReadOnlyDictionary<string, string> NotReady() => Missing;

    /// <summary>Whether someone reads live events, so that none told from now on is missed.</summary>
    public bool IsFollowed => !_readers.IsEmpty;

    /// <summary>Raises an episode in the register and tells of it.</summary>
    public async Task<Episode> Raise(Severity severity, int sensor, Quantity quantity, double value, string message, TimeSpan ago = default, string department = "fire")
    {
        var view = Sensor(sensor);
        var rule = $"{QuantityCatalogue.Of(quantity).Name.Replace('.', '-')}-{++_order}";
        var raised = new EpisodeEvent.Raised(EpisodeId.Of(rule, view.Id, 1, _order), rule, 3, view.Id, quantity, Now - ago, severity, value, Now - ago, false);
        return await Commit(raised, new(view.Place.District, department, message));
    }

    public Task<Episode> Clear(Episode e) => Commit(new EpisodeEvent.Cleared(e.Id, e.Rule, e.RuleVersion, e.Sensor, e.Quantity, Now, 0), new(e.District, e.Department, e.Message));

    /// <summary>Tells of something that is about no episode. A jump leaves numbers out, as when some were missed.</summary>
    public void Tell(string kind, string subject, int jump = 0) => Tell(new(_number += 1 + jump, Now, kind, subject, null));

    private async Task<Episode> Commit(EpisodeEvent happened, EpisodeContext context)
    {
        var changes = await register.Commit([happened], _ => context, AlertDesk.HoldBack);
        Took(changes);
        return changes.Single().After;
    }

    private void Tell(string kind, Episode episode) => Tell(new(++_number, Now, kind, episode.Sensor.Value, episode));

    private void Tell(HubEvent happened)
    {
        foreach (var reader in _readers.Keys) reader.Writer.TryWrite(happened);
    }

    private SensorView Sensor(int i)
    {
        var district = DistrictIds[i / 8];
        var id = new SensorId($"{district}-{i % 8 + 1:00}");
        var place = new Place(district, Sites[i % 8], 51.05 + i * 0.002, 13.74 + i * 0.003, [], new(0));
        return new(id, new(Node(i / 2), "bme280"), place, NodePresence(i / 2), [.. Values(i)]);
    }

    private IEnumerable<LiveValue> Values(int i)
    {
        LiveValue Of(Quantity q, double v) => new(q, Now, v, null, Quality.Good, ClockTrust.Synced);
        return (i % 4) switch
        {
            0 => [Of(Quantity.AirTemperature, 17.42 + i * 0.1), Of(Quantity.RelativeHumidity, 61.2), Of(Quantity.AirPressure, 1013.2)],
            1 => [Of(Quantity.VehicleCount, 48_213 + i), Of(Quantity.Motion, i % 3 == 0 ? 1 : 0)],
            2 => [Of(Quantity.WaterLevel, 2.31), Of(Quantity.RainDepth, 412.6), .. i == 6 ? [Of(Quantity.Siren, 0)] : Array.Empty<LiveValue>()],
            _ => [Of(Quantity.Smoke, 0), new(Quantity.AirTemperature, Now, null, ReadFault.TimedOut, Quality.Missing, ClockTrust.Synced)],
        };
    }

    private static NodeKey Node(int i) => new("city", $"pole-{i + 1:00}");

    private static Presence NodePresence(int i) => i switch { 5 => Presence.Stale, 7 => Presence.Offline, 11 => Presence.Unheard, _ => Presence.Online };
}
