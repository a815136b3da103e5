using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>A sensor's twin in its shard, with what it needs at hand for each reading: its rules and its numbers in the timeline.</summary>
internal sealed class SensorActor(NodeActor node, string device, SensorPlace place, SensorTwin twin) : IHasDeadline
{
    private readonly int[] _series = new int[256]; // by quantity, plus one; 0: not asked for yet

    public NodeActor Node => node;
    public string Device => device;
    public SensorTwin Twin => twin;
    public SensorPlace Place { get; set; } = place;
    public RulePlan Plan { get; set; } = RulePlan.Empty;
    public long PlannedAt { get; set; } = long.MaxValue;

    /// <summary>Whether its device said that it is gone while its node is there.</summary>
    public bool IsDead { get; set; }

    public int SeriesOf(ITimeline timeline, Quantity quantity)
    {
        var known = _series[(byte)quantity];
        if (known != 0) return known - 1;
        var series = timeline.Series(twin.Id, quantity);
        _series[(byte)quantity] = series + 1;
        return series;
    }

    public SensorView View()
    {
        var live = twin.Live;
        var values = new List<LiveValue>(live.Length);
        foreach (ref readonly var quantity in live)
        {
            var newest = quantity.Newest;
            values.Add(new(newest.Quantity, newest.At, newest.TryGetValue(out var value) ? value : null, newest.Fault, newest.Quality, newest.Clock));
        }
        return new(twin.Id, Place.Device, Place.Place, IsDead && node.Presence == Presence.Online ? Presence.Offline : node.Presence, values)
        {
            EarlyWarnings = twin.EarlyWarnings(),
        };
    }
}
