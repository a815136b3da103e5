using CsCheck;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>Anomaly scores and forecasts as what a rule compares.</summary>
public sealed class EarlyInputTests
{
    private static readonly Rule Strange = Watched.Rule("strange", level: 0.5, clear: 0.3) with { Anomaly = AnomalyScore.Surprise };
    private static readonly Rule Soon = Watched.Rule("soon", level: 30, clear: 28) with { Forecast = new(TimeSpan.FromMinutes(1)) };

    // Quiet but for a slow wave; from the 300th minute on it climbs.
    private static double Value(int minute) => 20 + Math.Sin(minute / 15.0) + (minute < 300 ? 0 : (minute - 300) * 0.5);

    [Fact]
    public void What_is_strange_warns_before_a_limit_does_and_a_forecast_no_later_than_a_step_after_it()
    {
        var street = new Watched(Strange, Soon, Watched.Rule("plain", level: 30));
        for (var minute = 0; minute < 400; minute++) street.Hears(minute * 60, Value(minute));
        var raised = street.Events.OfType<EpisodeEvent.Raised>().DistinctBy(change => change.Rule).ToDictionary(change => change.Rule);
        Assert.True(raised["strange"].At < raised["plain"].At);
        Assert.InRange((raised["soon"].At - raised["plain"].At).TotalMinutes, -10, 1);
        Assert.True(raised["soon"].Value > 30); // what is expected, not what was measured
    }

    [Fact]
    public void While_it_learns_it_says_nothing()
    {
        var street = new Watched(Strange, Soon);
        for (var minute = 0; minute < 90; minute++) street.Hears(minute * 60, minute % 2 * 100);
        Assert.Empty(street.Events);
    }

    [Fact]
    public void Restarts_and_late_arrivals_change_no_episode() =>
        Gen.Int[0, 4].Array[400].Sample(delays =>
        {
            var inTime = new Watched(Strange, Soon);
            var late = new Watched(Strange, Soon);
            for (var minute = 0; minute < 400; minute++) inTime.Hears(minute * 60, Value(minute));
            foreach (var (minute, now) in delays.Select((delay, minute) => (minute, Now: minute + delay)).OrderBy(arrival => arrival.Now))
            {
                late.Hears(minute * 60, Value(minute), now * 60);
                if (minute % 50 == 7) late.Restarts();
            }
            Assert.Equal(inTime.Standing(), late.Standing());
        }, iter: 5);
}
