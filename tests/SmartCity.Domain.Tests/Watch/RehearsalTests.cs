using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class RehearsalTests
{
    private static RehearsalReport Rehearse(Rule[] inForce, Rule[] proposed, params (double At, double Value, double Now)[] past)
    {
        var rehearsal = new Rehearsal(new(1, "", TimeSpan.Zero, inForce), new(2, "", TimeSpan.Zero, proposed));
        foreach (var (at, value, now) in past) rehearsal.Take(new(Watched.Id, "centre", "a", [], Watched.Reading(at, value), 1, Watched.At(now)));
        return rehearsal.Finish(Watched.At(10_000));
    }

    [Fact]
    public void The_same_rules_find_the_same()
    {
        var report = Rehearse([Watched.Rule()], [Watched.Rule()], (0, 31, 0), (10, 20, 10), (20, 31, 20));
        Assert.Equal((3, 0, 0, 0, 2), (report.Readings, report.Added.Count, report.Removed.Count, report.Moved.Count, report.Same));
    }

    [Fact]
    public void A_lower_level_adds_and_moves_and_a_higher_one_removes()
    {
        (double, double, double)[] day = [(0, 29, 0), (60, 31, 60), (120, 20, 120), (600, 29, 600), (700, 20, 700)];
        var lower = Rehearse([Watched.Rule(level: 30)], [Watched.Rule(level: 28)], day);
        Assert.Equal(Watched.At(600), Assert.Single(lower.Added).FirstBreachAt);
        Assert.Equal((Watched.At(60), Watched.At(0)), (Assert.Single(lower.Moved).Before.FirstBreachAt, lower.Moved[0].After.FirstBreachAt));
        var higher = Rehearse([Watched.Rule(level: 28)], [Watched.Rule(level: 30)], day);
        Assert.Equal(Watched.At(600), Assert.Single(higher.Removed).FirstBreachAt);
    }

    [Fact]
    public void What_the_clock_alone_would_have_found_is_found()
    {
        var report = Rehearse([], [Watched.Rule(breach: Breach.Missing, hold: TimeSpan.FromMinutes(10))], (0, 20, 0), (3600, 20, 3600));
        Assert.Equal([(Watched.At(600.001), Watched.At(3600), null), (Watched.At(4200.001), null, null)], report.Added.Select(episode => (episode.RaisedAt!.Value, episode.ClearedAt, episode.RecordedAt)));
    }

    [Fact]
    public void What_came_late_is_late_again()
    {
        var report = Rehearse([Watched.Rule()], [Watched.Rule(late: LatePolicy.Raise)], (0, 31, 1000), (900, 20, 1000));
        var moved = Assert.Single(report.Moved);
        Assert.Equal((null, true), (moved.Before.RaisedAt, moved.After.Late));
    }

    [Fact]
    public void Another_severity_is_a_move_and_a_rule_that_is_new_adds_and_one_that_is_gone_removes()
    {
        Assert.Single(Rehearse([Watched.Rule()], [Watched.Rule() with { Severity = Severity.Critical }], (0, 31, 0)).Moved);
        var renamed = Rehearse([Watched.Rule("old")], [Watched.Rule("new")], (0, 31, 0));
        Assert.Equal(("new", "old"), (Assert.Single(renamed.Added).Rule, Assert.Single(renamed.Removed).Rule));
    }

    [Fact]
    public void District_rules_are_rehearsed_too()
    {
        var rule = Watched.Rule(lateness: TimeSpan.FromSeconds(10)) with { District = new(DistrictTake.Mean, 1, 0, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(10)) };
        Assert.Equal("centre", Assert.Single(Rehearse([], [rule], (0, 31, 0), (100, 31, 100)).Added).Sensor.District);
    }
}
