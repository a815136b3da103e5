using System.Text.Json;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>What grew too old is not sent as new, and what was given up can be sent again.</summary>
public sealed class AgeTests
{
    private readonly FakeTimeProvider _wall = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));

    private static readonly SubscriptionTerms Hour = new() { AgeLimit = TimeSpan.FromHours(1) };

    /// <summary>A paused subscription with an episode that was raised, got worse and is over, an age later.</summary>
    private async Task<(Subscription Subscription, string Episode)> Missed(Hub hub, Receiver department, TimeSpan age)
    {
        var (subscription, _) = await hub.Subscribe(department.Url, Hour);
        await hub.Subscriptions.Pause(subscription.Id, true);
        var episode = (await hub.Raise())[0];
        await hub.Clear(episode);
        await hub.Start();
        _wall.Advance(age);
        await hub.Subscriptions.Pause(subscription.Id, false);
        return (subscription, episode.Value);
    }

    [Fact]
    public async Task At_exactly_its_age_limit_a_message_is_still_news()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        await Missed(hub, department, TimeSpan.FromHours(1));
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        Assert.Equal(["episode.raised", "episode.cleared"], department.Requests.Select(got => got.Type));
    }

    [Fact]
    public async Task A_tick_past_it_one_summary_under_a_new_id_says_what_happened_in_the_place_of_all()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        var (_, episode) = await Missed(hub, department, TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(1));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        var got = Assert.Single(department.Requests);
        var data = JsonDocument.Parse(got.Body).RootElement.GetProperty("data");
        Assert.Equal(("episode.summary", episode, 3), (got.Type, got.Episode, data.GetProperty("number").GetInt32()));
        Assert.NotNull(data.GetProperty("clearedAt").GetString());
        var dead = await hub.Deliveries(DeliveryStates.DeadLettered);
        Assert.Equal(2, dead.Count);
        Assert.All(dead, one => Assert.Equal("superseded", one.LastOutcome));
        Assert.Equal(dead.Select(one => one.MessageId).Order(), data.GetProperty("superseded").EnumerateArray().Select(one => one.GetProperty("id").GetString()).Order());
        Assert.DoesNotContain(got.Id, dead.Select(one => one.MessageId));
        Assert.Contains(hub.Lines, line => line.Contains("older than its age limit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_happens_after_a_summary_is_told_as_ever()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        var (subscription, _) = await hub.Subscribe(department.Url, Hour);
        await hub.Subscriptions.Pause(subscription.Id, true);
        var episode = (await hub.Raise())[0];
        await hub.Start();
        _wall.Advance(TimeSpan.FromHours(2));
        await hub.Subscriptions.Pause(subscription.Id, false);
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        await hub.Clear(episode);
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        Assert.Equal(["episode.summary", "episode.cleared"], department.Requests.Select(got => got.Type));
    }

    [Fact]
    public async Task An_endpoint_that_stays_dead_gets_summaries_no_more_often_than_the_schedule_has_attempts()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(500);
        await hub.Subscribe(department.Url, Hour);
        await hub.Start();
        await hub.Raise();
        for (var step = 0; step < 300 && (await hub.Deliveries(DeliveryStates.Pending)).Count > 0; step++)
        {
            var seen = (await hub.Deliveries()).Sum(one => one.Attempts);
            _wall.Advance(TimeSpan.FromMinutes(40));
            await Rig.Until.True(async () => (await hub.Deliveries()).Sum(one => one.Attempts) >= Math.Min(department.Requests.Count, seen), "what was tried is written down");
        }
        await Rig.Until.True(async () => { _wall.Advance(TimeSpan.FromHours(5)); return (await hub.Deliveries(DeliveryStates.Pending)).Count == 0; }, "it is given up in the end");
        Assert.InRange(department.Requests.Count, 1, 3 * RetrySchedule.MaxAttempts);
    }

    [Fact]
    public async Task A_dead_letter_that_is_sent_again_keeps_its_id_begins_its_schedule_anew_and_loses_no_proof()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering([.. Enumerable.Repeat(500, RetrySchedule.MaxAttempts), 500, 200]);
        await hub.Subscribe(department.Url, new SubscriptionTerms { AgeLimit = TimeSpan.FromDays(7) });
        await hub.Start();
        var episode = (await hub.Raise())[0];
        for (var attempt = 1; attempt < RetrySchedule.MaxAttempts; attempt++)
        {
            await hub.UntilAttempted(attempt);
            _wall.Advance(RetrySchedule.Waits[attempt] * 1.1);
        }
        await hub.UntilRecorded(1, DeliveryStates.DeadLettered);
        var dead = (await hub.Deliveries())[0].MessageId;
        Assert.Equal(0, await hub.Register.Replay(new(MessageId: "msg_other")));
        Assert.Equal(0, await hub.Register.Replay(new(To: new(1_000))));
        Assert.Equal(1, await hub.Register.Replay(new(MessageId: dead)));
        _wall.Advance(Breaker.LongestRest);
        await hub.UntilAttempted(RetrySchedule.MaxAttempts + 1);
        _wall.Advance(Breaker.LongestRest);
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Single(department.Requests.Select(got => got.Id).Distinct());
        var proof = Assert.Single(await hub.Register.Evidence(episode));
        Assert.Equal(Enumerable.Range(1, RetrySchedule.MaxAttempts + 2), proof.Attempts.Select(attempt => attempt.Attempt));
    }

    [Fact]
    public async Task Dead_letters_of_a_time_are_sent_again_in_their_order()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        var (subscription, _) = await hub.Subscribe(department.Url);
        var episode = (await hub.Raise())[0];
        await hub.Clear(episode);
        for (var i = 0; i < 2; i++)
        {
            var first = Assert.Single(await hub.Register.Due(Instant.Max, 10));
            await hub.Register.RecordAttempts([new(first.Row, 1, Instant.From(_wall.GetUtcNow()), 1, false, null, "not-connected")]);
        }
        var from = Instant.From(_wall.GetUtcNow());
        Assert.Equal(2, await hub.Register.Replay(new(Subscription: subscription.Id, From: from, To: from + TimeSpan.FromSeconds(1))));
        await hub.Start();
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        Assert.Equal(["episode.raised", "episode.cleared"], department.Requests.Select(got => got.Type));
    }

    [Fact]
    public async Task What_an_endpoint_says_when_it_refuses_is_kept_as_a_short_text_and_nothing_of_it_when_it_takes()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Start(async (receiver, context) =>
        {
            if (receiver.Requests.Count == 1) context.Response.StatusCode = 422;
            await context.Response.Body.WriteAsync("no such\r\n\u001b[31munit "u8.ToArray());
            await context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(new string('x', 100_000)));
        });
        await hub.Subscribe(department.Url);
        await hub.Start();
        var episode = (await hub.Raise())[0];
        await hub.UntilAttempted(1);
        _wall.Advance(TimeSpan.FromSeconds(1.1));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        var attempts = Assert.Single(await hub.Register.Evidence(episode)).Attempts;
        Assert.StartsWith("no such   [31munit xxx", attempts[0].Answer, StringComparison.Ordinal);
        Assert.Equal((500, null), (attempts[0].Answer!.Length, attempts[1].Answer));
    }
}
