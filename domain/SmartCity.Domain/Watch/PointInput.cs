using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>What a rule compares in place of the value, when it takes a past to know it: one number at most for each reading, in the order of readings.
/// Its state is part of the fold's: copied where a fold begins again from an earlier point. Bounded in size by construction.</summary>
internal abstract class PointInput
{
    /// <summary>The input that a rule asks for, or null: the value itself, or a mean.</summary>
    public static PointInput? Of(PlannedRule rule) => rule.Rule.Early is { } early ? new EarlyWarning.EarlyInput(rule, early) : rule.Rule.Rate is { } rate ? new RateInput(rate) : null;

    /// <summary>Takes the next reading. False: there is nothing to compare yet.</summary>
    public abstract bool TryTake(long at, double value, out double compared);

    /// <summary>What to say beside the rule's message when it raises: empty, if the value says all.</summary>
    public virtual string Describe() => "";

    public abstract void CopyTo(PointInput other);

    public abstract void Write(VarintWriter w);

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public abstract bool Read(ref VarintReader r);
}
