using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>When nobody has acknowledged for so long, one more department is called, or it counts as more severe.</summary>
/// <param name="After">Counted from the call.</param>
public sealed record EscalationStep(TimeSpan After, string Department, Severity? Severity);

/// <summary>Names of an episode that two must share, or that make a group.</summary>
public enum Label : byte
{
    District = 1,
    Site = 2,
    Node = 3,
    Sensor = 4,
    Rule = 5,
    Category = 6,
    Department = 7,
    Quantity = 8,
}

/// <summary>While an episode of one rule is open, those of others stay silent where all the labels are equal. A missing label counts as empty.</summary>
/// <param name="Source">Rule of the episode that stands for the others.</param>
/// <param name="Targets">Rules that it holds back; empty: all but itself.</param>
public sealed record Inhibition(string Source, IReadOnlyList<string> Targets, IReadOnlyList<Label> Equal);

/// <summary>Episodes with equal labels are told together: the first after <paramref name="Wait"/>, later ones every <paramref name="Interval"/>.
/// What is over before its turn calls nobody.</summary>
/// <param name="Below">Those as severe as this, or more, never wait.</param>
public sealed record Grouping(IReadOnlyList<Label> By, TimeSpan Wait, TimeSpan Interval, Severity Below);

/// <summary>Held back for good by the city's own design, with the reason.</summary>
public sealed record DesignSuppression(Scope Scope, string Why);

/// <summary>A desk: the departments and districts that one duty officer looks after. Empty: all.</summary>
public sealed record DeskSeat(string Name, IReadOnlyList<string> Departments, IReadOnlyList<string> Districts)
{
    public bool LooksAfter(Episode episode) =>
        (Departments.Count == 0 || episode.Department.Length == 0 || Departments.Contains(episode.Department, StringComparer.Ordinal))
        && (Districts.Count == 0 || Districts.Contains(episode.District, StringComparer.Ordinal));
}

/// <summary>How the desk treats alarms: the desk file, as loaded and checked. An empty one tells everything at once and escalates nothing.</summary>
public sealed record DeskPolicy
{
    public static readonly DeskPolicy Empty = new();

    /// <summary>Steps by department; an episode of a rule with steps of its own takes those.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<EscalationStep>> DepartmentSteps { get; init; } = new Dictionary<string, IReadOnlyList<EscalationStep>>();

    public IReadOnlyDictionary<string, IReadOnlyList<EscalationStep>> RuleSteps { get; init; } = new Dictionary<string, IReadOnlyList<EscalationStep>>();

    /// <summary>Rules whose episodes stay until they are reset.</summary>
    public IReadOnlySet<string> Latched { get; init; } = new HashSet<string>();

    public IReadOnlyList<Inhibition> Inhibitions { get; init; } = [];

    public IReadOnlyList<Grouping> Groupings { get; init; } = [];

    public IReadOnlyList<DesignSuppression> Suppressions { get; init; } = [];

    /// <summary>Empty: one desk that looks after everything.</summary>
    public IReadOnlyList<DeskSeat> Seats { get; init; } = [];

    public IReadOnlyList<EscalationStep> StepsOf(Episode episode) =>
        RuleSteps.TryGetValue(episode.Rule, out var own) ? own : DepartmentSteps.GetValueOrDefault(episode.Department, []);

    /// <summary>When its next step is due; null: it is acknowledged, over, held back, not called yet, not real, or at its last step.</summary>
    public Instant? NextStepAt(Episode episode) =>
        episode is { IsOpen: true, IsAcknowledged: false, FalseAlarm: null, CalledAt: { } called, Held: null or { IsOffDesk: false }, Kind: not EpisodeKind.Test }
        && StepsOf(episode) is var steps && Taken(episode) < steps.Count
            ? called + steps[Taken(episode)].After : null;

    /// <summary>The step that is due, or null.</summary>
    public EscalationStep? StepDue(Episode episode, Instant now) =>
        NextStepAt(episode) is { } due && due <= now ? StepsOf(episode)[Taken(episode)] : null;

    /// <summary>Steps that the hub took by itself: those of people come on top.</summary>
    private static int Taken(Episode episode) => episode.Escalated?.All.Count(step => step.By == DeskAction.Hub) ?? 0;

    public static string LabelOf(Episode episode, Label label) => label switch
    {
        Label.District => episode.District,
        Label.Site => episode.Site,
        Label.Node => episode.Node,
        Label.Sensor => episode.Sensor.Value,
        Label.Rule => episode.Rule,
        Label.Category => episode.Category,
        Label.Department => episode.Department,
        Label.Quantity => QuantityCatalogue.Of(episode.Quantity).Name,
    };

    /// <summary>The labels' values as one text: equal for two episodes when all of them are.</summary>
    public static string KeyOf(Episode episode, IReadOnlyList<Label> labels) => string.Join('\n', labels.Select(label => LabelOf(episode, label)));
}
