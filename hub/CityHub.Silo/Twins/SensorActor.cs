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
    private SensorRhythm _rhythm;
    private (Quantity Quantity, int Number)[] _series = []; // few: looked through, one after the other

    public NodeActor Node => node;
    public string Device => device;
    public SensorTwin Twin => twin;
    public SensorPlace Place { get; set; } = place;
    public Spot Spot => new(Place.Place.District, Place.Place.Site, Place.Place.Latitude, Place.Place.Longitude);
    public RulePlan Plan { get; set; } = RulePlan.Empty;
    public long PlannedAt { get; set; } = long.MaxValue;

    /// <summary>Whether its device said that it is gone while its node is there.</summary>
    public bool IsDead { get; set; }

    /// <summary>The command to its output that waits for an answer; null: none does.</summary>
    public AwaitedAnswer? Awaited { get; set; }

    /// <summary>The newest order that its device's last birth told of an output.</summary>
    public ReadingOrder BornWith { get; set; }

    /// <summary>Whether its device should have spoken by now, by its own rhythm.</summary>
    public bool IsStale => _rhythm.IsStale;

    /// <summary>A reading came; true: it is back.</summary>
    public bool Heard(in Reading reading, Instant wallNow) => _rhythm.Heard(reading.At, wallNow);

    /// <summary>Its node is there again.</summary>
    public void Expect(Instant wallNow) => _rhythm.Expect(wallNow);

    /// <summary>True: it has become stale just now.</summary>
    public bool Look(Instant wallNow) => _rhythm.Look(wallNow);

    public int SeriesOf(ITimeline timeline, Quantity quantity)
    {
        foreach (var known in _series)
        {
            if (known.Quantity == quantity) return known.Number;
        }
        var series = timeline.Series(twin.Id, quantity);
        _series = [.. _series, (quantity, series)];
        return series;
    }

    /// <summary>The series of what was repaired of a quantity.</summary>
    public int RepairsOf(ITimeline timeline, Quantity quantity) => timeline.Series(SensorId.OfRepairs(twin.Id), quantity);

    // What its node says of itself comes first: of a node that is away, nobody expects a sensor.
    private Presence PresenceNow => node.Presence != Presence.Online ? node.Presence : IsDead ? Presence.Offline : IsStale ? Presence.Stale : Presence.Online;

    public SensorView View()
    {
        var live = twin.Live;
        var values = new List<LiveValue>(live.Length);
        foreach (ref readonly var quantity in live)
        {
            var newest = quantity.Newest;
            values.Add(new(newest.Quantity, newest.At, newest.TryGetValue(out var value) ? value : null, newest.Fault, newest.Quality, newest.Clock));
        }
        return new(twin.Id, Place.Device, Place.Place, PresenceNow, values)
        {
            EarlyWarnings = twin.EarlyWarnings(),
        };
    }
}
