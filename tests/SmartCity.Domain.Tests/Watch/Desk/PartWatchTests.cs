using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace SmartCity.Tests.Watch.Desk;

public sealed class PartWatchTests
{
    private PartWatch _watch = new("hub-timeline-away", new("hub.timeline"), Severity.Critical, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    private EpisodeEvent? Look(bool failed, double at)
    {
        var (next, found) = _watch.Look(failed, Alarms.At(at));
        _watch = next;
        return found;
    }

    [Fact]
    public void A_failure_is_raised_when_it_has_lasted_and_cleared_when_the_part_was_sound_for_a_while()
    {
        Assert.Null(Look(true, 0));
        Assert.Null(Look(true, 9.999));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Look(true, 10));
        Assert.Equal((Alarms.At(0), Severity.Critical, 0), (raised.FirstBreachAt, raised.Severity, raised.RuleVersion));
        Assert.Null(Look(true, 11));
        Assert.Null(Look(false, 20));
        Assert.Null(Look(false, 79.999));
        Assert.Equal(raised.Episode, Assert.IsType<EpisodeEvent.Cleared>(Look(false, 80)).Episode);
        Assert.Null(Look(false, 81));
    }

    [Fact]
    public void A_blink_raises_nothing_and_a_breath_clears_nothing()
    {
        Look(true, 0);
        Look(false, 5);
        Assert.Null(Look(true, 9));
        Assert.Null(Look(true, 18));
        Assert.NotNull(Look(true, 19));
        Look(false, 30);
        Look(true, 40);
        Assert.Null(Look(false, 95));
        Assert.Null(Look(false, 154));
        Assert.NotNull(Look(false, 155));
    }

    [Fact]
    public void A_clock_that_goes_back_neither_raises_at_once_nor_never()
    {
        Look(true, 1000);
        Assert.Null(Look(true, 5));
        Assert.NotNull(Look(true, 15));
    }
}
