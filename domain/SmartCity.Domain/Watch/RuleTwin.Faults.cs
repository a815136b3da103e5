using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>When the rule itself fails.</summary>
internal sealed partial class RuleTwin
{
    private Failure? _failed; // seldom, so it takes no room in each

    /// <summary>Whether it threw when it was tried last.</summary>
    public bool HasFailed => _failed is not null;

    /// <summary>It threw: it starts again as if it were new, but for an open episode. The first failure in a row is an episode.</summary>
    public void Fail(SensorId sensor, uint epoch, in Kept reading, long now, List<EpisodeEvent> events)
    {
        var rule = Plan!;
        var open = _now.Phase == Phase.Raised ? _now.Fold.Reopened(rule.Levels) : default;
        Begin(open);
        (_clockAhead, Deadline, _isPlain) = (false, long.MaxValue, false);
        if (HasFailed) return;
        _failed = new(epoch, reading.Order);
        events.Add(new EpisodeEvent.Raised(EpisodeId.Of(OwnRules.FaultOf(Id), sensor, epoch, reading.Order), OwnRules.FaultOf(Id), rule.Version, sensor, rule.Rule.Quantity,
            new(now), Severity.Major, reading.Value, new(reading.At), Late: false));
    }

    /// <summary>It was tried again, and did not throw.</summary>
    public void Recover(SensorId sensor, in Kept reading, List<EpisodeEvent> events)
    {
        if (_failed is not { } failed) return;
        _failed = null;
        _isPlain = Plan!.IsPlain;
        events.Add(new EpisodeEvent.Cleared(EpisodeId.Of(OwnRules.FaultOf(Id), sensor, failed.Epoch, failed.First), OwnRules.FaultOf(Id), Plan.Version, sensor, Plan.Rule.Quantity,
            new(reading.At), reading.Value));
    }

    /// <summary>The episode of its failure, or null: it has not failed.</summary>
    public EpisodeId? FailureEpisode(SensorId sensor) => _failed is { } failed ? EpisodeId.Of(OwnRules.FaultOf(Id), sensor, failed.Epoch, failed.First) : null;

    /// <param name="First">Order of the reading at which it threw first.</param>
    private sealed record Failure(uint Epoch, ulong First);
}
