using CityHub.Silo.Register;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Register;

public abstract partial class RegisterContract
{
    protected static readonly Instant Later = new(4_000_000_000_000);

    private Task Attempt(OutboxMessage message, bool delivered, Instant? nextAt = null) =>
        Store.RecordAttempts([new(message.Row, message.Attempts + 1, new(100), 12, delivered, nextAt, delivered ? "200" : "503")]);

    [Fact]
    public async Task A_change_and_its_messages_are_written_together_and_handed_on_as_they_are_due()
    {
        await Subscribe("sub-1");
        await Subscribe("sub-2");
        var handed = await HandedOn();
        await Commit(Raised(1, 1000));
        var due = await Store.Due(Later, 10);
        Assert.Equal([("msg_1_sub-1", "sub-1"), ("msg_1_sub-2", "sub-2")], due.Select(m => (m.MessageId, m.Subscription)));
        Assert.All(due, m => Assert.Equal((Id(1), "episode.raised", 0), (m.Episode!.Value, m.Type, m.Attempts)));
        Assert.Equal([1], due[0].Body);
        Assert.Equivalent(due, handed, strict: true);
        await Commit(Raised(1, 1000));
        Assert.Equal(2, handed.Count);
    }

    [Fact]
    public async Task What_waits_behind_another_message_of_its_episode_is_handed_on_when_that_one_is_through()
    {
        await Subscribe("sub-1");
        var handed = await HandedOn();
        await Commit(Raised(1, 1000), Cleared(1, 2000));
        var raised = Assert.Single(handed);
        await Attempt(raised, delivered: false, nextAt: Later);
        Assert.Single(handed);
        await Attempt(raised with { Attempts = 1 }, delivered: true);
        Assert.Equal(["msg_1_sub-1", "msg_2_sub-1"], handed.Select(m => m.MessageId));
        Assert.Equivalent(Assert.Single(await Store.Due(Later, 10)), handed[1], strict: true);
    }

    [Fact]
    public async Task Nothing_is_handed_on_for_a_paused_subscription_and_its_resumption_rings()
    {
        await Subscribe("sub-1");
        await Store.PauseSubscription("sub-1", true);
        var handed = await HandedOn();
        var rung = 0;
        Store.OutboxChanged += () => Interlocked.Increment(ref rung);
        await Commit(Raised(1, 1000));
        Assert.Empty(handed);
        Assert.Equal(0, rung);
        await Store.PauseSubscription("sub-1", false);
        Assert.Equal(1, rung);
        Assert.Single(await Store.Due(Later, 10));
    }

    [Fact]
    public async Task More_than_one_commit_hands_on_is_found_by_a_look_that_it_rings_for()
    {
        await Subscribe("sub-1");
        var handed = await HandedOn();
        var rung = 0;
        Store.OutboxChanged += () => Interlocked.Increment(ref rung);
        await Commit([.. Enumerable.Range(1, 600).Select(n => Raised(n, 1000, sensor: new("s" + n)))]);
        Assert.InRange(handed.Count, 1, 599);
        Assert.Equal(1, rung);
        Assert.Equal(600, (await Store.Due(Later, 1000)).Count);
    }

    /// <summary>What is handed on from now on, to one who looked first, as a delivery does.</summary>
    private async Task<List<OutboxMessage>> HandedOn()
    {
        var handed = new List<OutboxMessage>();
        await Store.Due(Later, 1);
        Store.MessagesDue += handed.AddRange;
        return handed;
    }

    [Fact]
    public async Task Of_one_episode_the_next_message_waits_until_the_one_before_it_is_through()
    {
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000), Cleared(1, 2000), Raised(5, 1000, sensor: new("elsewhere")));
        var due = await Store.Due(Later, 10);
        Assert.Equal(["msg_1_sub-1", "msg_3_sub-1"], due.Select(m => m.MessageId));

        await Attempt(due[0], delivered: false, nextAt: Later);
        Assert.Equal(["msg_3_sub-1", "msg_1_sub-1"], (await Store.Due(Later, 10)).Select(m => m.MessageId));
        Assert.Equal(["msg_3_sub-1"], (await Store.Due(new(Later.UnixMilliseconds - 1), 10)).Select(m => m.MessageId));

        await Attempt((await Store.Due(Later, 10))[1], delivered: true);
        Assert.Equal(["msg_2_sub-1", "msg_3_sub-1"], (await Store.Due(Later, 10)).Select(m => m.MessageId).Order());
    }

    [Fact]
    public async Task A_dead_letter_lets_the_next_one_come_forward_and_is_not_tried_again()
    {
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000), Cleared(1, 2000));
        await Attempt(Assert.Single(await Store.Due(Later, 10)), delivered: false, nextAt: null);
        Assert.Equal("msg_2_sub-1", Assert.Single(await Store.Due(Later, 10)).MessageId);
        var dead = Assert.Single(await Store.ListDeliveries(DeliveryStates.DeadLettered, 10));
        Assert.Equal(("msg_1_sub-1", 1, "503"), (dead.MessageId, dead.Attempts, dead.LastOutcome));
    }

    [Fact]
    public async Task The_next_due_instant_is_that_of_the_first_pending_message_and_none_when_all_are_through()
    {
        Assert.Null(Store.NextDue());
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000));
        var message = Assert.Single(await Store.Due(Later, 10));
        Assert.Equal(message.QueuedAt, Store.NextDue());
        await Attempt(message, delivered: false, nextAt: Later);
        Assert.Equal(Later, Store.NextDue());
        await Attempt(message with { Attempts = 1 }, delivered: true);
        Assert.Null(Store.NextDue());
    }

    [Fact]
    public async Task While_paused_nothing_is_due_and_afterwards_all_is()
    {
        await Subscribe("sub-1");
        Assert.True((await Store.PauseSubscription("sub-1", true))!.Paused);
        await Commit(Raised(1, 1000));
        Assert.Empty(await Store.Due(Later, 10));
        Assert.Null(Store.NextDue());
        Assert.False((await Store.PauseSubscription("sub-1", false))!.Paused);
        Assert.Single(await Store.Due(Later, 10));
        Assert.Null(await Store.PauseSubscription("nobody", true));
    }

    [Fact]
    public async Task A_removed_subscription_gets_nothing_more_and_its_deliveries_stay_listed()
    {
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000));
        Assert.True(await Store.RemoveSubscription("sub-1"));
        Assert.False(await Store.RemoveSubscription("sub-1"));
        Assert.Empty(await Store.Due(Later, 10));
        Assert.Empty(Store.Subscriptions());
        await Commit(Cleared(1, 2000));
        Assert.Single(await Store.ListDeliveries(null, 10));
    }

    [Fact]
    public async Task What_waits_for_a_later_attempt_is_brought_forward_for_its_subscription_alone_and_quiet_hours_hold()
    {
        await Subscribe("sub-1");
        await Subscribe("sub-2");
        await Commit(Raised(1, 1000));
        foreach (var message in await Store.Due(Later, 10)) await Attempt(message, delivered: false, nextAt: Later);
        await Store.QueueMessage(new("quiet", "sub-1", "hub.test", [1]) { NotBefore = Later });
        await Store.QueueMessage(new("quiet-summary", "sub-1", "episode.summary", [1]) { NotBefore = Later, Attempts = 2 });
        Assert.Equal(0, await Store.BringForward("sub-1", Later));
        var before = new Instant(Later.UnixMilliseconds - 1);
        Assert.Empty((await Store.Due(before, 10)));
        Assert.Equal(1, await Store.BringForward("sub-1", before));
        var due = Assert.Single(await Store.Due(before, 10));
        Assert.Equal(("msg_1_sub-1", 1), (due.MessageId, due.Attempts));
        Assert.Empty(await Store.Due(new(before.UnixMilliseconds - 1), 10));
    }

    [Fact]
    public async Task Evidence_of_what_is_over_and_done_with_expires_in_portions_and_the_rest_stays()
    {
        await Subscribe("sub-1");
        var open = Raised(2, 500, sensor: new("still-hot"));
        await Commit(open, Raised(1, 1000), Cleared(1, 2000), Raised(3, 4000), Cleared(3, 5000));
        for (var left = await Store.Due(Later, 10); left.Count > 0; left = [.. (await Store.Due(Later, 10)).Where(one => one.MessageId is not "msg_5_sub-1")])
        {
            foreach (var message in left) await Attempt(message, delivered: true);
        }
        var queued = (await Store.ListDeliveries(null, 1))[0].QueuedAt;
        Assert.Equal(0, await Store.ExpireEvidence(queued, 10));
        var after = new Instant(queued.UnixMilliseconds + 1);
        Assert.Equal(1, await Store.ExpireEvidence(after, 1));
        Assert.Equal(2, await Store.ExpireEvidence(after, 10));
        Assert.Equal(0, await Store.ExpireEvidence(after, 10));
        Assert.Equal([("msg_5_sub-1", "pending"), ("msg_1_sub-1", "delivered")], (await Store.ListDeliveries(null, 10)).Select(one => (one.MessageId, one.State)));
        Assert.Empty(await Store.Evidence(Id(1)));
        Assert.Single((await Store.Evidence(open.Episode))[0].Attempts);
        Assert.NotNull(await Store.FindEpisode(Id(1)));
    }

    [Fact]
    public async Task A_backlog_of_one_subscription_leaves_the_others_their_share()
    {
        await Subscribe("big");
        for (var n = 1; n <= 20; n++) await Commit(Raised(n, 1000, sensor: new("s" + n)));
        await Subscribe("small");
        await Commit(Raised(99, 1000, sensor: new("s99")));
        var due = await Store.Due(Later, 4);
        Assert.Equal(4, due.Count);
        Assert.Contains(due, m => m.Subscription == "small");
        Assert.Equal(due.OrderBy(m => m.Row), due);
    }

    [Fact]
    public async Task Subscriptions_keep_their_secret_and_deliveries_never_show_it()
    {
        var added = await Subscribe("sub-1");
        Reopen();
        var (kept, secret) = Assert.Single(Store.Subscriptions());
        Assert.Equal((added.Id, added.Department, added.Url, added.MinSeverity, added.CreatedAt, "whsec_sub-1"), (kept.Id, kept.Department, kept.Url, kept.MinSeverity, kept.CreatedAt, secret));
        Assert.Equal(added.Districts, kept.Districts);
        Assert.DoesNotContain("whsec", kept.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_are_listed_by_state_newest_first()
    {
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000), Cleared(1, 2000));
        await Attempt(Assert.Single(await Store.Due(Later, 10)), delivered: true);
        Assert.Equal(["msg_2_sub-1", "msg_1_sub-1"], (await Store.ListDeliveries(null, 10)).Select(d => d.MessageId));
        Assert.Equal(("msg_1_sub-1", new Instant(100)), (await Store.ListDeliveries(DeliveryStates.Delivered, 10)).Select(d => (d.MessageId, d.DeliveredAt!.Value)).Single());
        Assert.Equal("msg_2_sub-1", Assert.Single(await Store.ListDeliveries(DeliveryStates.Pending, 10)).MessageId);
        Assert.Empty(await Store.ListDeliveries(DeliveryStates.DeadLettered, 10));
        Assert.Single(await Store.ListDeliveries(null, 1));
    }

    [Fact]
    public async Task A_message_of_no_episode_is_queued_once_by_its_id()
    {
        await Subscribe("sub-1");
        await Store.QueueMessage(new("ping-1", "sub-1", "ping", [1]));
        await Store.QueueMessage(new("ping-1", "sub-1", "ping", [2]));
        await Store.QueueMessage(new("ping-2", "sub-1", "ping", [3]));
        var due = await Store.Due(Later, 10);
        Assert.Equal([1, 3], due.Select(m => (int)m.Body[0]));
        Assert.All(due, m => Assert.Null(m.Episode));
    }

    [Fact]
    public async Task What_was_delivered_stays_delivered_when_an_attempt_is_written_down_late()
    {
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000));
        var message = Assert.Single(await Store.Due(Later, 10));
        await Attempt(message, delivered: true);
        await Attempt(message with { Attempts = 1 }, delivered: false, nextAt: new(1));
        Assert.Empty(await Store.Due(Later, 10));
    }
}
