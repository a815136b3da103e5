using CityHub.Contracts;
using CityHub.Silo.Webhooks;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

public sealed class LaneTests
{
    private static readonly DateTimeOffset T0 = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);
    private static readonly Instant Now = Instant.From(T0);
    private static readonly DeliveryVerdict Failed = new(DeliveryOutcome.ServerError, null), Delivered = new(DeliveryOutcome.Delivered, null);
    private readonly Lane _lane = LaneOf(SubscriptionTerms.Usual);

    private static Subscription Agreed(SubscriptionTerms terms) => new("sub_1", "fire", new("http://127.0.0.1/"), [], Severity.Warning, false, Now) { Terms = terms };

    private static Lane LaneOf(SubscriptionTerms terms) => new(Agreed(terms), "", new LibCrypto(), 8);

    private static readonly SubscriptionTerms Three = new() { FailOver = [new(new("http://127.0.0.2/")), new(new("http://127.0.0.3/"))] };

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
    public void A_subscription_without_a_readable_secret_has_none_and_does_not_throw() => Assert.True(_lane.Signers.None);

    [Fact]
    public void A_new_message_does_not_go_to_an_endpoint_that_rests()
    {
        var lane = LaneOf(Three);
        for (var i = 0; i < Breaker.FailuresToOpen; i++) lane.Leave(lane.Enter(1, Now)!.Value.Index, Failed, Now);
        Assert.Equal(1, lane.Enter(1, Now)!.Value.Index);
        Assert.Equal("http://127.0.0.2/", lane.Enter(1, Now)!.Value.Endpoint.Url.ToString());
        Assert.Null(lane.ClosedUntil(Now));
    }

    [Fact]
    public void An_endpoint_that_rested_and_takes_a_message_is_back_and_at_most_as_often_as_the_tail_of_the_schedule_tries()
    {
        Assert.False(Outage(Now, failures: Breaker.FailuresToOpen - 1));
        Assert.True(Outage(Now, Breaker.FailuresToOpen));
        Assert.False(Outage(Now + Lane.BetweenRecoveries - TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1), Breaker.FailuresToOpen));
        Assert.True(Outage(Now + Lane.BetweenRecoveries, Breaker.FailuresToOpen));
        Assert.True(Outage(Now, Breaker.FailuresToOpen));   // the clock was set back: better once too often than not

        bool Outage(Instant begin, int failures)
        {
            for (var i = 0; i < failures; i++) Assert.False(_lane.Leave(_lane.Enter(1, begin)!.Value.Index, Failed, begin).Recovered);
            var after = begin + Breaker.FirstRest;
            var recovered = _lane.Leave(_lane.Enter(1, after)!.Value.Index, Delivered, after).Recovered;
            Assert.False(_lane.Leave(_lane.Enter(1, after)!.Value.Index, Delivered, after).Recovered);
            return recovered;
        }
    }

    [Fact]
    public void When_all_its_endpoints_rest_it_is_closed_until_the_first_of_them_may_be_tried()
    {
        for (var i = 0; i < Breaker.FailuresToOpen; i++) _lane.Leave(_lane.Enter(1, Now)!.Value.Index, Failed, Now);
        Assert.Null(_lane.Enter(1, Now));
        Assert.Equal(Now + TimeSpan.FromSeconds(1), _lane.ClosedUntil(Now));
        var later = Now + TimeSpan.FromSeconds(1);
        Assert.NotNull(_lane.Enter(1, later));
        Assert.Null(_lane.Enter(1, later));                      // one finds out, and no second beside it
        Assert.True(_lane.Leave(0, Delivered, later).HasRoom, "what it found out lets others in");
        Assert.Null(_lane.ClosedUntil(later));
    }

    [Fact]
    public void An_endpoint_that_is_gone_is_passed_over_and_tried_again_when_the_subscription_is_resumed()
    {
        var lane = LaneOf(Three);
        lane.Renew(Agreed(Three) with { Gone = [0] }, "");
        Assert.Equal(1, lane.Enter(1, Now)!.Value.Index);
        lane.Renew(Agreed(Three), "");
        Assert.Equal(0, lane.Enter(1, Now)!.Value.Index);
    }

    [Fact]
    public void What_is_known_of_an_endpoint_moves_with_it_when_endpoints_change()
    {
        var lane = LaneOf(Three);
        for (var i = 0; i < Breaker.FailuresToOpen; i++) lane.Leave(lane.Enter(1, Now)!.Value.Index, Failed, Now);
        lane.Renew(Agreed(Three) with { Url = new("http://127.0.0.9/"), Terms = Three with { FailOver = [new(new("http://127.0.0.1/"))] } }, "");
        Assert.Equal("http://127.0.0.9/", lane.Enter(5, Now)!.Value.Endpoint.Url.ToString());   // the second's turn, and the second rests
    }

    [Fact]
    public void A_message_that_one_endpoint_does_not_like_says_nothing_against_the_endpoint()
    {
        for (var i = 0; i < 100; i++) _lane.Leave(_lane.Enter(1, Now)!.Value.Index, new(DeliveryOutcome.Refused, null), Now);
        Assert.Null(_lane.ClosedUntil(Now));
    }

    [Fact]
    public void Its_allowance_closes_it_until_there_is_more()
    {
        var lane = LaneOf(new() { PerMinute = 10 });
        lane.Enter(1, Now);
        Assert.Equal(Now + TimeSpan.FromSeconds(6), lane.ClosedUntil(Now));
        Assert.Null(lane.ClosedUntil(Now + TimeSpan.FromSeconds(6)));
    }

    [Fact]
    public void It_has_as_many_places_as_were_agreed_upon()
    {
        var lane = LaneOf(new() { MaxInFlight = 2 });
        lane.Enter(1, Now);
        Assert.False(lane.IsFull);
        lane.Enter(1, Now);
        Assert.True(lane.IsFull);
        Assert.True(lane.Leave(0, Delivered, Now).HasRoom, "a place is free again");
        Assert.False(lane.Leave(0, Delivered, Now).HasRoom);
    }
}
