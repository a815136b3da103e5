using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>A rule that throws is a fault of ours. It stops for this quantity of this sensor alone, says so by an episode of its own, and is tried again
/// with the next reading; the others go on. What it had told in the step that failed is taken back.</summary>
internal sealed partial class QuantityTwin
{
    private void Step(RuleTwin rule, SensorId sensor, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        var told = events.Count;
        try
        {
            rule.Step(sensor, _epoch, reading, looked, now, events);
            if (rule.HasFailed) rule.Recover(sensor, reading, events);
        }
        catch (Exception fault) when (IsOurs(fault))
        {
            Fail(rule, sensor, reading, told, now, events);
        }
    }

    private void Merge(RuleTwin rule, SensorId sensor, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        var told = events.Count;
        try
        {
            rule.Merge(sensor, _epoch, _kept, looked, now, events);
        }
        catch (Exception fault) when (IsOurs(fault))
        {
            Fail(rule, sensor, reading, told, now, events);
        }
    }

    private void Elapse(RuleTwin rule, SensorId sensor, long looked, long now, List<EpisodeEvent> events)
    {
        var told = events.Count;
        try
        {
            rule.Elapse(sensor, looked, now, events);
        }
        catch (Exception fault) when (IsOurs(fault))
        {
            Fail(rule, sensor, Last, told, now, events);
        }
    }

    private void Absorb(RuleTwin rule, SensorId sensor, in Kept oldest, long now, List<EpisodeEvent> events)
    {
        try
        {
            rule.Absorb(_epoch, oldest);
        }
        catch (Exception fault) when (IsOurs(fault))
        {
            Fail(rule, sensor, oldest, events.Count, now, events);
        }
    }

    private void Restore(RuleTwin rule, PlannedRule plan, SensorId sensor, long looked, long now, List<EpisodeEvent> events)
    {
        try
        {
            rule.Restore(plan, _epoch, _kept, looked);
        }
        catch (Exception fault) when (IsOurs(fault))
        {
            Fail(rule, sensor, Last, events.Count, now, events);
        }
    }

    private void Fail(RuleTwin rule, SensorId sensor, in Kept reading, int told, long now, List<EpisodeEvent> events)
    {
        events.RemoveRange(told, events.Count - told);
        rule.Fail(sensor, _epoch, reading, now, events);
    }

    private Kept Last => _kept.Count > 0 ? _kept.Newest : new(_baseThrough, 0, 0, Quality.NotEvaluated);

    private static bool IsOurs(Exception fault) => fault is not (OutOfMemoryException or InsufficientExecutionStackException);
}
