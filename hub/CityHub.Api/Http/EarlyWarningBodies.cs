using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace CityHub.Api.Http;

/// <summary>What is expected at an instant: four values in five lie between low and high.</summary>
public sealed record ExpectedBody(Instant At, double Low, double Middle, double High);

/// <param name="By">How far the level has moved, in the quantity's unit.</param>
public sealed record ChangeBody(Instant Since, Instant FoundAt, double By);

/// <summary>When a forecast crosses its rule's level: by the middle of the band, and by its nearer and its further side.</summary>
/// <param name="Latest">Null: the further side does not get there within the horizon.</param>
public sealed record CrossingBody(Instant At, Instant Earliest, Instant? Latest);

/// <summary>Where a rule's early warning stands on one quantity of a sensor.</summary>
/// <param name="StillLearns">Readings (a forecast: steps) to come before it says anything; 0: it has learnt enough.</param>
/// <param name="Late">Readings since the hub started that came behind a newer one: neither learnt nor judged.</param>
/// <param name="Step">Length of a forecast's step, as an ISO 8601 duration; null when there is no forecast.</param>
/// <param name="Surprise">Of the last reading, 0 to 1: 0.5 is where a warning is due. Null for a forecast and while it learns.</param>
/// <param name="Usual">What is usual at the last reading's hour of the week. Null likewise.</param>
/// <param name="Change">The last change of level, while it is fresh.</param>
/// <param name="Level">The rule's level; null but for a forecast.</param>
/// <param name="Crosses">When the forecast crosses it; null: not within the horizon, or it is past it.</param>
/// <param name="Forecast">From the last closed step on, that one first; straight lines between. Empty while it learns and when too long nothing came.</param>
public sealed record EarlyWarningBody(string Rule, string Quantity, string Unit, EarlyKind Kind, int StillLearns, int Late, string? Step, double? Surprise, double? Usual,
    ChangeBody? Change, IReadOnlyList<ExpectedBody> Forecast, double? Level, CrossingBody? Crosses)
{
    public static EarlyWarningBody Of(EarlyState state) => new(state.Rule, QuantityCatalogue.Of(state.Quantity).Name, QuantityCatalogue.Of(state.Quantity).Unit, state.Kind,
        state.StillLearns, state.Late, state.Forecast is { } made ? Times.Text(TimeSpan.FromMilliseconds(made.Step)) : null, state.Surprise, state.Usual,
        state.Change is { } change ? new(new(change.Since), new(change.FoundAt), change.By) : null,
        state.Forecast is { } forecast ? [.. new[] { 0, 1, 3, Forecaster.Reach }.Select(steps => Of(forecast, steps))] : [],
        state.Level, state is { Forecast: { } from, Crosses: { } crossing } ? Of(from.From, crossing) : null);

    private static CrossingBody Of(long from, Crossing crossing) =>
        new(new Instant(from) + crossing.After, new Instant(from) + crossing.Earliest, crossing.Latest is { } latest ? new Instant(from) + latest : null);

    private static ExpectedBody Of(Forecast forecast, int steps)
    {
        var expected = forecast.At(TimeSpan.FromMilliseconds(steps * forecast.Step));
        return new(new(forecast.From + steps * forecast.Step), expected.Low, expected.Middle, expected.High);
    }
}
