using CsCheck;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace SmartCity.Tests.Watch.Desk;

/// <summary>The life of an episode after ISA-18.2 and IEC 62682.</summary>
public sealed class LifeTests
{
    private static readonly HeldBack Shelved = new(HoldReason.Shelved, "known", "sup", null);

    public static TheoryData<string, Episode, AlarmState> States() => new()
    {
        { "raised", Alarms.Raised(), AlarmState.Unacknowledged },
        { "acknowledged", Alarms.Raised().Then(new DeskAction.Acknowledge("")), AlarmState.Acknowledged },
        { "over before anyone acknowledged", Alarms.Raised().Cleared(5), AlarmState.ReturnedUnacknowledged },
        { "over and acknowledged", Alarms.Raised().Cleared(5).Then(new DeskAction.Acknowledge("")), AlarmState.Normal },
        { "acknowledged and over", Alarms.Raised().Then(new DeskAction.Acknowledge("")).Cleared(20), AlarmState.Normal },
        { "latched and over", Alarms.Raised(latched: true).Cleared(5), AlarmState.LatchedUnacknowledged },
        { "latched, over and acknowledged", Alarms.Raised(latched: true).Cleared(5).Then(new DeskAction.Acknowledge("")), AlarmState.LatchedAcknowledged },
        { "latched and reset", Alarms.Raised(latched: true).Cleared(5).Then(new DeskAction.Acknowledge("")).Then(new DeskAction.Reset("seen to")), AlarmState.Normal },
        { "shelved", Alarms.Raised().Then(new DeskAction.HoldBack(Shelved)), AlarmState.Shelved },
        { "shelved and over", Alarms.Raised().Then(new DeskAction.HoldBack(Shelved)).Cleared(20), AlarmState.ReturnedUnacknowledged },
        { "inhibited", Alarms.Raised().Then(new DeskAction.HoldBack(new(HoldReason.Inhibited, "", "", null))), AlarmState.SuppressedByDesign },
        { "under maintenance", Alarms.Raised().Then(new DeskAction.HoldBack(new(HoldReason.Maintenance, "", "", null))), AlarmState.OutOfService },
        { "waiting for its group", Alarms.Raised(withheld: true).Then(new DeskAction.HoldBack(new(HoldReason.Grouped, "", "", null))), AlarmState.Unacknowledged },
        { "held back from its beginning to its end: nobody was called", Alarms.Raised(withheld: true).Then(new DeskAction.HoldBack(Shelved)).Cleared(20), AlarmState.Normal },
        { "only recorded", Alarms.Raised() with { RaisedAt = null, RecordedAt = Alarms.At(1) }, AlarmState.Normal },
        { "withdrawn", Alarms.Raised() with { WithdrawnAt = Alarms.At(1) }, AlarmState.Normal },
        { "a false alarm that its sensor still gives", Alarms.Raised().Then(new DeskAction.MarkFalse("steam")), AlarmState.Acknowledged },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Its_state_is_found_from_its_facts(string what, Episode episode, AlarmState state)
    {
        Assert.NotEmpty(what);
        Assert.Equal(state, episode.State);
    }

    [Fact]
    public void Acknowledging_acts_only_on_what_was_there_when_the_button_was_pressed()
    {
        var seen = Alarms.Raised() with { Change = 7, Attention = 7 };
        Assert.True(seen.Then(new DeskAction.Acknowledge("", Seen: 7)).IsAcknowledged);
        var worse = seen.Moved(Severity.Critical, 5) with { Change = 8, Attention = 8 };
        Assert.Equal(DeskRefusal.ChangedSince, worse.Refuses(new DeskAction.Acknowledge("", Seen: 7)));
        Assert.True(worse.Then(new DeskAction.Acknowledge("", Seen: 8)).IsAcknowledged);
        var commented = seen.Then(new DeskAction.Comment("on my way")) with { Change = 9 };   // asks for nobody: what was seen still holds
        Assert.True(commented.Then(new DeskAction.Acknowledge("", Seen: 7)).IsAcknowledged);
    }

    [Fact]
    public void The_first_acknowledgement_stands_until_it_gets_worse_than_what_was_taken_note_of()
    {
        var taken = Alarms.Raised(severity: Severity.Major).Then(new DeskAction.Acknowledge("mine"), 10);
        Assert.Equal(DeskRefusal.AcknowledgedBefore, taken.Refuses(new DeskAction.Acknowledge("mine too"), by: "ben"));
        Assert.Equal(DeskRefusal.Unchanged, taken.Refuses(new DeskAction.Acknowledge("mine")));
        Assert.True(taken.Moved(Severity.Minor, 20).IsAcknowledged);
        Assert.True(taken.Moved(Severity.Minor, 20).Moved(Severity.Major, 21).IsAcknowledged);
        var worse = taken.Moved(Severity.Critical, 20);
        Assert.Equal(AlarmState.Unacknowledged, worse.State);
        Assert.Equal("ben", worse.Then(new DeskAction.Acknowledge("both"), by: "ben").Acknowledged!.By);
    }

    [Theory]
    [InlineData("raised for the first time", false, Severity.Major, true)]
    [InlineData("unchanged", true, Severity.Major, false)]
    [InlineData("better", true, Severity.Minor, false)]
    [InlineData("worse", true, Severity.Critical, true)]
    public void What_asks_for_somebody_anew_is_told_from_what_does_not(string what, bool known, Severity now, bool asks)
    {
        Assert.NotEmpty(what);
        var before = Alarms.Raised();
        Assert.Equal(asks, Episode.AsksAnew(known ? before : null, now == before.Severity ? before : before.Moved(now, 5)));
        Assert.True(Episode.AsksAnew(before.Cleared(5), before));   // open after all
        Assert.False(Episode.AsksAnew(before, before.Cleared(5)));
    }

    [Fact]
    public void A_latched_alarm_is_reset_only_when_it_is_over_and_acknowledged_and_only_once()
    {
        var latched = Alarms.Raised(latched: true);
        Assert.Equal(DeskRefusal.StillBreached, latched.Refuses(new DeskAction.Reset("")));
        Assert.Equal(DeskRefusal.NotAcknowledged, latched.Cleared(5).Refuses(new DeskAction.Reset("")));
        var reset = latched.Cleared(5).Then(new DeskAction.Acknowledge("")).Then(new DeskAction.Reset("pump replaced"));
        Assert.Equal(DeskRefusal.NotLatched, reset.Refuses(new DeskAction.Reset("")));
        Assert.Equal(("anna", "pump replaced"), (reset.Reset!.By, reset.Reset.Why));
        Assert.Equal(DeskRefusal.NotLatched, Alarms.Raised().Cleared(5).Refuses(new DeskAction.Reset("")));
    }

    [Fact]
    public void Escalations_add_up_and_the_highest_severity_counts()
    {
        var up = Alarms.Raised(severity: Severity.Minor).Then(new DeskAction.Escalate("control-room", null, "no answer"), 300).Then(new DeskAction.Escalate("", Severity.Critical, "still none"), 900);
        Assert.Equal((2, "control-room"), (up.Escalated!.Step, up.Escalated.Before!.Department));
        Assert.Equal((Severity.Minor, Severity.Critical), (up.Severity, up.Urgency));
        Assert.Equal(Severity.Critical, up.Then(new DeskAction.Escalate("", Severity.Warning, "")).Urgency);
        Assert.Equal(Severity.Critical, Alarms.Raised(severity: Severity.Critical).Then(new DeskAction.Escalate("", Severity.Minor, "")).Urgency);
        Assert.Equal(DeskRefusal.Over, up.Cleared(1000).Refuses(new DeskAction.Escalate("mayor", null, "")));
        var most = Enumerable.Range(0, Escalation.MaxSteps - 2).Aggregate(up, (e, i) => e.Then(new DeskAction.Escalate("d" + i, null, "")));
        Assert.Equal(DeskRefusal.TooManySteps, most.Refuses(new DeskAction.Escalate("one more", null, "")));
    }

    [Fact]
    public void Only_drills_and_tests_are_ended_by_hand()
    {
        Assert.Equal(DeskRefusal.IsActual, Alarms.Raised().Refuses(new DeskAction.End("enough")));
        var drill = Alarms.Raised(kind: EpisodeKind.Exercise).Then(new DeskAction.End("enough"), 60);
        Assert.Equal(Alarms.At(60), drill.ClearedAt);
        Assert.Equal(DeskRefusal.Over, drill.Refuses(new DeskAction.End("again")));
    }

    [Fact]
    public void What_never_was_takes_comments_alone()
    {
        var withdrawn = Alarms.Raised() with { WithdrawnAt = Alarms.At(1) };
        foreach (var action in new DeskAction[] { new DeskAction.Acknowledge(""), new DeskAction.Assign("crew"), new DeskAction.Escalate("x", null, ""), new DeskAction.MarkFalse("") })
            Assert.Equal(DeskRefusal.Withdrawn, withdrawn.Refuses(action));
        Assert.Equal(1, withdrawn.Then(new DeskAction.Comment("the sensor was being moved")).Comments);
    }

    [Fact]
    public void Held_back_from_the_start_it_calls_nobody_and_released_it_calls_when_it_is_released()
    {
        var held = Alarms.Raised(withheld: true).Then(new DeskAction.HoldBack(Shelved), 0, DeskAction.Hub);
        Assert.Null(held.CalledAt);
        var released = held.Then(new DeskAction.HoldBack(null), 600, DeskAction.Hub);
        Assert.Equal((Alarms.At(600), null, false), (released.CalledAt, released.Held, released.Withheld));
        var later = Alarms.Raised(at: 3).Then(new DeskAction.HoldBack(Shelved), 100, DeskAction.Hub).Then(new DeskAction.HoldBack(null), 200, DeskAction.Hub);
        Assert.Equal(Alarms.At(3), later.CalledAt);   // who was called before is not called again
    }

    [Fact]
    public void Whatever_is_done_in_whatever_order_no_action_moves_another_fact()
    {
        DeskAction[] all =
        [
            new DeskAction.Acknowledge("n"), new DeskAction.Assign("crew"), new DeskAction.Assign(""), new DeskAction.Comment("c"), new DeskAction.MarkFalse("f"),
            new DeskAction.Escalate("d", Severity.Critical, "w"), new DeskAction.Reset("r"), new DeskAction.HoldBack(Shelved), new DeskAction.HoldBack(null),
        ];
        Gen.Int[0, all.Length - 1].List[0, 12].Sample(order =>
        {
            var episode = Alarms.Raised(latched: true);
            foreach (var i in order)
            {
                var (after, refusal) = DeskAction.Apply(episode, all[i], "anna", Alarms.At(10));
                if (refusal != DeskRefusal.None && after != episode) return false;
                if ((after.RaisedAt, after.ClearedAt, after.WithdrawnAt, after.Severity, after.Value) != (episode.RaisedAt, episode.ClearedAt, episode.WithdrawnAt, episode.Severity, episode.Value)) return false;
                if (all[i] is not (DeskAction.Acknowledge or DeskAction.MarkFalse) && after.Acknowledged != episode.Acknowledged) return false;
                if (all[i] is not DeskAction.Assign && after.Assigned != episode.Assigned) return false;
                if (all[i] is not DeskAction.HoldBack && (after.Held != episode.Held || after.Withheld != episode.Withheld)) return false;
                episode = after;
            }
            return episode.Comments == order.Count(i => all[i] is DeskAction.Comment);
        });
    }
}
