using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>A place-bound sensor: its live values, and the state of every rule that watches it.</summary>
public sealed class SensorTwin(SensorId id)
{
    public SensorId Id { get; } = id;

    /// <summary>When <see cref="Advance"/> has something to do (city clock), or null: never, unless a reading comes.</summary>
    public Instant? NextDeadline => null;

    /// <summary>The live values, enumerable without allocation.</summary>
    public ReadOnlySpan<LiveQuantity> Live => [];

    public bool TryGetLive(Quantity quantity, out LiveQuantity live)
    {
        live = default;
        return false;
    }

    /// <summary>Takes a reading and appends what it brought to light.</summary>
    public ObserveOutcome Observe(in Reading reading, uint epoch, Instant cityNow, RulePlan plan, List<EpisodeEvent> events) => ObserveOutcome.Newest;

    /// <summary>Lets time pass.</summary>
    public void Advance(Instant cityNow, RulePlan plan, List<EpisodeEvent> events) { }

    /// <summary>Puts other rules in force. Every call with a plan does it by itself; this one is for sensors that are silent.</summary>
    public void Replan(Instant cityNow, RulePlan plan, List<EpisodeEvent> events) { }

    /// <summary>The sensor is bound to another device or node from now on: a new order begins.</summary>
    public void Rebind() { }

    public void Write(VarintWriter w) { }

    public static bool TryRead(ref VarintReader r, out SensorTwin twin)
    {
        twin = new SensorTwin(new SensorId(""));
        return false;
    }
}
