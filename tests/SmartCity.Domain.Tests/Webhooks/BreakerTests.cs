using SmartCity.Readings;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class BreakerTests
{
    private static readonly Instant T0 = new(1_790_000_000_000);

    private static Breaker After(int failures) => Enumerable.Range(0, failures).Aggregate(default(Breaker), (breaker, _) => breaker.Failed(T0, null));

    [Fact]
    public void Nine_failures_in_a_row_are_borne_and_the_tenth_opens()
    {
        Assert.True(After(9).MayTry(T0));
        Assert.False(After(10).MayTry(T0 + TimeSpan.FromMilliseconds(999)));
        Assert.True(After(10).MayTry(T0 + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_success_forgets_every_failure_before_it() => Assert.True(After(9).Succeeded().Failed(T0, null).MayTry(T0));

    [Fact]
    public void After_a_rest_one_attempt_finds_out_and_no_second_one_beside_it()
    {
        var later = T0 + TimeSpan.FromSeconds(1);
        var probing = After(10).Started();
        Assert.False(probing.MayTry(later));
        Assert.True(probing.Succeeded().MayTry(later));
        Assert.False(probing.Failed(later, null).MayTry(later + TimeSpan.FromMilliseconds(1999)));
        Assert.True(probing.Failed(later, null).MayTry(later + TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Rests_double_up_to_a_minute()
    {
        var (breaker, now) = (After(10), T0);
        var rests = new List<double> { (breaker.RestsUntil!.Value - now).TotalSeconds };
        for (var i = 0; i < 8; i++)
        {
            now = breaker.RestsUntil!.Value;
            breaker = breaker.Started().Failed(now, null);
            rests.Add((breaker.RestsUntil!.Value - now).TotalSeconds);
        }
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], rests);
    }

    [Fact]
    public void Attempts_that_were_under_way_when_it_opened_do_not_lengthen_its_rest() => Assert.Equal(After(10).RestsUntil, After(17).RestsUntil);

    [Theory]
    [InlineData(20, 20)]
    [InlineData(3600, 3600)]
    [InlineData(3601, 3600)]
    public void An_endpoint_that_asks_for_rest_gets_it_at_its_first_failure_up_to_an_hour(int asked, int given)
    {
        var breaker = default(Breaker).Failed(T0, TimeSpan.FromSeconds(asked));
        Assert.False(breaker.MayTry(T0 + TimeSpan.FromMilliseconds((given * 1000) - 1)));
        Assert.True(breaker.MayTry(T0 + TimeSpan.FromSeconds(given)));
    }
}
