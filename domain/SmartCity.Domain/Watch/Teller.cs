using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>What was said of a rule's open episode.</summary>
internal enum Told : byte
{
    /// <summary>There is none.</summary>
    Nothing = 0,

    /// <summary>Too old when it came to light, and the rule ignores what is late. A fresh breaching value raises it.</summary>
    Ignored = 1,

    /// <summary>Recorded without a call. A fresh breaching value raises it.</summary>
    Recorded = 2,

    Raised = 3,
}

/// <summary>
/// Turns found episodes into events by the rule's policy on what is late.
/// <para>Open when it comes to light: live if its newest breach is at most the lateness limit old (a mean: twice the limit and a slot after its
/// window), and raised; else ignored, recorded, or raised as late.</para>
/// <para>Already over when it comes to light: recorded as cleared, nobody is called for what a newer reading contradicts; a rule that raises
/// what is late raises and clears it, unless an episode is open; one that ignores what is late opens nothing for what is not live.</para>
/// <para>The end of an episode is told even if its beginning was ignored: readings that are taken again after a restart are older than they were the
/// first time, when it may have been raised. To a register that does not know the episode it means nothing.</para>
/// </summary>
internal readonly struct Teller(SensorId sensor, PlannedRule rule, long now, List<EpisodeEvent> events, PointInput? input = null)
{
    public const string Contradicted = "contradicted by late readings";
    public const string GoesOn = "late readings show that it goes on";
    public const string NotInForce = "rule no longer in force";

    public Told Open(in Found episode)
    {
        var live = rule.IsSilence || rule.IsLive(episode.Newest, now); // silence that has not ended is of now
        var told = live ? Told.Raised : Late();
        if (told == Told.Raised) Raise(episode, late: !live);
        if (told == Told.Recorded) Record(episode);
        return told;
    }

    /// <param name="episode">One that is over already.</param>
    /// <param name="quietly">Another episode of the rule is open: somebody knows, and only one may be open at a time.</param>
    public void Over(in Found episode, bool quietly)
    {
        var live = rule.IsLive(episode.Newest, now);
        if (rule.Rule.LatePolicy == LatePolicy.Raise && !quietly)
        {
            Raise(episode, late: !live);
            Clear(episode.Epoch, episode.First, episode.ClearedAt, episode.ClearedValue);
        }
        else if (live || rule.Rule.LatePolicy != LatePolicy.Ignore) Record(episode);
        else Clear(episode.Epoch, episode.First, episode.ClearedAt, episode.ClearedValue);
    }

    /// <summary>Raises what was only recorded or ignored, when a fresh breaching value shows that it is live after all.</summary>
    public Told Promote(Told told, in Found episode)
    {
        if (told == Told.Raised || !rule.IsLive(episode.LastBreachAt, now)) return told;
        events.Add(new EpisodeEvent.Raised(Id(episode.Epoch, episode.First), rule.Id, rule.Version, sensor, rule.Rule.Quantity, new(episode.LastBreachAt),
            rule.SeverityOf(episode.Level), episode.LastBreachValue, new(episode.Since), Late: false) { Detail = input?.Describe() ?? "" });
        return Told.Raised;
    }

    public void Raise(in Found episode, bool late) =>
        events.Add(new EpisodeEvent.Raised(Id(episode.Epoch, episode.First), rule.Id, rule.Version, sensor, rule.Rule.Quantity, new(episode.RaisedAt),
            rule.SeverityOf(episode.Level), episode.Value, new(episode.Since), late) { Detail = input?.Describe() ?? "" });

    /// <summary>It is at another level. Of moves that are told one after another each is later than the one before, as the register expects: one that
    /// late readings have put at an earlier instant is told a tick after what it corrects.</summary>
    /// <param name="episode">As it is now.</param>
    /// <param name="told">The instant that the last move was told for; moved on.</param>
    public void Move(in Found episode, ref long told)
    {
        told = Math.Max(episode.MovedAt, told + 1);
        events.Add(new EpisodeEvent.SeverityChanged(Id(episode.Epoch, episode.First), rule.Id, rule.Version, sensor, rule.Rule.Quantity, new(told),
            rule.SeverityOf(episode.Level), episode.MovedValue));
    }

    public void Clear(uint epoch, ulong first, long at, double value) =>
        events.Add(new EpisodeEvent.Cleared(Id(epoch, first), rule.Id, rule.Version, sensor, rule.Rule.Quantity, new(at), value));

    public void Withdraw(uint epoch, ulong first, string reason) =>
        events.Add(new EpisodeEvent.Withdrawn(Id(epoch, first), rule.Id, rule.Version, sensor, rule.Rule.Quantity, new(now), reason));

    private void Record(in Found episode) =>
        events.Add(new EpisodeEvent.Recorded(Id(episode.Epoch, episode.First), rule.Id, rule.Version, sensor, rule.Rule.Quantity, new(episode.RaisedAt),
            rule.SeverityOf(episode.Level), episode.Value, new(episode.Since))
        {
            ClearedAt = episode.IsOpen ? null : new Instant(episode.ClearedAt),
        });

    private EpisodeId Id(uint epoch, ulong first) => EpisodeId.Of(rule.Id, sensor, epoch, first);

    private Told Late() => rule.Rule.LatePolicy switch
    {
        LatePolicy.Ignore => Told.Ignored,
        LatePolicy.Record => Told.Recorded,
        LatePolicy.Raise => Told.Raised,
    };
}
