using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace SmartCity.Tests.Watch.Desk;

/// <summary>The load on a desk after ISA-18.2.</summary>
public sealed class DeskLoadTests
{
    private readonly DeskLoad _load = new(new("city", [], []), Alarms.At(0));
    private readonly Dictionary<EpisodeId, Episode> _open = [];
    private ulong _number;

    private DeskFigures Figures(double now) => _load.Figures(_open.Values, Alarms.At(now));

    private Episode Comes(double at, string rule = "heat", string sensor = "s1", Severity severity = Severity.Warning, bool held = false, EpisodeKind kind = EpisodeKind.Actual)
    {
        var episode = Alarms.Raised(rule, sensor, at, severity, kind: kind, withheld: held, first: ++_number) with { Held = held ? new(HoldReason.Shelved, "", "", null) : null };
        return Sees(null, episode, at);
    }

    private Episode Goes(Episode before, double at) => Sees(before, before.Cleared(at), at);

    private Episode Sees(Episode? before, Episode after, double at)
    {
        _load.Take(before, after, Alarms.At(at));
        if (after.IsOpen) _open[after.Id] = after;
        else _open.Remove(after.Id);
        return after;
    }

    [Theory]
    [InlineData("ten in ten minutes", 10, false)]
    [InlineData("one more", 11, true)]
    public void More_than_ten_in_ten_minutes_are_a_flood(string what, int count, bool flood)
    {
        Assert.NotEmpty(what);
        for (var i = 0; i < count; i++) Comes(i);
        Assert.Equal(flood ? Alarms.At(10) : null, Figures(20).FloodSince);
        Assert.Equal(count, Figures(20).LastTenMinutes);
    }

    [Theory]
    [InlineData("an alarm counts for ten minutes less a tick: five are left", 605.999, true)]
    [InlineData("the first tick with four: the flood is over", 606, false)]
    public void A_flood_goes_on_until_fewer_than_five_came_in_ten_minutes(string what, double now, bool flood)
    {
        Assert.NotEmpty(what);
        for (var i = 0; i < 11; i++) Comes(i);
        Assert.Equal(flood, Figures(now).FloodSince is not null);
    }

    [Fact]
    public void Periods_over_ten_make_the_share_of_time_in_flood()
    {
        for (var i = 0; i < 11; i++) Comes(30 + i);
        Comes(630);
        var figures = Figures(4 * 600 - 1);
        Assert.Equal((0.25, 11, 3.0, 12L), (figures.FloodShare, figures.MostInTenMinutes, figures.AveragePerTenMinutes, figures.Alarms));
        Assert.Equal([11, 1, 0, 0], figures.Periods.Skip(140));
        Assert.Equal(144, figures.Periods.Count);
    }

    [Theory]
    [InlineData("within a minute", 60, 1)]
    [InlineData("a tick longer", 60.001, 0)]
    public void Three_times_within_a_minute_is_chattering(string what, double third, int chattering)
    {
        Assert.NotEmpty(what);
        Goes(Comes(0), 5);
        Goes(Comes(30), 35);
        Comes(third);
        Assert.Equal(chattering, Figures(100).Chattering.Count);
        Assert.Empty(Figures(86_400 + 100).Chattering);
    }

    [Theory]
    [InlineData("over within ten seconds", 10, 1)]
    [InlineData("a tick longer", 10.001, 0)]
    public void What_is_over_at_once_is_fleeting(string what, double over, int fleeting)
    {
        Assert.NotEmpty(what);
        Goes(Comes(0), over);
        Assert.Equal(fleeting, Figures(20).Fleeting);
    }

    [Theory]
    [InlineData("a day", 86_400, 0)]
    [InlineData("a tick more", 86_400.001, 1)]
    public void What_is_open_for_more_than_a_day_is_stale(string what, double now, int stale)
    {
        Assert.NotEmpty(what);
        Comes(0);
        Assert.Equal((1, stale), (Figures(now).Standing, Figures(now).Stale));
    }

    [Fact]
    public void What_is_held_back_is_counted_apart_and_drills_not_at_all()
    {
        Comes(0, held: true);
        Comes(1, kind: EpisodeKind.Exercise);
        Comes(2);
        var figures = Figures(10);
        Assert.Equal((1L, 1L, 1, 1), (figures.Alarms, figures.Suppressed, figures.Standing, figures.HeldBack));
    }

    [Fact]
    public void What_is_released_comes_up_then_and_only_once()
    {
        var held = Comes(0, held: true);
        var released = Sees(held, held.Then(new DeskAction.HoldBack(null), 700, DeskAction.Hub), 700);
        Sees(released, released.Then(new DeskAction.Comment("seen"), 701), 701);
        Assert.Equal((1L, 1), (Figures(702).Alarms, Figures(702).LastTenMinutes));
    }

    [Fact]
    public void The_ten_worst_sources_their_share_and_the_mix_of_priorities()
    {
        for (var i = 0; i < 80; i++) Goes(Comes(i * 700, sensor: "loud", severity: Severity.Warning), i * 700 + 60);
        for (var i = 0; i < 20; i++) Goes(Comes(i * 700 + 100, sensor: "s" + i, severity: i < 15 ? Severity.Major : Severity.Critical), i * 700 + 200);
        var figures = Figures(60_000);
        Assert.Equal((10, new SourceLoad("heat", "loud", 80), 80), (figures.TopTen.Count, figures.TopTen[0], figures.MostOfOneSource));
        Assert.Equal(0.89, figures.TopTenShare, 6);
        Assert.Equal((0.80, 0.15, 0.05), (figures.Priorities[Severity.Warning], figures.Priorities[Severity.Major], figures.Priorities[Severity.Critical]));
    }

    [Fact]
    public void How_long_one_was_open_and_waited_is_kept_with_the_mean_to_the_acknowledgement()
    {
        var first = Comes(0);
        Goes(Sees(first, first.Then(new DeskAction.Acknowledge(""), 60), 60), 500);
        var second = Comes(1000);
        Sees(second, second.Then(new DeskAction.Acknowledge(""), 1030), 1030);
        Comes(1040, sensor: "s2");
        var figures = Figures(1100);
        Assert.Equal((TimeSpan.FromSeconds(500), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(45)), (figures.LongestActive, figures.LongestUnacknowledged, figures.MeanToAcknowledge));
        Assert.Equal(1, figures.Unacknowledged);
        Assert.Equal(TimeSpan.FromSeconds(100), Figures(1140).LongestUnacknowledged);   // the one that still waits counts too
    }

    [Fact]
    public void After_thirty_days_nothing_is_left_of_an_alarm()
    {
        Goes(Comes(0), 60);
        Assert.Equal(1L, Figures(29 * 86_400).Alarms);
        Assert.Equal((0L, 0), (Figures(31 * 86_400).Alarms, Figures(31 * 86_400).TopTen.Count));
    }

    [Fact]
    public void A_desk_looks_after_its_own_districts_and_departments()
    {
        var hill = new DeskLoad(new("hill", ["fire"], ["hill"]), Alarms.At(0));
        hill.Take(null, Alarms.Raised(district: "hill"), Alarms.At(0));
        hill.Take(null, Alarms.Raised(district: "hill", department: "", sensor: "s2"), Alarms.At(0));
        hill.Take(null, Alarms.Raised(district: "hill", department: "water", sensor: "s3"), Alarms.At(0));
        hill.Take(null, Alarms.Raised(district: "harbour", sensor: "s4"), Alarms.At(0));
        Assert.Equal(2L, hill.Figures([], Alarms.At(1)).Alarms);
    }
}
