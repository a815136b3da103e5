using CityHub.Api.Events;
using CityHub.Contracts;
using CsCheck;

namespace CityHub.Api.Tests;

public sealed class EventRingTests
{
    private static HubEvent Event(long number) => new(number, new(number), "node.online", "n", null);

    [Fact]
    public void A_reader_that_keeps_up_gets_every_event_once_and_in_order_and_one_that_does_not_learns_what_it_missed() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 25].Array[0, 30]).Sample((capacity, bursts) =>
        {
            var ring = new EventRing(capacity);
            var (place, written, expected) = (ring.Now, 0L, 0L);
            foreach (var burst in bursts)
            {
                for (var i = 0; i < burst; i++) ring.Add(Event(written++));
                var (events, next, missed) = ring.From(place);
                Assert.Equal(written - expected > capacity, missed);
                Assert.Equal(missed ? written - capacity : expected, events.Count > 0 ? events[0].Number : expected);
                Assert.Equal(events.Select((_, i) => events[0].Number + i), events.Select(e => e.Number));
                Assert.Equal(written, next);
                (place, expected) = (next, written);
            }
        });

    [Fact]
    public void The_oldest_event_that_is_kept_can_be_resumed_after_and_the_one_before_it_cannot()
    {
        var ring = new EventRing(4);
        for (var number = 100; number < 110; number++) ring.Add(Event(number));
        Assert.NotNull(ring.After(106));
        Assert.Null(ring.After(105));
        Assert.Equal(ring.Now, ring.After(109));
        Assert.Null(ring.After(110));
    }

    [Fact]
    public void News_completes_with_the_next_event_and_at_once_when_there_is_one_already()
    {
        var ring = new EventRing(4);
        var place = ring.Now;
        var news = ring.News(place);
        Assert.False(news.IsCompleted);
        ring.Add(Event(1));
        Assert.True(news.IsCompletedSuccessfully);
        Assert.True(ring.News(place).IsCompletedSuccessfully);
        Assert.False(ring.News(ring.Now).IsCompleted);
    }
}
