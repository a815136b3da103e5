using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace SmartCity.Tests.Watch.Desk;

/// <summary>Episodes as the register would hold them. Times are seconds after noon.</summary>
internal static class Alarms
{
    public static Instant At(double seconds) => Watched.At(seconds);

    public static Episode Raised(string rule = "heat", string sensor = "s1", double at = 0, Severity severity = Severity.Major, string district = "harbour", string category = "Met",
        bool latched = false, bool withheld = false, string department = "fire", EpisodeKind kind = EpisodeKind.Actual, ulong first = 1) =>
        new(EpisodeId.Of(rule, new(sensor), 1, first), rule, 3, new(sensor), Quantity.AirTemperature, severity, At(at), 41)
        {
            RaisedAt = At(at), District = district, Category = category, Department = department, Latched = latched, Withheld = withheld, Kind = kind, Site = "quay", Node = "city/pole-1",
            Change = 1, Attention = 1,
        };

    public static Episode Then(this Episode before, DeskAction action, double at = 10, string by = "anna")
    {
        var (after, refusal) = DeskAction.Apply(before, action, by, At(at));
        Assert.Equal(DeskRefusal.None, refusal);
        return after;
    }

    public static DeskRefusal Refuses(this Episode before, DeskAction action, double at = 10, string by = "anna")
    {
        var (after, refusal) = DeskAction.Apply(before, action, by, At(at));
        Assert.NotEqual(DeskRefusal.None, refusal);
        Assert.Same(before, after);
        return refusal;
    }

    public static Episode Cleared(this Episode before, double at) =>
        Episode.Apply(before, new EpisodeEvent.Cleared(before.Id, before.Rule, 3, before.Sensor, before.Quantity, At(at), 20))!;

    public static Episode Moved(this Episode before, Severity to, double at) =>
        Episode.Apply(before, new EpisodeEvent.SeverityChanged(before.Id, before.Rule, 3, before.Sensor, before.Quantity, At(at), to, 45))!;

    public static Suppression Suppression(SuppressionKind kind, Scope scope, double from = 0, double? until = 3600, string id = "sup", string why = "known") =>
        new(id, kind, scope, At(from), until is { } end ? At(end) : null, "anna", At(from), why);
}
