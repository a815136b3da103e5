using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Api.Http;

public sealed record AcknowledgedBody(string By, Instant At, string Note);

/// <summary>Who did it, when, and why.</summary>
public sealed record SignatureBody(string By, Instant At, string Why)
{
    public static SignatureBody? Of(Signature? s) => s is null ? null : new(s.By, s.At, s.Why);
}

public sealed record AssignedBody(string To, string By, Instant At);

/// <param name="Department">The department that was called as well; empty: none.</param>
/// <param name="Severity">What it counts as since; null: as before.</param>
public sealed record EscalationBody(int Step, string Department, Severity? Severity, string By, Instant At, string Why);

/// <param name="Because">A sentence for people.</param>
/// <param name="By">Id of the suppression or the alert that holds it back, or the group's name.</param>
/// <param name="Until">When that ends by itself; null: not by time alone.</param>
public sealed record HeldBody(HoldReason Reason, string Because, string By, Instant? Until);

/// <summary>One episode of a broken rule. Raised, cleared, withdrawn, acknowledged, shelved, assigned, escalated are independent facts; <c>state</c> is found from them.</summary>
/// <param name="State">After ISA-18.2 and IEC 62682.</param>
/// <param name="Severity">How urgent it is: what its rule found, or what it was escalated to, whichever is higher.</param>
/// <param name="FoundSeverity">What its rule found.</param>
/// <param name="Category">A category name of CAP 1.2.</param>
/// <param name="RunBook">URI of the page that says what to do; empty: there is none.</param>
/// <param name="Kind">actual; exercise and test are not of the real world.</param>
/// <param name="SeverityAt">When its severity last moved; null: never.</param>
/// <param name="CalledAt">When they were called whom it is meant for; null: nobody was.</param>
/// <param name="Held">Why it is held back now; null: it is not.</param>
/// <param name="Change">Number of its last change: name it when you acknowledge.</param>
/// <param name="Members">Of a district's alert: its sensors that are or were bad. Their own alerts on the same quantity are held back by it, see <c>/v1/alerts/{id}/held</c>.</param>
public sealed record AlertBody(string Id, bool Open, AlarmState State, Severity Severity, Severity FoundSeverity, string Message, string Rule, int RuleVersion, string Sensor, string Node, string Site,
    string District, string Department, string Quantity, string Unit, double? Value, Instant FirstBreachAt, Instant? RaisedAt, Instant? RecordedAt, Instant? ClearedAt, Instant? WithdrawnAt, bool Late,
    AcknowledgedBody? Acknowledged, string Category, string RunBook, EpisodeKind Kind, Instant? SeverityAt, bool Latched, SignatureBody? Reset, SignatureBody? FalseAlarm, AssignedBody? Assigned,
    IReadOnlyList<EscalationBody> Escalations, int Comments, Instant? CalledAt, HeldBody? Held, long Change, IReadOnlyList<string> Members)
{
    public static AlertBody Of(Episode e) => new(
        e.Id.Value, e.IsOpen, e.State, e.Urgency, e.Severity, e.Message, e.Rule, e.RuleVersion, e.Sensor.Value, e.Node, e.Site, e.District, e.Department,
        QuantityCatalogue.Of(e.Quantity).Name, QuantityCatalogue.Of(e.Quantity).Unit, double.IsFinite(e.Value) ? e.Value : null,
        e.FirstBreachAt, e.RaisedAt, e.RecordedAt, e.ClearedAt, e.WithdrawnAt, e.Late,
        e.IsAcknowledged && e.Acknowledged is { } a ? new(a.By, a.At, a.Note) : null, e.Category, e.RunBook, e.Kind, e.SeverityAt,
        e.Latched, SignatureBody.Of(e.Reset), SignatureBody.Of(e.FalseAlarm), e.Assigned is { } to ? new(to.To, to.By, to.At) : null,
        e.Escalated is { } last ? [.. last.All.Reverse().Select(s => new EscalationBody(s.Step, s.Department, s.Severity, s.By, s.At, s.Why))] : [],
        e.Comments, e.CalledAt, e.Held is { } h ? new(h.Reason, h.Because, h.By, h.Until) : null, e.Change, [.. e.Members.Select(member => member.Value)]);
}

/// <param name="Change">Number of the last change that you saw: refused with 412 when it got worse or came back after it. Absent: as it is now.</param>
public sealed record AcknowledgeBody(string? Note = null, long? Change = null);

public sealed record SeenBody(string? Id = null, long? Change = null);

/// <param name="Alerts">At most 200.</param>
public sealed record AcknowledgeManyBody(IReadOnlyList<SeenBody>? Alerts = null, string? Note = null);

/// <param name="Refused">Empty: done, or it stood so already. Else why not.</param>
public sealed record AcknowledgedOneBody(string Id, string Refused);

public sealed record AcknowledgedManyBody(int Acknowledged, IReadOnlyList<AcknowledgedOneBody> Alerts);

public sealed record NoteBody(string? Note = null);

public sealed record WhyBody(string? Why = null);

/// <param name="To">A person or crew; empty: nobody any more.</param>
public sealed record AssignBody(string? To = null);

public sealed record CommentBody(string? Text = null);

/// <param name="Department">A further department to be called.</param>
/// <param name="Severity">What it counts as from now on.</param>
public sealed record EscalateBody(string? Department = null, string? Severity = null, string? Why = null);

/// <summary>Until an instant, or for a time: one of the two.</summary>
public sealed record ShelveBody(Instant? Until = null, string? For = null, string? Why = null);

/// <summary>One line of an alert's history. <c>by</c> is empty where its sensor did it.</summary>
public sealed record EntryBody(long Number, Instant At, string Kind, string By, string Why)
{
    public static EntryBody Of(EpisodeEntry e) => new(e.Number, e.At, e.Kind, e.By, e.Why);
}

/// <param name="Counts">By severity; every severity is present.</param>
/// <param name="Worst">Its most urgent alert, and newest of those.</param>
public sealed record DistrictLoadBody(string District, int Alerts, int Unacknowledged, IReadOnlyDictionary<string, int> Counts, AlertBody Worst);

/// <summary>A page of one of the desk's lists, most urgent first.</summary>
/// <param name="Total">How many fit, on all pages.</param>
/// <param name="Counts">How many of them by severity; every severity is present.</param>
/// <param name="Districts">All that fit, gathered by district, worst first.</param>
public sealed record DeskListBody(int Total, int Unacknowledged, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<AlertBody> Alerts, IReadOnlyList<DistrictLoadBody> Districts)
{
    public static DeskListBody Of(DeskPage page) => new(page.Total, page.Unacknowledged, All(page.Counts), [.. page.Episodes.Select(AlertBody.Of)],
        [.. page.Districts.Select(d => new DistrictLoadBody(d.District, d.Alerts, d.Unacknowledged, All(d.Counts), AlertBody.Of(d.Worst)))]);

    private static Dictionary<string, int> All(IReadOnlyDictionary<Severity, int> counts) =>
        Enum.GetValues<Severity>().OrderDescending().ToDictionary(Words.Of, severity => counts.GetValueOrDefault(severity));
}

public sealed record SourceBody(string Rule, string Sensor, int Alerts)
{
    public static IReadOnlyList<SourceBody> Of(IReadOnlyList<SourceLoad> sources) => [.. sources.Select(s => new SourceBody(s.Rule, s.Sensor, s.Alarms))];
}

/// <summary>How much a desk has to bear, after ISA-18.2, over the last 30 days or since <c>since</c>.</summary>
/// <param name="LastTenMinutes">More than 10 is a flood.</param>
/// <param name="FloodShare">Share of periods of 10 minutes with more than 10; under 0.01 is good.</param>
/// <param name="FloodSince">A flood is going on; the page gathers alerts by district. Null: there is none.</param>
/// <param name="Stale">Open for more than 24 hours; under 5 is good.</param>
/// <param name="Chattering">Sources that came up three times within a minute, in the last 24 hours.</param>
/// <param name="Fleeting">Alerts over within 10 seconds, in the last 24 hours.</param>
/// <param name="TopTenShare">0.01 to 0.05 is good.</param>
/// <param name="Priorities">Share of each severity; 0.80 low (warning, minor), 0.15 middle (major), 0.05 high (critical) is good.</param>
/// <param name="LongestActive">ISO 8601 duration, as are the other times.</param>
/// <param name="Periods">Alerts in the last 144 periods of 10 minutes, oldest first; the last one is not over.</param>
public sealed record DeskBody(string Desk, IReadOnlyList<string> Desks, Instant Since, Instant At, long Alerts, long Suppressed, int LastTenMinutes, double AveragePerTenMinutes, int MostInTenMinutes,
    double FloodShare, Instant? FloodSince, int Standing, int Unacknowledged, int Stale, int HeldBack, IReadOnlyList<SourceBody> Chattering, int Fleeting, IReadOnlyList<SourceBody> TopTen,
    double TopTenShare, IReadOnlyDictionary<string, double> Priorities, int MostOfOneSource, string LongestActive, string LongestUnacknowledged, string? MeanToAcknowledge, IReadOnlyList<int> Periods)
{
    public static DeskBody Of(DeskFigures f, IReadOnlyList<string> desks) => new(f.Seat, desks, f.Since, f.At, f.Alarms, f.Suppressed, f.LastTenMinutes, f.AveragePerTenMinutes, f.MostInTenMinutes,
        f.FloodShare, f.FloodSince, f.Standing, f.Unacknowledged, f.Stale, f.HeldBack, SourceBody.Of(f.Chattering), f.Fleeting, SourceBody.Of(f.TopTen), f.TopTenShare,
        f.Priorities.OrderByDescending(p => p.Key).ToDictionary(p => Words.Of(p.Key), p => p.Value), f.MostOfOneSource, Times.Text(f.LongestActive), Times.Text(f.LongestUnacknowledged),
        f.MeanToAcknowledge is { } mean ? Times.Text(mean) : null, f.Periods);
}

/// <summary>What a suppression covers: an alert that fits every name given.</summary>
public sealed record ScopeBody(string? Rule = null, string? Sensor = null, string? Node = null, string? Site = null, string? District = null)
{
    public static ScopeBody Of(Scope s) => new(Text(s.Rule), Text(s.Sensor), Text(s.Node), Text(s.Site), Text(s.District));

    private static string? Text(string name) => name.Length == 0 ? null : name;
}

/// <summary>Alerts that a person holds back. They are still evaluated, counted and shown.</summary>
public sealed record SuppressionBody(string Id, SuppressionKind Kind, ScopeBody Scope, Instant From, Instant? Until, string By, Instant MadeAt, string Why, SignatureBody? Ended)
{
    public static SuppressionBody Of(Suppression s) => new(s.Id, s.Kind, ScopeBody.Of(s.Scope), s.From, s.Until, s.By, s.MadeAt, s.Why, SignatureBody.Of(s.Ended));
}

/// <param name="Kind">shelved, maintenance or out-of-service.</param>
/// <param name="From">Absent: from now on.</param>
/// <param name="Until">Or <paramref name="For"/>: one of the two. Neither: until it is ended, which only out-of-service may be.</param>
public sealed record NewSuppressionBody(string? Kind = null, ScopeBody? Scope = null, Instant? From = null, Instant? Until = null, string? For = null, string? Why = null);

/// <param name="Kind">exercise: people act as if it were real. test: nobody acts.</param>
public sealed record NewDrillBody(string? Kind = null, string? Severity = null, string? District = null, string? Department = null, string? Message = null);
