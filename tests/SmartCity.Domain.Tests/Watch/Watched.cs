using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>A sensor under one rule set, its events, and the episodes that a register would hold. Times are seconds after <see cref="Noon"/>.</summary>
internal sealed class Watched(params Rule[] rules)
{
    public static readonly Instant Noon = Instant.From(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    public static readonly SensorId Id = new("old-town-1");

    public SensorTwin Twin { get; private set; } = new(Id);

    public RulePlan Plan { get; set; } = RulePlan.For(new RuleSet(1, "", TimeSpan.Zero, rules), "centre");

    public List<EpisodeEvent> Events { get; } = [];

    public Dictionary<EpisodeId, Episode> Episodes { get; } = [];

    public uint Epoch { get; set; } = 1;

    public static Rule Rule(string id = "hot", double level = 30, double? clear = null, TimeSpan hold = default, Breach breach = Breach.Above,
        LatePolicy late = LatePolicy.Record, MeanOver? mean = null, bool perDay = false, Quantity quantity = Quantity.AirTemperature, TimeSpan? lateness = null) =>
        new()
        {
            Id = id,
            Quantity = quantity,
            Breach = breach,
            Level = level,
            Clear = clear ?? level,
            For = hold,
            Mean = mean,
            PerDay = perDay,
            Severity = Severity.Major,
            LatePolicy = late,
            Lateness = lateness ?? TimeSpan.FromMinutes(5),
        };

    /// <summary>Readings a second apart, from one second on; what they brought, in words.</summary>
    public string HearsInTurn(params double[] values)
    {
        var said = new List<string>();
        foreach (var value in values) said.AddRange(Hears(++_turn, value).Select(Words));
        return string.Join(", ", said);
    }

    private int _turn;

    public static string Words(EpisodeEvent change) => change switch
    {
        EpisodeEvent.Raised e => $"raised {e.Severity} at {Seconds(e.At)}",
        EpisodeEvent.Recorded e => $"recorded {e.Severity} at {Seconds(e.At)}",
        EpisodeEvent.SeverityChanged e => $"{e.Severity} at {Seconds(e.At)}",
        EpisodeEvent.Cleared e => $"cleared at {Seconds(e.At)}",
        EpisodeEvent.Joined e => $"{string.Join(" and ", e.Members)} joined at {Seconds(e.At)}",
        EpisodeEvent.Withdrawn => "withdrawn",
        _ => throw new System.Diagnostics.UnreachableException(change.ToString()),
    };

    private static double Seconds(Instant at) => (at - Noon).TotalSeconds;

    public static Instant At(double seconds) => new(Noon.UnixMilliseconds + (long)Math.Round(seconds * 1000));

    public static ReadingOrder Order(double seconds) => ReadingOrder.Of(1, (ulong)(Math.Round(seconds * 1000) + 1_000_000_000));

    public static Reading Reading(double seconds, double value, Quantity quantity = Quantity.AirTemperature) =>
        SmartCity.Readings.Reading.Measured(quantity, At(seconds), Order(seconds), value);

    /// <summary>A reading arrives, at its own stamp unless told otherwise; the events it brought.</summary>
    public List<EpisodeEvent> Hears(double seconds, double value, double? now = null) => Hears(Reading(seconds, value), now ?? seconds).Events;

    public (ObserveOutcome Outcome, List<EpisodeEvent> Events) Hears(Reading reading, double now)
    {
        var brought = new List<EpisodeEvent>();
        var outcome = Twin.Observe(reading, Epoch, At(now), Plan, brought);
        Apply(brought);
        return (outcome, brought);
    }

    public List<EpisodeEvent> Waits(double now)
    {
        var brought = new List<EpisodeEvent>();
        Twin.Advance(At(now), Plan, brought);
        Apply(brought);
        return brought;
    }

    public void Restarts()
    {
        var w = new VarintWriter();
        Twin.Write(w);
        var r = new VarintReader(w.Written);
        Assert.True(SensorTwin.TryRead(ref r, out var twin));
        Assert.True(r.AtEnd);
        Twin = twin;
    }

    /// <summary>What a register would hold in the end, one line an episode.</summary>
    public string[] Standing() => Episodes.Values.Where(episode => episode.WithdrawnAt is null)
        .Select(episode => $"{episode.Rule} {episode.FirstBreachAt} to {episode.ClearedAt} {(episode.IsOpen ? episode.Severity : "")} {episode.Id}").Order(StringComparer.Ordinal).ToArray();

    public IEnumerable<Episode> Open => Episodes.Values.Where(episode => episode.IsOpen);

    private void Apply(List<EpisodeEvent> brought)
    {
        Events.AddRange(brought);
        foreach (var change in brought)
        {
            if (Episode.Apply(Episodes.GetValueOrDefault(change.Episode), change) is { } after) Episodes[change.Episode] = after;
            foreach (var open in Open.GroupBy(episode => episode.Rule)) Assert.Single(open); // at most one open episode per rule and sensor, after every event
        }
    }
}
