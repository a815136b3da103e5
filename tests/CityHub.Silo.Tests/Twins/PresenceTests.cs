using CityHub.Contracts;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Twins;

/// <summary>A sensor that falls silent while its node stays, in a whole hub.</summary>
public sealed class PresenceTests
{
    [Fact]
    public async Task A_silent_sensor_goes_stale_after_its_interval_and_a_grace_clears_no_alert_and_comes_back_without_flapping()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var feed = new List<string>();
        using var ending = new CancellationTokenSource();
        var listening = Task.Run(async () =>
        {
            await foreach (var told in hub.City.Events(ending.Token))
            {
                if (told.Subject == node.Sensor && told.Kind.StartsWith("sensor.", StringComparison.Ordinal)) lock (feed) feed.Add(told.Kind);
            }
        });
        // A reading a minute: the interval is a minute, the grace half of one. The last one raises.
        var now = Instant.From(DateTimeOffset.UtcNow);
        node.Send(Lane.Raw, 1, [.. Enumerable.Range(0, 12).Select(i => node.Reading(i < 11 ? 20 : 45, now - TimeSpan.FromMinutes(11 - i)))]);
        await Until.True(async () => (await Heat(hub)).Length == 1, "the heat is told");
        await using var quick = await new NodeRig("n2").Start(hub.Broker.Port); // every half minute
        quick.Send(Lane.Raw, 1, [.. Enumerable.Range(0, 12).Select(i => quick.Reading(20, now - TimeSpan.FromSeconds(30 * (11 - i))))]);
        await Until.True(() => quick.IsAnswered(Lane.Raw, 1), "the quick one has spoken");
        hub.Wall.Forward(TimeSpan.FromSeconds(75));
        await Until.True(() => Now(hub, quick) == Presence.Stale, "the hub has looked, and the quick one should have spoken by now");
        Assert.Equal(Presence.Online, Now(hub, node));
        hub.Wall.Forward(TimeSpan.FromSeconds(15));
        await Until.True(() => Now(hub, node) == Presence.Stale, "a minute and a half have passed");
        Assert.True((await Heat(hub)).Single().IsOpen);

        var back = Instant.From(hub.Wall.GetUtcNow());
        node.Send(Lane.Raw, 2, node.Reading(46, back));
        await Until.True(() => node.IsAnswered(Lane.Raw, 2), "a stray one");
        Assert.Equal(Presence.Stale, Now(hub, node));
        node.Send(Lane.Raw, 3, node.Reading(47, back + TimeSpan.FromSeconds(30)));
        await Until.True(() => Now(hub, node) == Presence.Online, "two in rhythm bring it back");
        Assert.True((await Heat(hub)).Single().IsOpen);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
        Assert.Equal(["sensor.stale", "sensor.online"], feed);
    }

    private static Presence Now(HubRig hub, NodeRig node) => hub.City.Sensor(new(node.Sensor))!.Presence;

    private static async Task<Episode[]> Heat(HubRig hub) => [.. (await hub.Episodes()).Where(episode => episode.Rule == "heat")];
}
