using CityHub.Silo.Register;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>Retries under a clock that the test moves; the endpoint is real.</summary>
public sealed class ScheduleTests
{
    /// <summary>The schedule is longer than what is usually still news.</summary>
    private static readonly CityHub.Contracts.SubscriptionTerms Patient = new() { AgeLimit = TimeSpan.FromDays(7) };

    private readonly FakeTimeProvider _wall = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));

    private Instant Now => Instant.From(_wall.GetUtcNow());

    [Fact]
    public async Task An_endpoint_that_always_fails_is_tried_twelve_times_under_one_id_and_then_the_message_is_a_dead_letter()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(500);
        var (_, secret) = await hub.Subscribe(department.Url, Patient);
        await hub.Start();
        await hub.Raise();
        for (var attempt = 1; attempt <= RetrySchedule.MaxAttempts; attempt++)
        {
            await hub.UntilAttempted(attempt);
            Assert.Equal(attempt, department.Requests.Count);
            Assert.Equal(SignatureVerdict.Verified, department.Requests[^1].Verify(secret, Now));
            Assert.Equal($"{Now.UnixMilliseconds / 1000}", department.Requests[^1].Timestamp);   // of this attempt
            if (attempt == RetrySchedule.MaxAttempts) break;
            var next = (await hub.Deliveries())[0].NextAttemptAt!.Value;
            Assert.InRange(next - Now, RetrySchedule.Waits[attempt], RetrySchedule.Waits[attempt] * 1.1);
            _wall.Advance(next - Now);
        }

        var dead = Assert.Single(await hub.Deliveries(DeliveryStates.DeadLettered));
        Assert.Equal((12, "server-error (500)", null), (dead.Attempts, dead.LastOutcome, dead.NextAttemptAt));
        Assert.Null(hub.Register.NextDue());
        Assert.Single(department.Requests.Select(got => got.Id).Distinct());
        Assert.Equal(12, department.Requests.Select(got => got.Timestamp).Distinct().Count());
        Assert.Single(department.Requests.Select(got => Convert.ToBase64String(got.Body)).Distinct());
        Assert.Contains(hub.Lines, line => line.Contains("given up after 12 attempts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    public async Task An_endpoint_that_fails_some_times_gets_the_message_at_the_next_attempt(int failures)
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering([.. Enumerable.Repeat(500, failures), 200]);
        await hub.Subscribe(department.Url, Patient);
        await hub.Start();
        await hub.Raise();
        for (var attempt = 1; attempt <= failures; attempt++)
        {
            await hub.UntilAttempted(attempt);
            _wall.Advance(RetrySchedule.Waits[attempt] * 1.1);
        }

        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Equal(failures + 1, department.Requests.Count);
    }

    [Fact]
    public async Task A_dead_letter_lets_the_next_news_of_its_episode_through()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering([.. Enumerable.Repeat(500, 12), 200]);
        await hub.Subscribe(department.Url, Patient);
        await hub.Start();
        var episode = (await hub.Raise())[0];
        await hub.Clear(episode);
        for (var attempt = 1; attempt < 12; attempt++)
        {
            await hub.UntilAttempted(attempt);
            _wall.Advance(RetrySchedule.Waits[attempt] * 1.1);
        }

        await hub.UntilAttempted(12);
        _wall.Advance(Breaker.LongestRest);   // after so many failures the endpoint is left alone for a while
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Equal("episode.cleared", department.Requests[^1].Type);
        Assert.Single(await hub.Deliveries(DeliveryStates.DeadLettered));
    }

    [Theory]
    [InlineData("20", 20)]
    [InlineData("100000", 3600)]                                 // no endpoint silences us for longer than an hour
    [InlineData("Mon, 23 Nov 2026 14:01:30 GMT", 90)]
    public async Task An_endpoint_that_throttles_is_left_alone_for_as_long_as_it_asks(string retryAfter, int seconds)
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Start((receiver, context) =>
        {
            context.Response.StatusCode = receiver.Requests.Count == 1 ? 429 : 200;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        });
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilAttempted(1);
        var waiting = Assert.Single(await hub.Deliveries());
        Assert.Equal((Now + TimeSpan.FromSeconds(seconds), "throttled (429)"), (waiting.NextAttemptAt!.Value, waiting.LastOutcome));
        Assert.Empty(await hub.Register.Due(Now + TimeSpan.FromMilliseconds(seconds * 1000 - 1), 10));
        _wall.Advance(TimeSpan.FromSeconds(seconds));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Equal(2, department.Requests.Count);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_given_up_at_the_time_limit_and_tried_again()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Start((receiver, _) => receiver.Requests.Count == 1 ? receiver.Ends : Task.CompletedTask);
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await Rig.Until.True(() => department.Requests.Count == 1, "the first attempt hangs");
        _wall.Advance(TimeSpan.FromMilliseconds(14_999));
        Assert.Equal(0, (await hub.Deliveries())[0].Attempts);
        _wall.Advance(TimeSpan.FromMilliseconds(1));
        await hub.UntilAttempted(1);
        Assert.Equal("timed-out", (await hub.Deliveries())[0].LastOutcome);
        _wall.Advance(TimeSpan.FromSeconds(1.1));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(-1)]
    [InlineData(0)]
    public async Task A_clock_that_is_set_back_holds_neither_retries_nor_new_alerts_back(int step)
    {
        var stepped = new SteppedClock(_wall);
        await using var hub = new Hub(stepped);
        await using var department = await Receiver.Answering(500, 500, 200);
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilAttempted(1);
        stepped.Step = TimeSpan.FromSeconds(step);
        _wall.Advance(TimeSpan.FromSeconds(1.1));
        await hub.UntilAttempted(2);
        Assert.Equal($"{stepped.GetUtcNow().ToUnixTimeSeconds()}", department.Requests[1].Timestamp);   // signed by the clock as it stands
        _wall.Advance(TimeSpan.FromSeconds(5.5));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        await hub.Raise();
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_makes_due_what_it_makes_due_at_the_next_look()
    {
        var stepped = new SteppedClock(_wall);
        await using var hub = new Hub(stepped);
        await using var department = await Receiver.Answering([.. Enumerable.Repeat(500, 5), 200]);
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        for (var attempt = 1; attempt < 5; attempt++)
        {
            await hub.UntilAttempted(attempt);
            _wall.Advance(RetrySchedule.Waits[attempt] * 1.1);
        }

        await hub.UntilAttempted(5);   // the next would be half an hour away
        stepped.Step = TimeSpan.FromHours(1);
        _wall.Advance(TimeSpan.FromSeconds(15));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_until_the_overlap_ends_and_then_the_new_one_alone()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        var (subscription, old) = await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        var renewed = (await hub.Subscriptions.Rotate(subscription.Id, TimeSpan.FromHours(1)))!.Secret!;
        Assert.NotEqual(old, renewed);
        _wall.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        await hub.Raise();
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        Assert.Equal((SignatureVerdict.Verified, SignatureVerdict.Verified), (department.Requests[1].Verify(old, Now), department.Requests[1].Verify(renewed, Now)));
        Assert.Equal(2, Assert.Single(hub.Register.Subscriptions()).Secret.Split(' ').Length);
        _wall.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(renewed, Assert.Single(hub.Register.Subscriptions()).Secret);
        _wall.Advance(TimeSpan.FromSeconds(1));   // secrets are read again after a second
        await hub.Raise();
        await hub.UntilRecorded(3, DeliveryStates.Delivered);
        Assert.Equal((SignatureVerdict.NoMatch, SignatureVerdict.Verified), (department.Requests[2].Verify(old, Now), department.Requests[2].Verify(renewed, Now)));
        Assert.Null(await hub.Subscriptions.Rotate("sub_none", TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => hub.Subscriptions.Rotate(subscription.Id, TimeSpan.FromDays(7) + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public async Task A_retry_of_an_earlier_process_is_made_when_it_falls_due()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(500, 200);
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilAttempted(1);
        await hub.Stop();
        await hub.Start();
        _wall.Advance(TimeSpan.FromSeconds(1.1));
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Single(department.Requests.Select(got => got.Id).Distinct());
    }

    /// <summary>A wall clock that somebody sets, over a machine whose own time goes on steadily.</summary>
    private sealed class SteppedClock(FakeTimeProvider steady) : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => steady.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + Step;

        public override long GetTimestamp() => steady.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => steady.CreateTimer(callback, state, dueTime, period);
    }
}
