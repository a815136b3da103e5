using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class EpisodeTests
{
    private static readonly EpisodeId Id = EpisodeId.Of("hot", Watched.Id, 1, 5);

    private static EpisodeEvent Raised(double at) => new EpisodeEvent.Raised(Id, "hot", 1, Watched.Id, Quantity.AirTemperature, Watched.At(at), Severity.Major, 31, Watched.At(0), false);

    private static EpisodeEvent Recorded(double at, Instant? cleared = null) =>
        new EpisodeEvent.Recorded(Id, "hot", 1, Watched.Id, Quantity.AirTemperature, Watched.At(at), Severity.Major, 31, Watched.At(0)) { ClearedAt = cleared };

    private static EpisodeEvent Cleared(double at) => new EpisodeEvent.Cleared(Id, "hot", 1, Watched.Id, Quantity.AirTemperature, Watched.At(at), 20);

    private static EpisodeEvent Withdrawn(double at) => new EpisodeEvent.Withdrawn(Id, "hot", 1, Watched.Id, Quantity.AirTemperature, Watched.At(at), "because");

    private static EpisodeEvent Moved(double at, Severity to) => new EpisodeEvent.SeverityChanged(Id, "hot", 1, Watched.Id, Quantity.AirTemperature, Watched.At(at), to, 45);

    private static Episode? After(params EpisodeEvent[] changes) => changes.Aggregate((Episode?)null, (before, change) => Episode.Apply(before, change) ?? before);

    [Fact]
    public void An_event_told_twice_changes_nothing_the_second_time()
    {
        foreach (var change in new[] { Raised(1), Recorded(1), Cleared(2), Withdrawn(3) })
        {
            var before = Episode.Apply(After(Raised(1)), change) ?? After(Raised(1));
            Assert.Null(Episode.Apply(before, change));
        }
    }

    [Fact]
    public void What_its_twin_raises_again_is_open_again_whatever_had_ended_it()
    {
        var reopened = After(Raised(1), Cleared(2), Raised(3))!;
        Assert.True(reopened.IsOpen);
        Assert.Equal(Watched.At(1), reopened.RaisedAt);
        Assert.Equal(Watched.At(4), After(Raised(1), Cleared(2), Raised(3), Cleared(4))!.ClearedAt);
    }

    [Fact]
    public void Its_severity_moves_up_and_down_while_it_is_open()
    {
        var worse = After(Raised(1), Moved(2, Severity.Critical))!;
        Assert.Equal((Severity.Critical, Watched.At(2), 45.0), (worse.Severity, worse.SeverityAt, worse.Value));
        Assert.Equal(Severity.Minor, After(Raised(1), Moved(2, Severity.Critical), Moved(3, Severity.Minor))!.Severity);
    }

    [Theory]
    [InlineData("the same severity", 2, Severity.Major, false)]
    [InlineData("as old as the last move: readings are taken again after a restart", 5, Severity.Critical, false)]
    [InlineData("a tick newer", 5.001, Severity.Critical, true)]
    public void A_move_of_severity_that_is_no_news_changes_nothing(string because, double at, Severity to, bool moves)
    {
        Assert.NotEmpty(because);
        var before = After(Raised(1), Moved(4, Severity.Critical), Moved(5, Severity.Major))!;
        Assert.Equal(moves, Episode.Apply(before, Moved(at, to)) is not null);
    }

    [Fact]
    public void What_is_over_keeps_the_severity_it_had()
    {
        Assert.Null(Episode.Apply(After(Raised(1), Cleared(2)), Moved(3, Severity.Critical)));
        Assert.Null(Episode.Apply(After(Raised(1), Withdrawn(2)), Moved(3, Severity.Critical)));
        Assert.Null(Episode.Apply(null, Moved(3, Severity.Critical)));
    }

    [Fact]
    public void What_ends_without_having_begun_changes_nothing()
    {
        Assert.Null(After(Cleared(1)));
        Assert.Null(After(Withdrawn(1)));
    }

    [Fact]
    public void What_was_over_when_it_was_recorded_was_never_open()
    {
        var episode = After(Recorded(1, Watched.At(2)))!;
        Assert.Equal((false, Watched.At(2), Watched.At(1)), (episode.IsOpen, episode.ClearedAt, episode.RecordedAt));
        var again = After(Recorded(1, Watched.At(2)), Withdrawn(3), Recorded(4, Watched.At(5)))!;
        Assert.Equal((false, Watched.At(5), null), (again.IsOpen, again.ClearedAt, again.WithdrawnAt));
    }

    [Fact]
    public void What_was_recorded_can_be_raised_and_what_was_withdrawn_can_be_found_again()
    {
        Assert.Equal((Watched.At(2), Watched.At(1)), After(Recorded(1), Raised(2)) is { } promoted ? (promoted.RaisedAt, promoted.RecordedAt) : default);
        Assert.True(After(Raised(1), Withdrawn(2), Raised(3))!.IsOpen);
        Assert.True(After(Raised(1), Cleared(2), Withdrawn(3), Raised(4))!.IsOpen);
    }

    [Fact]
    public void What_is_found_again_has_the_severity_that_it_has_now()
    {
        Assert.Equal(Severity.Minor, After(Recorded(1), Withdrawn(2), Of(Recorded(3), Severity.Minor))!.Severity);
        Assert.Equal(Severity.Minor, After(Raised(1), Cleared(2), Of(Raised(3), Severity.Minor))!.Severity);

        static EpisodeEvent Of(EpisodeEvent change, Severity severity) => change switch
        {
            EpisodeEvent.Raised raised => raised with { Severity = severity },
            EpisodeEvent.Recorded recorded => recorded with { Severity = severity },
            _ => change,
        };
    }

    [Fact]
    public void The_id_of_an_episode_tells_rule_sensor_epoch_and_order_apart()
    {
        EpisodeId[] ids = [Id, EpisodeId.Of("hot2", Watched.Id, 1, 5), EpisodeId.Of("hot", new("x"), 1, 5), EpisodeId.Of("hot", Watched.Id, 2, 5), EpisodeId.Of("hot", Watched.Id, 1, 6)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(Id, EpisodeId.Of("hot", Watched.Id, 1, 5));
        Assert.Equal(32, Id.Value.Length);
    }
}
