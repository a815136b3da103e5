using System.Diagnostics.Metrics;
using CityHub.Silo.Register;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

public sealed class DeliveryTests
{
    private static Instant Now => Instant.From(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_raised_episode_reaches_its_department_signed_and_is_written_down_as_delivered()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(204);
        var (_, secret) = await hub.Subscribe(department.Url);
        await hub.Start();
        var episode = (await hub.Raise())[0];
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        var got = Assert.Single(department.Requests);
        Assert.Equal(SignatureVerdict.Verified, got.Verify(secret, Now));
        Assert.Equal(("episode.raised", episode.Value), (got.Type, got.Episode));
        var delivery = Assert.Single(await hub.Deliveries());
        Assert.Equal((got.Id, 1, "delivered (204)"), (delivery.MessageId, delivery.Attempts, delivery.LastOutcome));
    }

    [Fact]
    public async Task A_message_that_was_delivered_and_not_written_down_goes_out_again_under_the_same_id()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url);
        await hub.Raise();
        await using (var other = new SqliteConnection($"Data Source={hub.RegisterFile};Pooling=False"))
        {
            await other.OpenAsync();
            await Run(other, "begin immediate");   // the register can be read and not written: the moment between delivery and record
            await hub.Start();
            await Rig.Until.True(() => department.Requests.Count == 1, "the department has it");
            await hub.Stop();   // the record is lost with the process
            Assert.Equal(0, Assert.Single(await hub.Deliveries()).Attempts);
            await Run(other, "rollback");
        }

        await hub.Start();
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Equal(2, department.Requests.Count);
        Assert.Single(department.Requests.Select(got => got.Id).Distinct());
    }

    [Fact]
    public async Task An_outbox_that_cannot_be_written_for_a_while_loses_no_record_and_repeats_no_message()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url);
        var episodes = await hub.Raise(20);
        await using (var other = new SqliteConnection($"Data Source={hub.RegisterFile};Pooling=False"))
        {
            await other.OpenAsync();
            await Run(other, "begin immediate");
            await hub.Start(options => options.RegisterRetry = TimeSpan.FromMilliseconds(100));
            await Rig.Until.True(() => department.Requests.Count == 20, "all are received");
            await Rig.Until.True(() => hub.Lines.Any(line => line.Contains("cannot be read or written", StringComparison.Ordinal)), "the outage is logged");
            await Run(other, "rollback");
        }

        await hub.UntilRecorded(20, DeliveryStates.Delivered);
        Assert.Equal(20, department.Requests.Count);
        Assert.Equal(episodes.Select(one => one.Value).Order(), department.Requests.Select(got => got.Episode).Order());
        await Rig.Until.True(() => hub.Lines.Any(line => line.Contains("again", StringComparison.Ordinal)), "its end is logged");
        Assert.Single(hub.Lines, line => line.Contains("cannot be read or written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hung_endpoint_takes_its_own_places_and_no_one_elses_turn()
    {
        await using var hub = new Hub();
        await using var hung = await Receiver.Hanging();
        await using var healthy = await Receiver.Answering(200);
        await hub.Subscribe(hung.Url);
        await hub.Subscribe(healthy.Url);
        await hub.Start(options => options.StopGrace = TimeSpan.Zero);
        await hub.Raise(100);
        await Rig.Until.True(() => hung.Requests.Count == 8, "the hung endpoint has taken all its places");
        await hub.Raise(100);
        await hub.UntilRecorded(200, DeliveryStates.Delivered);
        Assert.Equal(200, healthy.Requests.Select(got => got.Id).Distinct().Count());
        Assert.Equal(8, hung.Requests.Count);
    }

    [Fact]
    public async Task The_news_of_one_episode_arrives_in_its_order_and_other_episodes_do_not_wait_for_it()
    {
        await using var hub = new Hub();
        var first = new TaskCompletionSource();
        await using var department = await Receiver.Start((receiver, _) => receiver.Requests.Count == 1 ? first.Task : Task.CompletedTask);
        await hub.Subscribe(department.Url);
        await hub.Start();
        var slow = (await hub.Raise())[0];
        await Rig.Until.True(() => department.Requests.Count == 1, "the first is under way");
        await hub.Register.Acknowledge(slow, "duty", Now, "");
        await hub.Clear(slow);
        var other = (await hub.Raise())[0];
        await hub.Clear(other);
        await hub.UntilRecorded(2, DeliveryStates.Delivered);   // the other's two; the slow one's wait for its first
        Assert.Equal(["episode.raised"], department.Requests.Where(got => got.Episode == slow.Value).Select(got => got.Type));
        first.SetResult();
        await hub.UntilRecorded(5, DeliveryStates.Delivered);
        Assert.Equal(["episode.raised", "episode.acknowledged", "episode.cleared"], department.Requests.Where(got => got.Episode == slow.Value).Select(got => got.Type));
        Assert.Equal(["episode.raised", "episode.cleared"], department.Requests.Where(got => got.Episode == other.Value).Select(got => got.Type));
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_pauses_its_subscription_and_what_comes_up_is_kept_for_its_resumption()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(410, 200);
        var (subscription, _) = await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilAttempted(1);
        Assert.True(Assert.Single(hub.Subscriptions.List()).Paused);
        Assert.Contains(hub.Lines, line => line.Contains($"{subscription.Id} is paused", StringComparison.Ordinal));
        await hub.Raise(3);
        Assert.Empty(await hub.Register.Due(Instant.Max, 10));
        Assert.Single(department.Requests);
        await hub.Subscriptions.Pause(subscription.Id, false);
        await hub.UntilRecorded(4, DeliveryStates.Delivered);
        Assert.Equal(4, department.Requests.Select(got => got.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var hub = new Hub();
        await using var elsewhere = await Receiver.Answering(200);
        await using var department = await Receiver.Start((_, context) =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await Rig.Until.True(async () => (await hub.Deliveries())[0].LastOutcome == "redirected (307)", "the redirect is written down");
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task An_endless_answer_is_not_read()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Start(async (receiver, context) =>
        {
            await context.Response.Body.WriteAsync(new byte[100_000]);
            await context.Response.Body.FlushAsync();
            await receiver.Ends;   // and goes on for ever
        });
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise(3);
        await hub.UntilRecorded(3, DeliveryStates.Delivered);
    }

    [Fact]
    public async Task Nobody_at_home_is_a_named_outcome_and_the_message_stays()
    {
        await using var hub = new Hub();
        await hub.Subscribe($"http://127.0.0.1:{Rig.Ports.Free()}/");
        await hub.Start();
        await hub.Raise();
        await Rig.Until.True(async () => (await hub.Deliveries(DeliveryStates.Pending))[0].LastOutcome == "not-connected", "it is written down");
    }

    [Fact]
    public async Task What_is_no_http_is_a_named_outcome()
    {
        await using var hub = new Hub();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var babble = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("220 mail.example ESMTP\r\n"u8.ToArray());
        });
        await hub.Subscribe($"http://{listener.LocalEndpoint}/");
        await hub.Start();
        await hub.Raise();
        await Rig.Until.True(async () => (await hub.Deliveries())[0].LastOutcome == "broken-off", "it is written down");
        await babble;
    }

    [Fact]
    public async Task The_secret_stands_in_no_log_line_and_attempts_are_counted_by_outcome()
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(500, 200);
        var (_, secret) = await hub.Subscribe(department.Url);
        await hub.Start();
        var ours = hub.Services.GetService(typeof(IMeterFactory));
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "cityhub_webhook_attempts" && ReferenceEquals(instrument.Meter.Scope, ours)) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (counted) counted[$"{tags[0].Value}"] = counted.GetValueOrDefault($"{tags[0].Value}") + value;
        });
        listener.Start();
        await hub.Raise();
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        lock (counted) Assert.Equal([("delivered", 1L), ("server-error", 1L)], counted.Select(one => (one.Key, one.Value)).Order());
        Assert.NotEmpty(hub.Lines);
        Assert.DoesNotContain(hub.Lines, line => line.Contains(secret[6..], StringComparison.Ordinal) || line.Contains("whsec_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_attempt_that_is_under_way_when_the_hub_stops_may_end_and_is_written_down()
    {
        await using var hub = new Hub();
        var answer = new TaskCompletionSource();
        await using var department = await Receiver.Start((_, _) => answer.Task);
        await hub.Subscribe(department.Url);
        await hub.Start(options => options.StopGrace = TimeSpan.FromSeconds(30));
        await hub.Raise();
        await Rig.Until.True(() => department.Requests.Count == 1, "it is under way");
        var stopping = hub.Stop();
        await hub.Raise();   // comes too late for this process
        answer.SetResult();
        await stopping;
        Assert.Equal(["delivered", "pending"], (await hub.Deliveries()).Select(delivery => delivery.State).Order());
        Assert.Single(department.Requests);
    }

    [Fact]
    public async Task A_subscription_whose_secret_cannot_be_read_is_sent_nothing_unsigned_and_its_message_stays()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        await hub.Register.AddSubscription(new("sub_1", "fire", new(department.Url), [], SmartCity.Watch.Severity.Warning, false, Now), "worn away");
        await hub.Start();
        await hub.Raise();
        await Rig.Until.True(async () => (await hub.Deliveries(DeliveryStates.Pending))[0].LastOutcome == "not-signed", "it is written down");
        Assert.Empty(department.Requests);
    }

    [Fact]
    public async Task Messages_that_come_faster_than_their_endpoint_takes_them_arrive_once_each()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url);
        await hub.Start(options => options.MaxInFlightPerSubscription = 2);
        for (var i = 0; i < 40; i++) await hub.Raise(i % 10 + 1); // some have a place when they are handed over, the others are found by looks
        await hub.UntilRecorded(220, DeliveryStates.Delivered);
        Assert.Equal(220, department.Requests.Count);
        Assert.Equal(220, department.Requests.Select(got => got.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_backlog_of_a_thousand_messages_drains_once_each()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url);
        await hub.Raise(1000);
        await hub.Start();
        await hub.UntilRecorded(1000, DeliveryStates.Delivered);
        Assert.Equal(1000, department.Requests.Count);
        Assert.Equal(1000, department.Requests.Select(got => got.Id).Distinct().Count());
    }

    private static async Task Run(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
