using CsCheck;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class AllowanceTests
{
    private static readonly Instant T0 = new(1_790_000_000_000);

    [Fact]
    public void A_tenth_of_a_minutes_worth_goes_at_once_and_the_rest_evenly()
    {
        var allowance = Allowance.Full(60, T0);
        for (var i = 0; i < 6; i++)
        {
            Assert.Null(allowance.NotBefore(T0));
            allowance = allowance.Take(T0);
        }
        Assert.Equal(T0 + TimeSpan.FromSeconds(1), allowance.NotBefore(T0));
        Assert.NotNull(allowance.NotBefore(T0 + TimeSpan.FromMilliseconds(999)));
        Assert.Null(allowance.NotBefore(T0 + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void One_a_minute_is_one_a_minute()
    {
        var allowance = Allowance.Full(1, T0).Take(T0);
        Assert.Equal(T0 + TimeSpan.FromMinutes(1), allowance.NotBefore(T0));
    }

    [Fact]
    public void Whoever_always_waits_as_told_is_never_over_its_rate() => Gen.Int[1, 6000].Sample(perMinute =>
    {
        var (allowance, now, taken) = (Allowance.Full(perMinute, T0), T0, 0);
        while (now - T0 <= TimeSpan.FromMinutes(2) && taken < 20_000)
        {
            allowance = allowance.Take(now);
            taken++;
            now = allowance.NotBefore(now) ?? now;
        }
        return taken <= (2 * perMinute) + Math.Max(1, perMinute / 10.0) + 1;
    }, iter: 50);

    [Fact]
    public void A_clock_that_goes_back_gives_nothing_and_takes_nothing()
    {
        var allowance = Allowance.Full(10, T0).Take(T0);
        Assert.NotNull(allowance.NotBefore(T0 - TimeSpan.FromHours(1)));
        Assert.Null(allowance.NotBefore(T0 + TimeSpan.FromSeconds(6)));
    }
}
