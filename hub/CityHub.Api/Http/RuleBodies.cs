using System.Globalization;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Api.Http;

/// <param name="Slot">ISO 8601 duration.</param>
public sealed record MeanBody(string Slot, int Slots, int MinSlots, bool CalendarDay);

/// <param name="Window">ISO 8601 duration.</param>
/// <param name="Per">The time that the rate is given for.</param>
public sealed record RateBody(string Window, string Per);

/// <param name="Kind">anomaly, change or forecast.</param>
/// <param name="Within">How far a forecast looks ahead, as an ISO 8601 duration; null for the others.</param>
public sealed record EarlyBody(EarlyKind Kind, string? Within);

/// <param name="LowLevel">The lower level of a rule on values outside two; null otherwise.</param>
/// <param name="For">ISO 8601 duration: how long it must last, or the silence that is too long.</param>
public sealed record LimitsBody(Severity Severity, double Level, double Clear, double? LowLevel, double? LowClear, string For);

/// <summary>A rule in force. Level, clear, for and severity are those of its lowest severity.</summary>
/// <param name="Severities">All its severities with their limits, the lowest first.</param>
/// <param name="Votes">How many of the last readings must agree, as in <c>3 of 5</c>; null: each speaks for itself.</param>
/// <param name="RelativeTo">What the levels are counted from: a quantity, or <c>attribute:name</c> for a number of the place; null: zero.</param>
/// <param name="Zone">Whose clock its schedule goes by; null: it looks always.</param>
/// <param name="Quality">The least quality of readings it looks at.</param>
/// <param name="Tags">Tags that a place must all have.</param>
/// <param name="Early">What early warning tells is compared; null: it is not.</param>
public sealed record RuleBody(string Id, string Quantity, string Unit, Breach Breach, double Level, double Clear, string For, MeanBody? Mean, bool PerDay, Severity Severity,
    IReadOnlyList<string> Districts, string Lateness, LatePolicy LatePolicy, string Department, string Message, string Category, string RunBook,
    string ClearFor, IReadOnlyList<LimitsBody> Severities, string? Votes, RateBody? Rate, string? RelativeTo, string? Zone, Quality Quality, IReadOnlyList<string> Tags, EarlyBody? Early)
{
    public static RuleBody Of(Rule r) => new(r.Id, QuantityCatalogue.Of(r.Quantity).Name, QuantityCatalogue.Of(r.Quantity).Unit, r.Breach, r.Level, r.Clear, Times.Text(r.For),
        r.Mean is { } m ? new(Times.Text(m.Slot), m.Slots, m.MinSlots, m.CalendarDay) : null,
        r.PerDay, r.Severity, r.Districts, Times.Text(r.Lateness), r.LatePolicy, r.Department, r.Message, r.Category, r.RunBook,
        Times.Text(r.ClearFor), [.. r.Levels.Select(level => LimitsOf(r.Breach, level))],
        r.Votes is { } v ? string.Create(CultureInfo.InvariantCulture, $"{v.Needed} of {v.Last}") : null,
        r.Rate is { } rate ? new(Times.Text(rate.Window), Times.Text(rate.Per)) : null,
        r.RelativeTo is { } reference ? reference.Quantity is { } quantity ? QuantityCatalogue.Of(quantity).Name : "attribute:" + reference.Attribute : null,
        r.Schedule?.Zone.Name, r.Gate switch { QualityGate.Good => Quality.Good, QualityGate.Suspect => Quality.Suspect }, r.Tags,
        r.Early is { } early ? new(early.Kind, early.Kind == EarlyKind.Forecast ? Times.Text(early.Within) : null) : null);

    private static LimitsBody LimitsOf(Breach breach, SeverityLevel level) => new(level.Severity, level.Level, level.Clear,
        breach == Breach.Outside ? level.LowLevel : null, breach == Breach.Outside ? level.LowClear : null, Times.Text(level.For));
}

/// <param name="Line">From 1; 0 when it concerns the whole file.</param>
public sealed record RuleErrorBody(string File, int Line, string Reason);

/// <param name="Refused">What is wrong with the rule files as they are now, which keeps this earlier set in force; empty: they are this set.</param>
public sealed record RuleSetBody(int Version, string Hash, string DayOffset, IReadOnlyList<RuleBody> Rules, IReadOnlyList<RuleErrorBody> Refused);
