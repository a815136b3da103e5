using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>Names an episode: 128 bits of SHA-256 over rule, subject and the order of the first breaching reading, as 32 hex digits.
/// The same breach gets the same id whoever computes it, and however often.</summary>
public readonly record struct EpisodeId(string Value)
{
    /// <param name="rule">The rule's id.</param>
    /// <param name="subject">The sensor (or district) it broke on.</param>
    /// <param name="epoch">Which outbox of the node, see <see cref="Telemetry.NodeLedger.Epoch"/>.</param>
    /// <param name="first">Order of the first breaching reading; for a mean, the end of its window in Unix ms.</param>
    public static EpisodeId Of(string rule, SensorId subject, uint epoch, ulong first)
    {
        var text = Encoding.UTF8.GetBytes(rule + "\n" + subject.Value + "\n");
        Span<byte> bytes = stackalloc byte[text.Length + 12];
        text.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[text.Length..], epoch);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(text.Length + 4)..], first);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return new(Convert.ToHexStringLower(hash[..16]));
    }

    public override string ToString() => Value;
}

/// <summary>What a twin found out about an episode. Facts to be written down; the register decides what they change.</summary>
public abstract record EpisodeEvent(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At)
{
    /// <summary>A breach held: someone has to know.</summary>
    /// <param name="Value">The value (or mean) that raised it.</param>
    /// <param name="FirstBreachAt">Stamp of the first breaching reading.</param>
    /// <param name="Late">Raised by the rule's late policy from readings past the lateness limit.</param>
    public sealed record Raised(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At,
        Severity Severity, double Value, Instant FirstBreachAt, bool Late) : EpisodeEvent(Episode, Rule, RuleVersion, Sensor, Quantity, At)
    {
        /// <summary>Of a district's episode: its sensors that were bad when it was raised.</summary>
        public IReadOnlyList<SensorId> Members { get; init; } = [];

        /// <summary>What the value alone does not say, to be read behind the rule's message: when a forecast crosses the level, and how sure that is. Mostly empty.</summary>
        public string Detail { get; init; } = "";
    }

    /// <summary>A breach found in readings too old to page anyone, or already over when it came to light: recorded and shown, nobody is called.
    /// A later <see cref="Raised"/> with the same id means that it is live after all.</summary>
    public sealed record Recorded(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At,
        Severity Severity, double Value, Instant FirstBreachAt) : EpisodeEvent(Episode, Rule, RuleVersion, Sensor, Quantity, At)
    {
        /// <summary>When it was over, if it was by the time it came to light: it enters the register as cleared, so that it is never open beside another.</summary>
        public Instant? ClearedAt { get; init; }
    }

    /// <summary>The value came back past the clear level.</summary>
    public sealed record Cleared(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At, double Value)
        : EpisodeEvent(Episode, Rule, RuleVersion, Sensor, Quantity, At);

    /// <summary>It got worse or better without being over: another of its rule's levels counts now. No news unless it is newer than the last one told,
    /// so readings that are taken again after a restart move nothing.</summary>
    /// <param name="At">Stamp of the reading that moved it.</param>
    /// <param name="Value">The value (or mean) that moved it.</param>
    public sealed record SeverityChanged(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At, Severity Severity, double Value)
        : EpisodeEvent(Episode, Rule, RuleVersion, Sensor, Quantity, At);

    /// <summary>More of a district's sensors have become bad while its episode was open: that too is told by it.</summary>
    /// <param name="Members">Those that were not among its members before.</param>
    public sealed record Joined(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At, IReadOnlyList<SensorId> Members)
        : EpisodeEvent(Episode, Rule, RuleVersion, Sensor, Quantity, At);

    /// <summary>Late readings show that it never was, or that its rule is no longer in force.</summary>
    public sealed record Withdrawn(EpisodeId Episode, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Instant At, string Reason)
        : EpisodeEvent(Episode, Rule, RuleVersion, Sensor, Quantity, At);
}

/// <summary>Whether an episode is of the real world. What is not calls nobody as if it were, and looks different everywhere.</summary>
public enum EpisodeKind : byte
{
    Actual = 1,

    /// <summary>A drill: people act as if it were real, and know that it is not.</summary>
    Exercise = 2,

    /// <summary>A trial of the technology alone: nobody is to act on it.</summary>
    Test = 3,
}

/// <summary>Who took note, and when.</summary>
public sealed record Acknowledgement(string By, Instant At, string Note)
{
    /// <summary>What was taken note of: an episode that gets worse than this asks again.</summary>
    public Severity Severity { get; init; } = Severity.Critical;
}

/// <summary>
/// One episode of a broken rule, as the register keeps it. Raised, cleared, acknowledged and withdrawn are independent facts:
/// each has its own instant or none.
/// </summary>
public sealed partial record Episode(EpisodeId Id, string Rule, int RuleVersion, SensorId Sensor, Quantity Quantity, Severity Severity, Instant FirstBreachAt, double Value)
{
    /// <summary>Where it is; the sensor's district when the episode opened.</summary>
    public string District { get; init; } = "";

    public string Department { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>What kind of event it is, by a category name of CAP 1.2 (<c>Met</c>, <c>Fire</c>, <c>Env</c>, …); empty: not said.</summary>
    public string Category { get; init; } = "";

    /// <summary>Where it stands written what to do: the URI of a page; empty: nowhere.</summary>
    public string RunBook { get; init; } = "";

    public EpisodeKind Kind { get; init; } = EpisodeKind.Actual;

    /// <summary>Of a district's episode: its sensors that were bad when it was raised, and those that became so since; at most <see cref="MostMembers"/>.
    /// Their own episodes on the same quantity are told by it.</summary>
    public IReadOnlyList<SensorId> Members { get; init; } = [];

    public const int MostMembers = 1000;

    /// <summary>When its severity last changed (city clock); null: it is as it was when it opened.</summary>
    public Instant? SeverityAt { get; init; }

    /// <summary>When it was raised (city clock); null while it is only recorded.</summary>
    public Instant? RaisedAt { get; init; }

    /// <summary>When it was recorded without a call; null when it was raised at once.</summary>
    public Instant? RecordedAt { get; init; }

    public Instant? ClearedAt { get; init; }

    public Instant? WithdrawnAt { get; init; }

    public Acknowledgement? Acknowledged { get; init; }

    public bool Late { get; init; }

    /// <summary>Open: neither cleared nor withdrawn.</summary>
    public bool IsOpen => ClearedAt is null && WithdrawnAt is null;

    /// <summary>The first acknowledgement stands, until it gets worse than what was taken note of.</summary>
    public Episode Acknowledge(string by, Instant at, string note) =>
        IsAcknowledged ? this : this with { Acknowledged = new(by, at, note) { Severity = Urgency } };

    /// <summary>
    /// What an event makes of an episode, or null when it changes nothing. Late readings may find an episode again that was withdrawn,
    /// and may move the instant at which it cleared; neither makes a second episode.
    /// </summary>
    public static Episode? Apply(Episode? before, EpisodeEvent change) => change switch
    {
        EpisodeEvent.Raised e when before is null =>
            new(e.Episode, e.Rule, e.RuleVersion, e.Sensor, e.Quantity, e.Severity, e.FirstBreachAt, e.Value) { RaisedAt = e.At, Late = e.Late, Members = e.Members },
        EpisodeEvent.Raised e when before.RaisedAt is null || before.WithdrawnAt is not null =>
            before with { RaisedAt = e.At, Late = e.Late, Severity = e.Severity, Value = e.Value, Members = e.Members, ClearedAt = null, WithdrawnAt = null },
        // Its twin says that it is open: what had ended it (a later breach that turned out to be the same one) is no more.
        EpisodeEvent.Raised e when before is { ClearedAt: not null } => before with { ClearedAt = null, Severity = e.Severity },
        EpisodeEvent.Recorded e when before is null =>
            new(e.Episode, e.Rule, e.RuleVersion, e.Sensor, e.Quantity, e.Severity, e.FirstBreachAt, e.Value)
            {
                RecordedAt = e.At,
                ClearedAt = e.ClearedAt,
            },
        EpisodeEvent.Recorded e when before.WithdrawnAt is not null => before with { RecordedAt = e.At, ClearedAt = e.ClearedAt, Severity = e.Severity, WithdrawnAt = null },
        EpisodeEvent.SeverityChanged e when before is { IsOpen: true } && e.Severity != before.Severity && (before.SeverityAt is not { } last || e.At > last) =>
            before with { Severity = e.Severity, SeverityAt = e.At, Value = e.Value },
        EpisodeEvent.Joined e when before is { IsOpen: true } && e.Members.Except(before.Members).ToArray() is { Length: > 0 } more && before.Members.Count < MostMembers =>
            before with { Members = [.. before.Members.Concat(more).Take(MostMembers)] },
        EpisodeEvent.Cleared e when before is { WithdrawnAt: null } && before.ClearedAt != e.At => before with { ClearedAt = e.At },
        EpisodeEvent.Withdrawn e when before is { WithdrawnAt: null } => before with { WithdrawnAt = e.At },
        _ => null,
    };
}
