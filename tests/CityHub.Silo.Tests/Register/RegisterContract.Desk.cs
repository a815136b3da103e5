using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Tests.Register;

public abstract partial class RegisterContract
{
    private static readonly HeldBack Shelved = new(HoldReason.Shelved, "shelved by anna: known", "sup_1", new(90_000));

    private Task<DeskEntry> Act(int first, DeskAction action, string by = "anna", long at = 5000) => Store.Act(Id(first), action, by, new(at));

    [Fact]
    public async Task Everything_that_the_desk_did_is_kept_and_found_again_after_a_restart()
    {
        await Store.Commit([Raised(1, 1000)], _ => new("centre", "fire", "It is hot.") { Node = "city/pole-1", Site = "quay", Latched = true });
        await Act(1, new DeskAction.Assign("crew 3"));
        await Act(1, new DeskAction.Comment("on the way"));
        await Act(1, new DeskAction.Escalate("control-room", Severity.Critical, "no answer"), DeskAction.Hub, 6000);
        await Act(1, new DeskAction.Escalate("mayor", null, "still none"), "ben", 6500);
        await Act(1, new DeskAction.MarkFalse("steam"), at: 7000);
        await Act(1, new DeskAction.HoldBack(Shelved), DeskAction.Hub, 8000);
        await Commit(Cleared(1, 9000));
        var last = (await Act(1, new DeskAction.Reset("dried"), at: 9500)).Episode!;
        Reopen();
        var kept = (await Store.FindEpisode(Id(1)))!;
        Assert.Equal(last, kept);
        Assert.Equal(("city/pole-1", "quay", true, "crew 3", 1, "steam", "dried", 2, Severity.Critical), (kept.Node, kept.Site, kept.Latched, kept.Assigned!.To, kept.Comments, kept.FalseAlarm!.Why,
            kept.Reset!.Why, kept.Escalated!.Step, kept.Urgency));
        Assert.Equal((Shelved, Severity.Critical), (kept.Held, kept.Acknowledged!.Severity));
    }

    [Fact]
    public async Task The_history_says_who_did_what_when_and_why_and_numbers_have_no_gaps()
    {
        await Commit(Raised(1, 1000));
        await Act(1, new DeskAction.Comment("on the way"), "anna", 2000);
        await Act(1, new DeskAction.Acknowledge("engine 3"), "ben", 3000);
        Assert.Null((await Act(1, new DeskAction.Acknowledge("me too"), "anna", 4000)).Change);
        await Act(1, new DeskAction.Escalate("control-room", Severity.Critical, "no answer"), DeskAction.Hub, 5000);
        var history = await Store.History(Id(1), 100);
        Assert.Equal(
        [
            (1L, "episode.raised", "", ""), (2L, "episode.commented", "anna", "on the way"), (3L, "episode.acknowledged", "ben", "engine 3"),
            (4L, "episode.escalated", "hub", "control-room is called; counts as critical; no answer"),
        ], history.Select(entry => (entry.Number, entry.Kind, entry.By, entry.Why)));
        Assert.Equal([3L, 4L], (await Store.History(Id(1), 2)).Select(entry => entry.Number));
        Assert.Empty(await Store.History(Id(9), 2));
    }

    [Fact]
    public async Task An_episode_knows_its_last_change_and_the_last_that_asked_for_somebody()
    {
        await Commit(Raised(1, 1000));
        Assert.Equal((1, 1), await Numbers(1));
        await Act(1, new DeskAction.Comment("seen"));
        Assert.Equal((2, 1), await Numbers(1));
        await Commit(new EpisodeEvent.SeverityChanged(Id(1), "heat", 4, Pole, Quantity.AirTemperature, new(1500), Severity.Critical, 48));
        Assert.Equal((3, 3), await Numbers(1));
        Assert.Equal(DeskRefusal.ChangedSince, (await Act(1, new DeskAction.Acknowledge("", Seen: 2))).Refusal);
        Assert.Equal(DeskRefusal.None, (await Act(1, new DeskAction.Acknowledge("", Seen: 3))).Refusal);
        await Commit(Cleared(1, 2000));
        Assert.Equal((5, 3), await Numbers(1));
    }

    [Fact]
    public async Task What_is_held_back_as_it_opens_is_decided_in_the_transaction_and_released_later()
    {
        Episode? asked = null;
        var change = Assert.Single(await Store.Commit([Raised(1, 1000)], _ => new("centre", "fire", "It is hot."), episode =>
        {
            asked = episode;
            return Shelved;
        }));
        Assert.Equal((true, "centre", null), (asked!.Withheld, asked.District, asked.CalledAt));   // asked as one of which nobody was told
        Assert.Equal((Shelved, true), (change.After.Held, change.After.Withheld));
        Reopen();
        Assert.Equal((Shelved, true, null), (await Store.FindEpisode(Id(1))) is { } kept ? (kept.Held, kept.Withheld, kept.CalledAt) : default);
        var released = Assert.Single(await Store.Act([(Id(1), new DeskAction.HoldBack(null))], DeskAction.Hub, new(60_000)));
        Assert.Equal(("episode.released", new Instant(60_000), null), (released.Kind, released.After.CalledAt, released.After.Held));
        Reopen();
        Assert.Equal(new Instant(60_000), (await Store.FindEpisode(Id(1)))!.CalledAt);
        Assert.Empty(await Store.Act([(Id(1), new DeskAction.HoldBack(null)), (Id(9), new DeskAction.Comment("nobody"))], DeskAction.Hub, new(60_001)));
    }

    [Fact]
    public async Task What_nothing_holds_back_is_told_and_what_is_open_already_is_not_asked_about_again()
    {
        var asked = 0;
        HeldBack? Ask(Episode _)
        {
            asked++;
            return null;
        }
        await Store.Commit([Raised(1, 1000)], _ => new("centre", "fire", ""), Ask);
        await Store.Commit([Raised(1, 1000), new EpisodeEvent.SeverityChanged(Id(1), "heat", 4, Pole, Quantity.AirTemperature, new(1500), Severity.Critical, 48)], _ => new("centre", "fire", ""), Ask);
        Assert.Equal(1, asked);
        Assert.Equal(new Instant(1000), (await Store.FindEpisode(Id(1)))!.CalledAt);
        await Store.Commit([Recorded(2, 2000)], _ => new("centre", "fire", ""), Ask);
        Assert.Equal(1, asked);   // only recorded: it calls nobody anyway
    }

    [Fact]
    public async Task Over_and_not_acknowledged_or_not_reset_is_unsettled()
    {
        await Store.Commit([Raised(1, 1000), Cleared(1, 2000)], _ => new("centre", "fire", "") { Latched = true });
        await Commit(Raised(2, 3000), Cleared(2, 4000), Raised(3, 5000));
        await Store.Commit([Raised(4, 6000), Cleared(4, 7000)], _ => new("centre", "fire", ""), _ => Shelved);   // nobody was called: nothing to settle
        Assert.Equal([Id(2), Id(1)], (await Store.Unsettled(new(0), 10)).Where(e => e.Id != Id(3)).Select(e => e.Id));
        await Act(2, new DeskAction.Acknowledge(""));
        await Act(1, new DeskAction.Acknowledge(""));
        Assert.Equal([Id(1)], (await Store.Unsettled(new(1_000_000), 10)).Where(e => e.Id != Id(3)).Select(e => e.Id));   // latched: it stays until it is reset
        await Act(1, new DeskAction.Reset(""));
        Assert.DoesNotContain(Id(1), (await Store.Unsettled(new(0), 10)).Select(e => e.Id));
    }

    [Fact]
    public async Task What_one_episode_holds_back_is_listed_while_it_is_open()
    {
        await Commit(Raised(1, 1000));
        await Store.Commit([Raised(2, 2000, "wet")], _ => new("centre", "fire", ""), _ => new(HoldReason.Inhibited, "", Id(1).Value, null));
        Assert.Equal(Id(2, "wet"), Assert.Single(await Store.HeldBy(Id(1), 10)).Id);
        await Commit(new EpisodeEvent.Cleared(Id(2, "wet"), "wet", 4, Pole, Quantity.AirTemperature, new(3000), 1));
        Assert.Empty(await Store.HeldBy(Id(1), 10));
    }

    [Fact]
    public async Task The_members_of_a_districts_episode_are_kept()
    {
        var raised = (EpisodeEvent.Raised)Raised(1, 1000) with { Members = [new("s1"), new("s2")] };
        await Commit(raised);
        Reopen();
        Assert.Equal([new SensorId("s1"), new SensorId("s2")], (await Store.FindEpisode(Id(1)))!.Members);
    }

    [Fact]
    public async Task Suppressions_are_kept_ended_once_and_listed_while_they_stand()
    {
        var maintenance = new Suppression("sup_1", SuppressionKind.Maintenance, new(District: "centre"), new(100), new(200), "anna", new(50), "cabling");
        var broken = new Suppression("sup_2", SuppressionKind.OutOfService, new(Sensor: "s1", Rule: "heat"), new(100), null, "ben", new(60), "vandalised");
        await Store.AddSuppression(maintenance);
        await Store.AddSuppression(broken);
        Reopen();
        Assert.Equal([broken, maintenance], Store.Suppressions(null, 10));
        Assert.Equal([broken, maintenance], Store.Suppressions(new(199), 10));
        Assert.Equal([broken], Store.Suppressions(new(200), 10));
        var ended = await Store.EndSuppression("sup_2", new("anna", new(300), "repaired"));
        Assert.Equal(new Signature("anna", new(300), "repaired"), ended!.Ended);
        Assert.Null(await Store.EndSuppression("sup_2", new("anna", new(301), "again")));
        Assert.Null(await Store.EndSuppression("sup_9", new("anna", new(301), "nobody")));
        Assert.Empty(Store.Suppressions(new(200), 10));
        Assert.Equal(2, Store.Suppressions(null, 10).Count);
        Assert.Single(Store.Suppressions(null, 1));
    }

    private async Task<(long, long)> Numbers(int first) => (await Store.FindEpisode(Id(first))) is { } episode ? (episode.Change, episode.Attention) : default;
}
