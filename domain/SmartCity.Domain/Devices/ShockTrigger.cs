namespace SmartCity.Devices;

/// <summary>How a <see cref="ShockTrigger"/> listens.</summary>
/// <param name="ShortSamples">How many samples the short mean looks back over, at least 1.</param>
/// <param name="LongSamples">How many samples the long mean looks back over, more than the short one; before so many have come, nothing triggers.</param>
/// <param name="On">The ratio of the means at which it triggers, included; above <paramref name="Off"/>.</param>
/// <param name="Off">The ratio below which it lets go, above 0.</param>
/// <param name="MostSamples">After so many samples in a trigger the long mean follows again: what lasts is not a shock any more. At least 1.</param>
public sealed record ShockTriggerPlan(int ShortSamples, int LongSamples, double On, double Off, int MostSamples);

/// <summary>
/// The STA/LTA trigger of seismology, in its recursive form (Withers et al., Bulletin of the Seismological Society of America 88, 1998,
/// pages 95 to 106): the short mean of the signal's energy over its long mean. A pure fold over one sample after the other. While it is
/// triggered, the long mean stands still, so that the shock does not hide itself.
/// </summary>
public sealed record ShockTrigger
{
    private ShockTrigger(ShockTriggerPlan plan) => Plan = plan;

    public ShockTriggerPlan Plan { get; }

    /// <summary>Whether a shock goes on.</summary>
    public bool Triggered { get; private init; }

    /// <summary>The short mean over the long one; 0 until there is a long one.</summary>
    public double Ratio => Long > 0 ? Short / Long : 0;

    private double Short { get; init; }
    private double Long { get; init; }
    private int Seen { get; init; }       // samples before it may trigger, counted up to the long mean's
    private int InTrigger { get; init; }  // samples since it triggered

    /// <exception cref="ArgumentOutOfRangeException">A plan that cannot be.</exception>
    public static ShockTrigger Of(ShockTriggerPlan plan)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plan.ShortSamples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(plan.LongSamples, plan.ShortSamples);
        ArgumentOutOfRangeException.ThrowIfLessThan(plan.MostSamples, 1);
        if (!(plan.Off > 0 && plan.On > plan.Off && double.IsFinite(plan.On))) throw new ArgumentOutOfRangeException(nameof(plan), "On must be above off, and off above 0.");
        return new(plan);
    }

    /// <summary>Takes the next sample: a deviation from rest in any unit. One that is no number is passed over.</summary>
    public ShockTrigger Observe(double deviation)
    {
        var energy = deviation * deviation;
        if (!double.IsFinite(energy)) return this;
        var followed = Short + (energy - Short) / Plan.ShortSamples;
        var hold = Triggered && InTrigger < Plan.MostSamples;
        var next = this with
        {
            Short = followed,
            Long = hold ? Long : Long + (energy - Long) / Plan.LongSamples,
            Seen = Math.Min(Seen + 1, Plan.LongSamples),
            InTrigger = Triggered ? Math.Min(InTrigger + 1, Plan.MostSamples) : 0,
        };
        if (next.Seen < Plan.LongSamples) return next;
        return Triggered
            ? next.Ratio < Plan.Off ? next with { Triggered = false, InTrigger = 0 } : next
            : next.Ratio >= Plan.On ? next with { Triggered = true } : next;
    }
}
