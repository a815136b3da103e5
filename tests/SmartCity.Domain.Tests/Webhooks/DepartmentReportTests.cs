using SmartCity.Readings;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class DepartmentReportTests
{
    private static readonly Instant T0 = new(1_790_000_000_000);
    private static readonly TimeSpan Level = TimeSpan.FromSeconds(30);

    private static Instant At(double seconds) => T0 + TimeSpan.FromSeconds(seconds);

    private static DeliveryFact Sent(double? took, bool givenUp = false) =>
        new("sub_1", "msg_1", new("e"), "episode.raised", T0, took is { } seconds ? At(seconds) : null, givenUp, "delivered (200)", Level);

    private static DepartmentReport Of(IReadOnlyList<DeliveryFact> sent, IReadOnlyList<AcknowledgementFact> noted, double now = 1000) => DepartmentReport.Of("fire", T0, At(10_000), sent, noted, At(now));

    [Fact]
    public void Of_a_hundred_times_the_median_is_the_fiftieth_and_the_p99_the_ninety_ninth()
    {
        var spread = Spread.Of(Enumerable.Range(1, 100).Reverse().Select(second => TimeSpan.FromSeconds(second)));
        Assert.Equal((100, 50, 95, 99, 100), (spread.Count, spread.P50!.Value, spread.P95!.Value, spread.P99!.Value, spread.Longest!.Value));
        Assert.Equal(7, Spread.Of([TimeSpan.FromSeconds(7)]).P99);
        Assert.Null(Spread.Of([]).P50);
    }

    [Theory]
    [InlineData("exactly what was agreed upon", 30.0, false, 1000, null)]
    [InlineData("a tick past it", 30.001, false, 1000, "delivered-late")]
    [InlineData("still on its way, and in time so far", null, false, 30, null)]
    [InlineData("still on its way, and past it", null, false, 30.001, "waiting")]
    [InlineData("given up", null, true, 10, "not-delivered")]
    public void What_took_longer_than_was_agreed_upon_is_a_breach(string because, double? took, bool givenUp, double now, string? breach)
    {
        Assert.NotEmpty(because);
        Assert.Equal(breach is null ? [] : [breach], Of([Sent(took, givenUp)], [], now).Breaches.Select(one => one.What));
    }

    [Theory]
    [InlineData("in time", 300.0, null)]
    [InlineData("late", 300.001, "acknowledged-late")]
    [InlineData("not at all", null, "not-acknowledged")]
    public void So_is_an_acknowledgement_that_came_late_or_never(string because, double? took, string? breach)
    {
        Assert.NotEmpty(because);
        AcknowledgementFact Fact(TimeSpan? within) => new("sub_1", new("e"), T0, "anna", "link", took is { } seconds ? At(seconds) : null, within);
        Assert.Equal(breach is null ? [] : [breach], Of([], [Fact(TimeSpan.FromMinutes(5))]).Breaches.Select(one => one.What));
        Assert.Empty(Of([], [Fact(null)]).Breaches);   // nothing was agreed upon
    }

    [Fact]
    public void It_counts_what_arrived_what_was_given_up_and_what_is_on_its_way()
    {
        var report = Of([Sent(1), Sent(3), Sent(null, true), Sent(null)], []);
        Assert.Equal((4, 2, 1, 1, 2, 1.0, 3.0), (report.Messages, report.Delivered, report.GivenUp, report.Pending, report.ToDelivered.Count, report.ToDelivered.P50!.Value, report.ToDelivered.Longest!.Value));
    }

    [Fact]
    public void A_link_is_good_until_its_last_second_and_for_nothing_else()
    {
        var key = new byte[32];
        var parts = AcknowledgeLink.Path(key, "sub_1", new("e1"), T0).Split('/');
        LinkVerdict Verify(string subscription, string episode, Instant now) => AcknowledgeLink.Verify(key, subscription, new(episode), parts[3], parts[4], now);
        Assert.Equal(LinkVerdict.Good, Verify("sub_1", "e1", T0 - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(LinkVerdict.Expired, Verify("sub_1", "e1", T0));
        Assert.Equal(LinkVerdict.Forged, Verify("sub_2", "e1", T0));
        Assert.Equal(LinkVerdict.Forged, Verify("sub_1", "e2", T0));
        Assert.Equal(LinkVerdict.Forged, AcknowledgeLink.Verify(new byte[32].Select(_ => (byte)1).ToArray(), "sub_1", new("e1"), parts[3], parts[4], T0));
        Assert.Equal(LinkVerdict.Forged, AcknowledgeLink.Verify(key, "sub_1", new("e1"), "-1", parts[4], T0));
        Assert.Matches("^a/sub_1/e1/[0-9]+/[A-Za-z0-9_-]{22}$", string.Join('/', parts));
    }
}
