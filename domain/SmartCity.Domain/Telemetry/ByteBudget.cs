namespace SmartCity.Telemetry;

/// <summary>
/// What a thin link may carry in a day, as credit that grows evenly and is kept for an hour at most: over any day no more than the budget and an hour
/// of it is spent on what can wait. Alerts and presence always go and are charged, so they may leave a debt; aggregates go while there is credit;
/// raw readings while there is more than half of an hour's, so that they never take what the next aggregates need. Immutable; time is an argument,
/// measured from any fixed point by a clock that does not jump.
/// </summary>
/// <param name="BytesADay">More than 0.</param>
public sealed record ByteBudget(long BytesADay)
{
    /// <summary>What raw readings may spend at once at the start, so that who has mounted a node sees it live; no more, for one that is started again and again.</summary>
    public const int FirstBytes = 4096;

    private double Credit { get; init; } = BytesADay / 48.0 + Math.Min(FirstBytes, BytesADay / 48.0);

    private TimeSpan At { get; init; }

    private double Most => BytesADay / 24.0;

    /// <summary>Whether a batch of a lane may go now.</summary>
    public bool May(Lane lane, TimeSpan now) => lane switch
    {
        Lane.Alert or Lane.Presence => true,
        Lane.Aggregate => CreditAt(now) > 0,
        Lane.Raw => CreditAt(now) > Most / 2,
    };

    /// <summary>The last lane, in their order, of which a batch may go now.</summary>
    public Lane Last(TimeSpan now) => May(Lane.Raw, now) ? Lane.Raw : May(Lane.Aggregate, now) ? Lane.Aggregate : Lane.Presence;

    /// <summary>When a batch of a lane may go, if nothing else goes before.</summary>
    public TimeSpan When(Lane lane, TimeSpan now)
    {
        var missing = (lane == Lane.Raw ? Most / 2 : 0) - CreditAt(now);
        return May(lane, now) ? now : now + TimeSpan.FromSeconds(missing / BytesADay * 86_400 + 0.001);
    }

    /// <summary>Charges what was sent, whatever it was.</summary>
    public ByteBudget Charge(long bytes, TimeSpan now) => this with { Credit = CreditAt(now) - bytes, At = now };

    private double CreditAt(TimeSpan now) => Math.Min(Most, Credit + (now - At).TotalSeconds / 86_400 * BytesADay);
}
