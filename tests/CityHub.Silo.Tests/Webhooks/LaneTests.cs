using CityHub.Silo.Webhooks;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

public sealed class LaneTests
{
    private static readonly DateTimeOffset T0 = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);
    private readonly Lane _lane = Lane.Of(new("sub_1", "fire", new("http://127.0.0.1/"), [], Severity.Warning, false, Instant.From(T0)), "");

    [Fact]
    public void An_endpoint_that_fails_every_other_time_gets_a_line_every_ten_seconds_and_ends_with_the_truth()
    {
        var told = Enumerable.Range(0, 2000).Where(i => _lane.IsNews(i % 2 == 0 ? DeliveryOutcome.ServerError : DeliveryOutcome.Delivered, T0.AddMilliseconds(i * 10))).ToArray();
        Assert.Equal([0, 1001], told);
        Assert.False(_lane.IsNews(DeliveryOutcome.ServerError, T0.AddMilliseconds(20_009)));
        Assert.True(_lane.IsNews(DeliveryOutcome.ServerError, T0.AddMilliseconds(20_010)));
        Assert.True(_lane.IsNews(DeliveryOutcome.Delivered, T0.AddHours(1)));
    }

    [Fact]
    public void An_endpoint_that_works_from_the_start_is_not_worth_a_line() => Assert.False(_lane.IsNews(DeliveryOutcome.Delivered, T0));

    [Fact]
    public void A_subscription_without_a_readable_secret_has_none_and_does_not_throw() => Assert.Empty(_lane.Secrets);
}
