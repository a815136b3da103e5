using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace SmartCity.Tests.Watch.Desk;

/// <summary>Told, or held back and why.</summary>
public sealed class DecisionTests
{
    private readonly OpenEpisodes _open = new();

    private HeldBack? Of(Episode episode, double now, params Suppression[] suppressions) => Decision.Of(episode, _open, suppressions, Alarms.At(now));

    [Theory]
    [InlineData("a tick before it begins", 99.999, false)]
    [InlineData("as it begins", 100, true)]
    [InlineData("its last tick", 199.999, true)]
    [InlineData("as it ends", 200, false)]
    public void Maintenance_holds_from_its_first_instant_until_a_tick_before_its_end(string what, double now, bool held)
    {
        Assert.NotEmpty(what);
        var window = Alarms.Suppression(SuppressionKind.Maintenance, new(Node: "city/pole-1"), 100, 200);
        Assert.Equal(held ? HoldReason.Maintenance : null, Of(Alarms.Raised(), now, window)?.Reason);
    }

    [Theory]
    [InlineData("its rule on its sensor", "heat", "s1", "", "", "", true)]
    [InlineData("another sensor", "heat", "s2", "", "", "", false)]
    [InlineData("another rule", "cold", "s1", "", "", "", false)]
    [InlineData("its district", "", "", "", "", "harbour", true)]
    [InlineData("its site in another district", "", "", "", "quay", "hill", false)]
    [InlineData("its site", "", "", "", "quay", "", true)]
    [InlineData("its node", "", "", "city/pole-1", "", "", true)]
    [InlineData("nothing at all", "", "", "", "", "", false)]
    public void A_suppression_covers_what_fits_every_name_it_gives(string what, string rule, string sensor, string node, string site, string district, bool covers)
    {
        Assert.NotEmpty(what);
        Assert.Equal(covers, new Scope(rule, sensor, node, site, district).Covers(Alarms.Raised()));
    }

    [Fact]
    public void An_ended_suppression_holds_nothing_and_the_strongest_reason_is_named()
    {
        var shelved = Alarms.Suppression(SuppressionKind.Shelved, new("heat", "s1"), id: "a");
        var broken = Alarms.Suppression(SuppressionKind.OutOfService, new(Sensor: "s1"), until: null, id: "b");
        Assert.Equal(HoldReason.Shelved, Of(Alarms.Raised(), 1, shelved)!.Reason);
        Assert.Equal(HoldReason.OutOfService, Of(Alarms.Raised(), 1, shelved, broken)!.Reason);
        Assert.Null(Of(Alarms.Raised(), 1, shelved with { Ended = new("ben", Alarms.At(1), "done") }));
        Assert.Equal("shelved by anna: known", Of(Alarms.Raised(), 1, shelved)!.Because);
    }

    public static TheoryData<string, Suppression, string> Faulty() => new()
    {
        { "shelved without an end", Alarms.Suppression(SuppressionKind.Shelved, new("heat", "s1"), until: null), "until" },
        { "shelved for a day and a second", Alarms.Suppression(SuppressionKind.Shelved, new("heat", "s1"), until: 86_401), "until" },
        { "shelved without a sensor", Alarms.Suppression(SuppressionKind.Shelved, new("heat")), "sensor" },
        { "maintenance of everything", Alarms.Suppression(SuppressionKind.Maintenance, new()), "scope" },
        { "maintenance of a rule everywhere", Alarms.Suppression(SuppressionKind.Maintenance, new("heat")), "scope" },
        { "maintenance without an end", Alarms.Suppression(SuppressionKind.Maintenance, new(District: "hill"), until: null), "until" },
        { "over before it begins", Alarms.Suppression(SuppressionKind.Maintenance, new(District: "hill"), 200, 200), "until" },
        { "over already", Alarms.Suppression(SuppressionKind.Maintenance, new(District: "hill"), -20, 0), "until" },
        { "a district out of service", Alarms.Suppression(SuppressionKind.OutOfService, new(District: "hill"), until: null), "scope" },
        { "no reason", Alarms.Suppression(SuppressionKind.OutOfService, new(Sensor: "s1"), until: null, why: ""), "why" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void A_suppression_that_makes_no_sense_says_which_field_and_why(string what, Suppression suppression, string field)
    {
        Assert.NotEmpty(what);
        Assert.Contains(field, suppression.Faults(Alarms.At(0)).Select(fault => fault.Field));
    }

    [Fact]
    public void The_longest_shelving_and_an_open_end_out_of_service_make_sense()
    {
        Assert.Empty(Alarms.Suppression(SuppressionKind.Shelved, new("heat", "s1"), until: 86_400).Faults(Alarms.At(0)));
        Assert.Empty(Alarms.Suppression(SuppressionKind.OutOfService, new(Sensor: "s1"), until: null).Faults(Alarms.At(0)));
    }

    [Fact]
    public void What_the_city_designed_to_be_silent_is_silent_and_says_why()
    {
        _open.Use(new() { Suppressions = [new(new(Rule: "heat", District: "harbour"), "the foundry's own furnace")] });
        Assert.Equal((HoldReason.Design, true), (Of(Alarms.Raised(), 0)!.Reason, Of(Alarms.Raised(), 0)!.Because.Contains("furnace", StringComparison.Ordinal)));
        Assert.Null(Of(Alarms.Raised(district: "hill"), 0));
    }

    private static readonly DeskPolicy FloodStandsForAll = new() { Inhibitions = [new("district-flood", [], [Label.District])] };

    public static TheoryData<string, Episode, Episode, bool> Inhibitors() => new()
    {
        { "in its district", Alarms.Raised("district-flood", "harbour"), Alarms.Raised(), true },
        { "in another district", Alarms.Raised("district-flood", "hill", district: "hill"), Alarms.Raised(), false },
        { "never a worse one", Alarms.Raised("district-flood", "harbour", severity: Severity.Major), Alarms.Raised(severity: Severity.Critical), false },
        { "an equal one", Alarms.Raised("district-flood", "harbour", severity: Severity.Critical), Alarms.Raised(severity: Severity.Critical), true },
        { "over", Alarms.Raised("district-flood", "harbour").Cleared(1), Alarms.Raised(), false },
        { "one of which nobody was told holds nothing back", Alarms.Raised("district-flood", "harbour", withheld: true), Alarms.Raised(), false },
        { "one that is shelved by now", Alarms.Raised("district-flood", "harbour").Then(new DeskAction.HoldBack(new(HoldReason.Shelved, "", "", null))), Alarms.Raised(), false },
        { "a false alarm", Alarms.Raised("district-flood", "harbour").Then(new DeskAction.MarkFalse("")), Alarms.Raised(), false },
        { "a drill holds nothing real back", Alarms.Raised("district-flood", "harbour", kind: EpisodeKind.Exercise), Alarms.Raised(), false },
        { "both without the label: a missing one is an empty one", Alarms.Raised("district-flood", "x", district: ""), Alarms.Raised(district: ""), true },
        { "another of its own rule", Alarms.Raised("district-flood", "harbour"), Alarms.Raised("district-flood", "other"), false },
    };

    [Theory]
    [MemberData(nameof(Inhibitors))]
    public void An_open_episode_stands_for_others_where_all_labels_are_equal(string what, Episode source, Episode target, bool held)
    {
        Assert.NotEmpty(what);
        _open.Use(FloodStandsForAll);
        _open.Put(source);
        var answer = Of(target, 10);
        Assert.Equal(held ? source.Id.Value : null, answer?.By);
        Assert.Equal(held ? HoldReason.Inhibited : null, answer?.Reason);
    }

    [Fact]
    public void It_holds_back_no_longer_than_it_is_open_and_named_targets_alone()
    {
        _open.Use(new() { Inhibitions = [new("power-failure", ["node-silent"], [Label.Node, Label.District])] });
        var source = Alarms.Raised("power-failure", "p");
        _open.Put(source);
        Assert.NotNull(Of(Alarms.Raised("node-silent"), 1));
        Assert.Null(Of(Alarms.Raised("heat"), 1));
        _open.Put(source.Cleared(2));
        Assert.Null(Of(Alarms.Raised("node-silent"), 3));
    }

    [Fact]
    public void Two_rules_that_stand_for_each_other_silence_neither()
    {
        _open.Use(new() { Inhibitions = [new("a", ["b"], [Label.District]), new("b", ["a"], [Label.District])] });
        var (a, b) = (Alarms.Raised("a", "1"), Alarms.Raised("b", "2"));
        _open.Put(a);
        _open.Put(b);
        Assert.Null(Of(a, 1));
        Assert.Null(Of(b, 1));
    }

    [Fact]
    public void A_districts_episode_stands_for_its_members_on_the_same_quantity_until_it_is_over()
    {
        var district = Alarms.Raised("heat-wave", "district.harbour") with { Members = [new("s1"), new("s2")] };
        _open.Put(district);
        Assert.Equal("heat-wave in harbour stands for it", Of(Alarms.Raised(sensor: "s1"), 1)!.Because);
        Assert.Null(Of(Alarms.Raised(sensor: "s3"), 1));                                              // it is no member
        Assert.Null(Of(Alarms.Raised(sensor: "s1") with { Quantity = Quantity.Smoke }, 1));           // another matter
        Assert.Null(Of(Alarms.Raised(sensor: "s1", severity: Severity.Critical), 1));                 // worse than the district's
        Assert.Null(Of(Alarms.Raised("other", "s1") with { Members = [new("s9")] }, 1));              // a district for itself
        _open.Put(district.Cleared(5));
        Assert.Null(Of(Alarms.Raised(sensor: "s1"), 6));
    }

    private static readonly DeskPolicy Groups = new() { Groupings = [new([Label.District, Label.Category], TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), Severity.Critical)] };

    [Theory]
    [InlineData("a tick before the wait is over", 29.999, true)]
    [InlineData("as it is over", 30, false)]
    public void The_first_of_a_group_waits_so_that_others_can_come_with_it(string what, double now, bool held)
    {
        Assert.NotEmpty(what);
        _open.Use(Groups);
        var first = Waiting(Alarms.Raised(sensor: "s1", withheld: true), 0);
        var second = Waiting(Alarms.Raised(sensor: "s2", at: 20, withheld: true), 20);
        Assert.Equal(held, Of(first, now) is not null);
        Assert.Equal(held, Of(second, now) is not null);   // it came late and is told with the first
    }

    [Theory]
    [InlineData("a tick before the next turn", 329.999, true)]
    [InlineData("its turn", 330, false)]
    public void Later_ones_of_a_group_wait_for_its_next_turn(string what, double now, bool held)
    {
        Assert.NotEmpty(what);
        _open.Use(Groups);
        _open.Put(Waiting(Alarms.Raised(withheld: true), 0).Then(new DeskAction.HoldBack(null), 30, DeskAction.Hub));
        var later = Waiting(Alarms.Raised(sensor: "s2", at: 100, withheld: true), 100);
        Assert.Equal(held, Of(later, now) is not null);
    }

    [Fact]
    public void The_worst_waits_for_nobody_another_group_is_another_and_what_was_told_waits_no_more()
    {
        _open.Use(Groups);
        Assert.Null(Of(Alarms.Raised(severity: Severity.Critical, withheld: true), 0));
        Assert.NotNull(Of(Alarms.Raised(withheld: true), 0));
        Assert.Null(Of(Alarms.Raised(), 0));
        _open.Put(Alarms.Raised(at: 0));
        Assert.Equal(Alarms.At(300), Of(Alarms.Raised(sensor: "s2", at: 10, withheld: true), 10)!.Until);
        Assert.Equal(Alarms.At(40), Of(Alarms.Raised(sensor: "s2", at: 10, category: "Fire", withheld: true), 10)!.Until);
    }

    [Fact]
    public void A_group_whose_last_member_is_gone_begins_anew()
    {
        _open.Use(Groups);
        _open.Put(Alarms.Raised());
        _open.Put(Alarms.Raised().Cleared(50));
        Assert.Equal(Alarms.At(130), Of(Alarms.Raised(sensor: "s2", at: 100, withheld: true), 100)!.Until);
    }

    [Fact]
    public void What_an_older_breach_raised_late_is_told_at_once()
    {
        _open.Use(Groups);
        Assert.Null(Of(Alarms.Raised(at: -3600, withheld: true), 0));   // its wait is over long ago
    }

    [Fact]
    public void A_changed_desk_file_counts_for_what_is_open_already()
    {
        _open.Put(Alarms.Raised("district-flood", "harbour"));
        Assert.Null(Of(Alarms.Raised(), 1));
        _open.Use(FloodStandsForAll);
        Assert.NotNull(Of(Alarms.Raised(), 1));
        _open.Use(DeskPolicy.Empty);
        Assert.Null(Of(Alarms.Raised(), 1));
    }

    private static readonly DeskPolicy Steps = new()
    {
        DepartmentSteps = new Dictionary<string, IReadOnlyList<EscalationStep>> { ["fire"] = [new(TimeSpan.FromMinutes(5), "control-room", null), new(TimeSpan.FromMinutes(15), "", Severity.Critical)] },
        RuleSteps = new Dictionary<string, IReadOnlyList<EscalationStep>> { ["smoke"] = [new(TimeSpan.FromMinutes(1), "police", null)] },
    };

    [Theory]
    [InlineData("a tick before", 299.999, false)]
    [InlineData("not acknowledged in time", 300, true)]
    public void Who_does_not_answer_is_not_waited_for(string what, double now, bool due)
    {
        Assert.NotEmpty(what);
        Assert.Equal(due ? "control-room" : null, Steps.StepDue(Alarms.Raised(), Alarms.At(now))?.Department);
    }

    [Fact]
    public void Steps_follow_each_other_count_from_the_call_and_end_with_the_last()
    {
        var once = Alarms.Raised().Then(new DeskAction.Escalate("control-room", null, ""), 300, DeskAction.Hub);
        Assert.Equal(Alarms.At(900), Steps.NextStepAt(once));
        Assert.Null(Steps.NextStepAt(once.Then(new DeskAction.Escalate("", Severity.Critical, ""), 900, DeskAction.Hub)));
        var byHand = Alarms.Raised().Then(new DeskAction.Escalate("mayor", null, ""), 10);
        Assert.Equal(Alarms.At(300), Steps.NextStepAt(byHand));   // what a person did comes on top
        var held = Alarms.Raised(withheld: true).Then(new DeskAction.HoldBack(new(HoldReason.Shelved, "", "", null)), 0, DeskAction.Hub);
        Assert.Null(Steps.NextStepAt(held));
        Assert.Equal(Alarms.At(1300), Steps.NextStepAt(held.Then(new DeskAction.HoldBack(null), 1000, DeskAction.Hub)));
        Assert.Equal(Alarms.At(60), Steps.NextStepAt(Alarms.Raised("smoke")));
    }

    [Fact]
    public void Nothing_is_escalated_that_is_acknowledged_over_false_or_a_test()
    {
        Assert.Null(Steps.NextStepAt(Alarms.Raised().Then(new DeskAction.Acknowledge(""))));
        Assert.Null(Steps.NextStepAt(Alarms.Raised().Cleared(5)));
        Assert.Null(Steps.NextStepAt(Alarms.Raised().Then(new DeskAction.MarkFalse(""))));
        Assert.Null(Steps.NextStepAt(Alarms.Raised(kind: EpisodeKind.Test)));
        Assert.Null(Steps.NextStepAt(Alarms.Raised(department: "nobody")));
    }

    /// <summary>As the desk keeps it once the register has written down that it is held back.</summary>
    private Episode Waiting(Episode asked, double now)
    {
        var held = asked with { Held = Of(asked, now) };
        _open.Put(held);
        return held;
    }
}
