using SmartCity.Mqtt;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

public class Sessions
{
    [Fact]
    public void A_node_is_born_only_when_its_host_is_online_and_then_delivers_everything()
    {
        using var broker = new Broker();
        using var node = new NodeRig(broker.Port).Start().TakeAir(20).TakeSmoke(on: true);
        node.AwaitStatus(SessionStatus.WaitingForHost);
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        Assert.Equal(0, node.Session.Counts.Births);
        hub.SayOnline(true);
        node.AwaitDelivered(hub);
        Assert.Equal([MessageKind.NBirth, MessageKind.DBirth, MessageKind.DBirth, MessageKind.DData], hub.Locked(() => hub.Messages.Select(message => message.Kind).Take(4).ToList()));
        Assert.Equal(Lane.Alert, hub.Locked(() => hub.Arrivals[0].Position.Lane));
        Assert.All(hub.Locked(() => hub.Arrivals.ToList()), arrival => Assert.True(arrival.Historical)); // all was queued before the birth
        Until.True(() => node.Outbox.AnsweredThrough(Lane.Raw) == 20, () => "the answers did not reach the outbox");
        node.TakeAir(1).AwaitDelivered(hub);
        Assert.False(hub.Locked(() => hub.Arrivals[^1].Historical));
        AssertSeqsHaveNoHole(hub);
        node.Stop();
    }

    [Fact]
    public void Everything_taken_is_delivered_though_the_broker_is_killed_and_the_death_of_each_birth_is_its_own()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start().TakeAir(50);
        node.AwaitStatus(SessionStatus.Live);
        for (var kill = 0; kill < 2; kill++)
        {
            broker.Kill();
            node.TakeAir(30).TakeSmoke(on: kill == 0);
            broker.Start();
            hub.Open().SayOnline(true);
            node.AwaitDelivered(hub);
        }
        var births = hub.Locked(() => hub.Messages.Where(message => message.Kind == MessageKind.NBirth).Select(message => message.BdSeq).ToList());
        Assert.True(births.Count >= 3);
        Assert.Equal(births.Count, births.Distinct().Count());
        node.Stop();
    }

    [Fact]
    public void A_killed_node_delivers_after_its_restart_what_it_had_taken_under_a_new_boot_and_bdSeq()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        using var node = new NodeRig(broker.Port).Start();
        node.AwaitStatus(SessionStatus.WaitingForHost);
        node.TakeAir(40);
        node.Kill();
        hub.SayOnline(true);
        node.Start().TakeAir(5).TakeSmoke(on: true);
        node.AwaitDelivered(hub);
        Assert.Equal(2u, node.Outbox.Boot);
        Assert.Equal(1ul, hub.Locked(() => hub.Messages.First(message => message.Kind == MessageKind.NBirth).BdSeq));
        node.Stop();
    }

    [Fact]
    public void While_the_hub_is_silent_one_batch_probes_and_with_its_first_answer_the_rest_comes()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.Answers = false;
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start().TakeAir(100);
        Until.True(() => hub.Locked(() => hub.Arrivals.Count) >= 8, () => "neither the first seven nor a probe came");
        Assert.Equal(7, hub.Locked(() => hub.Stored.Count)); // the eighth place is for an alert; the probe was the first of them again
        hub.Answers = true;
        node.AwaitDelivered(hub);
        node.Stop();
    }

    [Fact]
    public void What_is_lost_on_the_way_is_sent_again_until_it_is_answered()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        var lost = new HashSet<Position>();
        hub.Hears = position => position.Batch % 10 != 3 || !lost.Add(position);
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start().TakeAir(60);
        node.AwaitDelivered(hub);
        Assert.Equal(6, lost.Count);
        AssertSeqsHaveNoHole(hub);
        node.Stop();
    }

    [Fact]
    public void When_its_host_goes_offline_a_node_dies_disconnects_and_waits_without_birth()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start().TakeAir(3);
        node.AwaitDelivered(hub);
        hub.SayOnline(false);
        Until.True(() => hub.Count(MessageKind.NDeath) == 1, () => "no death came");
        node.AwaitStatus(SessionStatus.WaitingForHost);
        Assert.Equal(1, hub.Count(MessageKind.NBirth));
        node.TakeAir(3);
        hub.SayOnline(true);
        node.AwaitDelivered(hub);
        var (births, deaths) = hub.Locked(() => (hub.Messages.Where(message => message.Kind == MessageKind.NBirth).Select(message => message.BdSeq).ToList(), hub.Messages.Where(message => message.Kind == MessageKind.NDeath).Select(message => message.BdSeq).ToList()));
        Assert.Equal([0ul, 1ul], births);
        Assert.Equal([0ul], deaths);
        node.Stop();
    }

    [Fact]
    public void A_rebirth_that_is_asked_for_comes_under_the_same_bdSeq()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start();
        node.AwaitStatus(SessionStatus.Live);
        hub.AskForRebirth();
        Until.True(() => hub.Count(MessageKind.NBirth) == 2, () => "no rebirth came");
        Assert.Equal([0ul, 0ul], hub.Locked(() => hub.Messages.Where(message => message.Kind == MessageKind.NBirth).Select(message => message.BdSeq).ToList()));
        node.TakeAir(3).AwaitDelivered(hub);
        node.Stop();
    }

    [Fact]
    public void A_hub_that_went_back_to_an_older_backup_gets_again_what_it_lost()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start().TakeAir(50);
        node.AwaitDelivered(hub);
        Until.True(() => node.Outbox.AnsweredThrough(Lane.Raw) == 50, () => "the answers did not reach the outbox");
        hub.Answers = false;
        hub.Forget(Lane.Raw, above: 20);
        hub.AskForRebirth();
        Until.True(() => hub.Count(MessageKind.NBirth) == 2, () => "no rebirth came");
        hub.Answers = true;
        node.AwaitDelivered(hub);
        node.Stop();
    }

    [Fact]
    public void A_clean_stop_publishes_the_death_once()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start();
        node.AwaitStatus(SessionStatus.Live);
        node.Stop();
        Until.True(() => hub.Count(MessageKind.NDeath) == 1, () => "no death came");
        node.Start();
        Until.True(() => hub.Count(MessageKind.NBirth) == 2, () => "it did not come back"); // a will of the first session would be out by now
        Assert.Equal(1, hub.Count(MessageKind.NDeath));
        node.Stop();
    }

    [Fact]
    public void A_node_that_is_killed_dies_by_its_will()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port).Start();
        node.AwaitStatus(SessionStatus.Live);
        node.Kill();
        Until.True(() => hub.Count(MessageKind.NDeath) == 1, () => "no death came");
        Assert.Equal(0ul, hub.Locked(() => hub.Messages.Last().BdSeq));
    }

    [Fact]
    public void The_wait_between_attempts_doubles_from_half_a_second_to_thirty_and_starts_again_after_success()
    {
        var backoff = new Backoff(new Random(1));
        foreach (var whole in (double[])[0.5, 1, 2, 4, 8, 16, 30, 30]) Assert.InRange(backoff.Next().TotalSeconds, whole / 2, whole);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.25, 0.5);
    }

    /// <summary>From a birth on, seq counts 0 to 255 and again from 0, without a hole.</summary>
    internal static void AssertSeqsHaveNoHole(HubStandIn hub)
    {
        ulong expected = 0;
        foreach (var (kind, _, seq) in hub.Locked(() => hub.Messages.ToList()))
        {
            if (kind == MessageKind.NDeath) continue;
            if (kind == MessageKind.NBirth) expected = 0;
            Assert.Equal(expected, seq);
            expected = (expected + 1) % 256;
        }
    }
}
