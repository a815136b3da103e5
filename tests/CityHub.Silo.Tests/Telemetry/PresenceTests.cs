using System.Text;
using CityHub.Contracts;
using CityHub.Silo.Tests.Twins;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Telemetry;

[Collection("hub")]
public sealed class PresenceTests
{
    [Fact]
    public async Task A_death_makes_a_node_offline_its_sensors_too_and_clears_nothing()
    {
        await using var hub = await HubRig.Start();
        var events = new List<string>();
        using var listening = new CancellationTokenSource();
        var listener = Task.Run(async () =>
        {
            await foreach (var happened in hub.City.Events(listening.Token))
            {
                lock (events) events.Add($"{happened.Number} {happened.Kind} {happened.Subject}");
            }
        });
        await Until.True(() => hub.Get<CityHub.Silo.Twins.EventFeed>().Listeners == 1, "somebody listens");
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(45));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is hot");
        await node.Drop();
        await Until.True(() => hub.City.Nodes().Single().Presence == Presence.Offline, "the will has come");
        Assert.Equal(Presence.Offline, hub.City.Sensor(new(node.Sensor))!.Presence);
        Assert.True((await hub.Episodes()).Single().IsOpen);
        Assert.Equal(0, hub.City.Districts().Single().NodesOnline);
        await Until.True(() => { lock (events) return events.Count == 3; }, "three events");
        Assert.Equal(["1 node.online city/n1", $"2 episode.raised {node.Sensor}", "3 node.offline city/n1"], events);
        await listening.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listener);
    }

    [Fact]
    public async Task After_a_restart_a_node_is_unheard_until_its_birth_and_stale_past_the_deadline()
    {
        await using var hub = await HubRig.Start(settings: ("Hub:BirthDeadline", "00:00:01"));
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        await Until.True(() => hub.City.Nodes().SingleOrDefault()?.Presence == Presence.Online, "it is online");
        await hub.StopHub();
        await node.Drop();
        await hub.StartHub();
        Assert.NotEqual(Presence.Online, hub.City.Nodes().Single().Presence);
        await Until.True(() => hub.City.Nodes().Single().Presence == Presence.Stale, "the deadline passes");
        await using var again = await new NodeRig("n1", boot: 2).Start(hub.Broker.Port);
        await Until.True(() => hub.City.Nodes().Single().Presence == Presence.Online, "its birth came");
    }

    [Fact]
    public async Task A_stale_offline_STATE_of_somebody_else_is_answered_by_online()
    {
        await using var hub = await HubRig.Start();
        using var ear = new Ear();
        await ear.Open(hub.Broker.Port, "spBv1.0/STATE/cityhub-city");
        await Until.True(() => ear.Last is { Online: true }, "the hub is online");
        var since = ear.Last!.Value.Timestamp;
        ear.Say("spBv1.0/STATE/cityhub-city", new HostState(false, since).Encode());
        await Until.True(() => ear.Heard >= 3 && ear.Last is { Online: true }, "offline was said, and online again");
        Assert.Equal(since, ear.Last!.Value.Timestamp);
        await hub.StopHub();
        await Until.True(() => ear.Last is { Online: false }, "a clean stop says offline");
    }

    [Fact]
    public async Task When_the_broker_comes_back_so_does_the_hub()
    {
        await using var hub = await HubRig.Start();
        await hub.Broker.Kill();
        await Until.True(() => hub.City.NotReady().Count == 1, "the hub says that it has no broker");
        await hub.Broker.Up();
        await Until.True(() => hub.City.NotReady().Count == 0, "the hub is online again");
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it takes readings");
    }

    [Fact]
    public async Task A_ledgered_nodes_values_come_in_its_batches_and_not_from_its_birth()
    {
        await using var hub = await HubRig.Start();
        await using var node = new NodeRig("n1");
        node.Values.Add(new("bme280", node.Reading(45)));
        await node.Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(18));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "a batch is answered");
        Assert.Equal(18, hub.City.Sensor(new(node.Sensor))?.Values.Single().Value);
        Assert.Equal([18], (await hub.Stored(node.Sensor)).Select(EndToEndTests.Value));
        Assert.Empty(await hub.Episodes()); // 45 degrees in a birth: its batch, if it was ever taken, will say so
    }

    [Fact]
    public async Task A_city_clock_that_follows_the_data_judges_the_past_as_the_present()
    {
        await using var hub = await HubRig.Start(settings: ("Hub:Clock", "Data"));
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var at = new Instant(1_530_403_200_000); // 2018-07-01
        node.Send(Lane.Raw, 1, node.Reading(45, at));
        await Until.True(async () => (await hub.Episodes()).Count == 1, "it is hot, then and now");
        var episode = (await hub.Episodes()).Single();
        Assert.NotNull(episode.RaisedAt);
        Assert.False(episode.Late);
        Assert.Equal(at, episode.FirstBreachAt);
        await Until.True(() => hub.Get<CityClock>().Now == at, "the clock settles on the newest stamp");
    }

    private sealed class Ear : IMqttHandler, IDisposable
    {
        private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
        private volatile bool _subscribed;
        private string _filter = "";
        private int _heard;
        private readonly Lock _gate = new();
        private HostState? _last;

        public int Heard => Volatile.Read(ref _heard);

        public HostState? Last
        {
            get
            {
                lock (_gate) return _last;
            }
        }

        public async Task Open(int port, string filter)
        {
            _filter = filter;
            _link.Open(new() { Host = "127.0.0.1", Port = port, ClientId = "ear" }, this);
            await Until.True(() => _subscribed, "the ear is open");
        }

        public void Say(string topic, byte[] payload) => _link.Publish(new(topic), payload, MqttQos.AtLeastOnce, retain: true);

        public void OnConnected() => _link.Subscribe(_filter, MqttQos.AtLeastOnce);

        public void OnSubscribed(string filter, bool granted) => _subscribed = granted;

        public void OnDisconnected(MqttEnd end)
        {
        }

        public void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
        {
            Assert.Equal(_filter, Encoding.UTF8.GetString(topicUtf8));
            if (!HostState.TryDecode(payload, out var state)) return;
            lock (_gate) _last = state;
            Interlocked.Increment(ref _heard);
        }

        public void Dispose() => _link.Dispose();
    }
}
