using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using CityHub.Silo.Watch;
using CityHub.Silo.Watch.Desk;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Twins;

/// <summary>What the API asks of the hub, answered by the twins, the timeline and the register.</summary>
internal sealed class City(ITwinViews engine, ITimeline timeline, IRegister register, EpisodeBoard board, EventFeed feed, RuleFiles rules, AlertDesk desk, HubState state, CityClock city,
    EnrolledNodes enrolled, IOutputCommands commands, INodeCalls calls) : ICity
{
    public IReadOnlyList<SensorView> Sensors() => engine.Sensors();

    public SensorView? Sensor(SensorId id) => engine.Sensor(id);

    public Task Latest(Quantity quantity, List<LatestValue> into) => engine.Latest(quantity, into);

    public IReadOnlyList<NodeView> Nodes() => enrolled.With(engine.Nodes());

    /// <summary>Rolled up when asked: every district that the rules name, and every one that a sensor stands in.</summary>
    public IReadOnlyList<DistrictView> Districts()
    {
        var names = rules.Districts;
        var presence = engine.Nodes().ToDictionary(node => node.Key, node => node.Presence);
        var counts = board.OpenCounts();
        var byDistrict = engine.Sensors().GroupBy(sensor => sensor.Place.District).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        var ids = names.Keys.Concat(byDistrict.Keys).Concat(counts.Keys.Select(key => key.District)).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal);
        var views = new List<DistrictView>();
        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            var sensors = byDistrict.GetValueOrDefault(id, []);
            var nodes = sensors.Select(sensor => sensor.Device.Node).Distinct().ToArray();
            views.Add(new(id, names.GetValueOrDefault(id, id), sensors.Length, sensors.Count(sensor => sensor.Presence == Presence.Online),
                nodes.Count(node => presence.GetValueOrDefault(node) == Presence.Online), nodes.Length,
                counts.Where(count => count.Key.District == id).ToDictionary(count => count.Key.Severity, count => count.Value)));
        }
        return views;
    }

    public Task<HistoryAnswer> History(HistoryQuery query, CancellationToken cancel) => Task.Run(() => timeline.History(query), cancel);

    public IEnumerable<Reading> Readings(SensorId sensor, Quantity quantity, Instant from, Instant to) => timeline.Read(sensor, quantity, from, to);

    public RefusedLines Refused(long? before, int limit) => timeline is InfluxTimeline store ? store.Refused(before, limit) : new(0, []);

    public IEnumerable<Repair> Repairs(SensorId sensor, Quantity quantity, Instant from, Instant to) => timeline.Repairs(sensor, quantity, from, to);

    public Task<IReadOnlyList<Episode>> Episodes(EpisodeFilter filter, CancellationToken cancel) => register.ListEpisodes(filter).WaitAsync(cancel);

    public Task<Episode?> Episode(EpisodeId id, CancellationToken cancel) => register.FindEpisode(id).WaitAsync(cancel);

    public async Task<Episode?> Acknowledge(EpisodeId id, string by, string note, CancellationToken cancel)
    {
        if (await register.Acknowledge(id, by, city.Now, note).WaitAsync(cancel) is not { } change) return await register.FindEpisode(id).WaitAsync(cancel);
        board.Apply([change]);
        return change.After;
    }

    public IDesk Desk => desk;

    public IOutputCommands Commands => commands;

    public INodeCalls Calls => calls;

    public RuleSet Rules() => board.Rules;

    public IAsyncEnumerable<HubEvent> Events(CancellationToken cancel) => feed.Listen(cancel);

    public IReadOnlyDictionary<string, string> NotReady() => state.NotReady();
}
