using System.Text.Json;
using CityHub.Silo.Register;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

public sealed class HeartbeatTests
{
    private readonly FakeTimeProvider _wall = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));

    private Instant Now => Instant.From(_wall.GetUtcNow());

    [Fact]
    public async Task A_subscription_hears_at_its_interval_that_the_hub_lives_and_what_it_should_have()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        var (subscription, secret) = await hub.Subscribe(department.Url);
        await hub.Start(options => options.Heartbeat = TimeSpan.FromSeconds(60));
        _wall.Advance(TimeSpan.FromSeconds(60));
        await Rig.Until.True(() => department.Requests.Count == 1, "the first heartbeat");
        Assert.Equal(SignatureVerdict.Verified, department.Requests[0].Verify(secret, Now));
        Assert.Equal(
            $$$"""{"type":"hub.heartbeat","timestamp":"2026-11-23T14:01:00.000Z","data":{"subscription":"{{{subscription.Id}}}","everySeconds":60,"queued":0,"pending":0,"lastMessage":null}}""",
            System.Text.Encoding.UTF8.GetString(department.Requests[0].Body));

        await hub.Raise(3);
        await hub.UntilRecorded(3, DeliveryStates.Delivered);
        _wall.Advance(TimeSpan.FromSeconds(60));
        await Rig.Until.True(() => department.Requests.Count == 5, "the second heartbeat");
        var second = department.Requests.Single(got => got.Type == Heartbeat.Type && got.Timestamp == $"{Now.UnixMilliseconds / 1000}");
        var data = JsonDocument.Parse(second.Body).RootElement.GetProperty("data");
        Assert.Equal((3, 0), (data.GetProperty("queued").GetInt32(), data.GetProperty("pending").GetInt32()));
        Assert.Equal((await hub.Deliveries())[0].MessageId, data.GetProperty("lastMessage").GetString());
        Assert.NotEqual(department.Requests[0].Id, second.Id);
    }

    [Fact]
    public async Task What_waits_is_told_and_a_paused_subscription_hears_nothing()
    {
        await using var hub = new Hub(_wall);
        await using var failing = await Receiver.Answering(500);
        await using var paused = await Receiver.Answering(200);
        await hub.Subscribe(failing.Url);
        var (asleep, _) = await hub.Subscribe(paused.Url);
        await hub.Subscriptions.Pause(asleep.Id, true);
        await hub.Start(options => options.Heartbeat = TimeSpan.FromSeconds(5));
        await hub.Raise(2);
        await hub.UntilAttempted(2);
        _wall.Advance(TimeSpan.FromSeconds(5));
        await Rig.Until.True(() => failing.Requests.Any(got => got.Type == Heartbeat.Type), "the heartbeat goes out although the endpoint fails");
        var data = JsonDocument.Parse(failing.Requests.First(got => got.Type == Heartbeat.Type).Body).RootElement.GetProperty("data");
        Assert.Equal((2, 2), (data.GetProperty("queued").GetInt32(), data.GetProperty("pending").GetInt32()));
        Assert.Empty(paused.Requests);
        Assert.Equal((2L, 2L), ((await hub.Register.OutboxTotals())[asleep.Id].Queued, (await hub.Register.OutboxTotals())[asleep.Id].Pending));
    }
}
