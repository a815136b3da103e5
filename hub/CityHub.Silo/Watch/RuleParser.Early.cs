using SmartCity.Watch;

namespace CityHub.Silo.Watch;

/// <summary>Rules on what early warning tells.</summary>
public static partial class RuleParser
{
    private static EarlyWarningOf? ReadEarly(RuleText text)
    {
        var anomaly = text.YesNo("anomaly") ?? false;
        var change = text.YesNo("change") ?? false;
        var within = ReadForecast(text);
        if ((anomaly ? 1 : 0) + (change ? 1 : 0) + (text.Find("forecast") is null ? 0 : 1) > 1) text.Error("anomaly", "one of 'anomaly', 'change' and 'forecast' at most");
        return anomaly ? new(EarlyKind.Anomaly, TimeSpan.Zero) : change ? new(EarlyKind.Change, TimeSpan.Zero) : within is { } ahead ? new(EarlyKind.Forecast, ahead) : null;
    }

    private static TimeSpan? ReadForecast(RuleText parent)
    {
        if (ReadMap(parent, "forecast", "within") is not { } text) return null;
        var within = text.Span("within", EarlyWarningOf.LeastAhead, EarlyWarningOf.MostAhead);
        if (text.Find("within") is null) text.Error(text.Map, "forecast: 'within' is missing");
        text.RefuseOthers();
        return within;
    }

    private static void CheckEarly(RuleText text, EarlyWarningOf early, Breach breach, List<SeverityLevel> levels, bool alone, Reference? relative)
    {
        var key = early.Kind switch { EarlyKind.Anomaly => "anomaly", EarlyKind.Change => "change", EarlyKind.Forecast => "forecast" };
        if (!alone) text.Error(key, "takes values as they are, each sensor for itself: no mean, rate, votes or district");
        var fits = early.Kind switch
        {
            EarlyKind.Anomaly => breach == Breach.Above,
            EarlyKind.Change => breach is Breach.Above or Breach.Below or Breach.Outside,
            EarlyKind.Forecast => breach is Breach.Above or Breach.Below,
        };
        if (!fits) text.Error(key, early.Kind == EarlyKind.Anomaly ? "is a score: 'above' is expected" : early.Kind == EarlyKind.Change ? "is a move: 'above', 'below' or 'outside' is expected" : "goes one way: 'above' or 'below' is expected");
        if (early.Kind == EarlyKind.Anomaly && levels.Any(level => level.Level is < 0 or >= 1 || level.Clear < 0)) text.Error(key, "the score is 0 to 1; 0.5 is where a warning is due");
        if (early.Kind == EarlyKind.Change && levels.Any(level => breach == Breach.Outside ? level.LowLevel > 0 || level.Level < 0 : breach == Breach.Above ? level.Level < 0 : level.Level > 0)) text.Error(key, "is 0 at rest: the level must be on the other side of it");
        if (early.Kind != EarlyKind.Forecast && relative is not null) text.Error("relative-to", $"says nothing of {key}");
    }
}
