using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>What a person has put aside, and how.</summary>
public enum SuppressionKind : byte
{
    /// <summary>One rule on one sensor, for hours: the alarm is known and in the way.</summary>
    Shelved = 1,

    /// <summary>Somebody works there: a sensor, a node, a site or a district, from and until.</summary>
    Maintenance = 2,

    /// <summary>Taken out of use until it is put back.</summary>
    OutOfService = 3,
}

/// <summary>What a suppression covers: an episode that fits every name given. Empty: any.</summary>
public sealed record Scope(string Rule = "", string Sensor = "", string Node = "", string Site = "", string District = "")
{
    public bool IsEmpty => Rule.Length + Sensor.Length + Node.Length + Site.Length + District.Length == 0;

    public bool Covers(Episode episode) =>
        !IsEmpty && Fits(Rule, episode.Rule) && Fits(Sensor, episode.Sensor.Value) && Fits(Node, episode.Node) && Fits(Site, episode.Site) && Fits(District, episode.District);

    public override string ToString() => string.Join(", ", Named().Select(part => $"{part.Name} {part.Value}"));

    private IEnumerable<(string Name, string Value)> Named() =>
        new[] { ("rule", Rule), ("sensor", Sensor), ("node", Node), ("site", Site), ("district", District) }.Where(part => part.Item2.Length > 0);

    private static bool Fits(string wanted, string found) => wanted.Length == 0 || string.Equals(wanted, found, StringComparison.Ordinal);
}

/// <summary>A person holds alarms back: what, from when until when (city clock), who and why. What is held back is still evaluated, counted and shown.</summary>
/// <param name="Until">The first instant at which it no longer holds; null: until it is ended.</param>
public sealed record Suppression(string Id, SuppressionKind Kind, Scope Scope, Instant From, Instant? Until, string By, Instant MadeAt, string Why)
{
    /// <summary>Longest that an alarm may be shelved. Shelving is for hours: what lasts longer is maintenance, or out of service.</summary>
    public static readonly TimeSpan LongestShelving = TimeSpan.FromHours(24);

    /// <summary>Longest window of maintenance, and furthest ahead that one may begin.</summary>
    public static readonly TimeSpan LongestMaintenance = TimeSpan.FromDays(90);

    /// <summary>Who ended it before its time.</summary>
    public Signature? Ended { get; init; }

    public bool HoldsAt(Instant now) => Ended is null && From <= now && (Until is not { } end || now < end);

    /// <summary>Neither ended nor run out: it holds now, or will.</summary>
    public bool IsStanding(Instant now) => Ended is null && (Until is not { } end || now < end);

    /// <summary>Everything that is wrong with it, as field and reason.</summary>
    /// <param name="now">When it is asked for.</param>
    public IReadOnlyList<(string Field, string Reason)> Faults(Instant now)
    {
        var faults = new List<(string, string)>();
        if (Why.Length == 0) faults.Add(("why", "is needed: whoever comes after must know"));
        if (Until is { } until && until <= now) faults.Add(("until", "is over already"));
        if (Until <= From) faults.Add(("until", "must be after 'from'"));
        if (From - now > LongestMaintenance) faults.Add(("from", $"is at most {LongestMaintenance.TotalDays:0} days ahead"));
        var longest = Kind == SuppressionKind.Shelved ? LongestShelving : LongestMaintenance;
        switch (Kind)
        {
            case SuppressionKind.Shelved:
                if (Scope.Rule.Length == 0) faults.Add(("rule", "is needed to shelve"));
                if (Scope.Sensor.Length == 0) faults.Add(("sensor", "is needed to shelve"));
                if (Until is null) faults.Add(("until", "is needed to shelve"));
                break;
            case SuppressionKind.Maintenance:
                if (Scope.Sensor.Length + Scope.Node.Length + Scope.Site.Length + Scope.District.Length == 0)
                    faults.Add(("scope", "names a sensor, a node, a site or a district"));
                if (Until is null) faults.Add(("until", "is needed for maintenance"));
                break;
            case SuppressionKind.OutOfService:
                if (Scope.Rule.Length + Scope.Sensor.Length + Scope.Node.Length == 0) faults.Add(("scope", "names a rule, a sensor or a node"));
                break;
        }
        if (Kind != SuppressionKind.OutOfService && Until is { } end && end - From > longest) faults.Add(("until", $"is at most {longest.TotalHours:0} hours after 'from'"));
        return faults;
    }

    /// <summary>What it says of an episode that it holds back.</summary>
    public HeldBack Holds() => Kind switch
    {
        SuppressionKind.Shelved => new(HoldReason.Shelved, $"shelved by {By}: {Why}", Id, Until),
        SuppressionKind.Maintenance => new(HoldReason.Maintenance, $"maintenance of {Scope} ({By}): {Why}", Id, Until),
        SuppressionKind.OutOfService => new(HoldReason.OutOfService, $"out of service: {Scope} ({By}): {Why}", Id, Until),
    };
}
