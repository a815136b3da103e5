using CsCheck;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class RetryScheduleTests
{
    private static readonly Instant T0 = new(1_790_000_000_000);

    [Fact]
    public void The_schedule_is_a_fast_head_and_the_standards_tail() => Assert.Equal(
        ["0s", "1s", "5s", "30s", "300s", "1800s", "7200s", "18000s", "36000s", "50400s", "72000s", "86400s"],
        RetrySchedule.Waits.Select(wait => $"{wait.TotalSeconds}s"));

    [Fact]
    public void Twelve_attempts_span_75_h_35_min_36_s() =>
        Assert.Equal(new TimeSpan(75, 35, 36), RetrySchedule.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait));

    [Fact]
    public void After_the_eleventh_attempt_there_is_one_more_and_after_the_twelfth_none()
    {
        Assert.Equal(T0 + TimeSpan.FromHours(24), RetrySchedule.Next(11, T0, null, 0));
        Assert.Null(RetrySchedule.Next(12, T0, null, 0));
        Assert.Null(RetrySchedule.Next(13, T0, null, 0));
        Assert.Null(RetrySchedule.Next(12, T0, TimeSpan.FromMinutes(1), 0.5));
    }

    [Fact]
    public void Jitter_lengthens_a_wait_by_less_than_a_tenth() => Gen.Select(Gen.Int[1, 11], Gen.Double[0, 0.999]).Sample((attempts, jitter) =>
    {
        var wait = RetrySchedule.Next(attempts, T0, null, jitter)!.Value - T0;
        return wait >= RetrySchedule.Waits[attempts] && wait < RetrySchedule.Waits[attempts] * 1.1;
    });

    [Theory]
    [InlineData(1, 0, 1)]                  // asks for nothing: the schedule's second
    [InlineData(1, 20, 20)]                // longer than the schedule: honoured
    [InlineData(5, 20, 1800)]              // shorter than the schedule: the schedule stands
    [InlineData(1, 3600, 3600)]
    [InlineData(1, 3601, 3600)]            // no endpoint silences us for more than an hour
    [InlineData(1, 31_536_000, 3600)]
    public void What_an_endpoint_asks_for_is_honoured_up_to_an_hour(int attempts, int askedSeconds, int expectedSeconds) =>
        Assert.Equal(T0 + TimeSpan.FromSeconds(expectedSeconds), RetrySchedule.Next(attempts, T0, TimeSpan.FromSeconds(askedSeconds), 0));

    [Fact]
    public void An_attempt_count_or_a_jitter_out_of_range_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Next(0, T0, null, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Next(1, T0, null, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Next(1, T0, null, -0.1));
    }

    [Fact]
    public void With_one_endpoint_all_attempts_are_its_own() =>
        Assert.All(Enumerable.Range(1, RetrySchedule.MaxAttempts), attempt => Assert.Equal((0, RetrySchedule.Waits[attempt - 1]), (RetrySchedule.EndpointOf(attempt, 1), RetrySchedule.WaitBefore(attempt, 1))));

    [Fact]
    public void With_three_endpoints_each_gets_the_head_at_once_and_the_tail_goes_round()
    {
        var all = Enumerable.Range(1, RetrySchedule.MaxAttemptsOver(3)).Select(attempt => $"{RetrySchedule.EndpointOf(attempt, 3)}:{RetrySchedule.WaitBefore(attempt, 3).TotalSeconds}");
        Assert.Equal("0:0 0:1 0:5 0:30 1:0 1:1 1:5 1:30 2:0 2:1 2:5 2:30 0:300 1:1800 2:7200 0:18000 1:36000 2:50400 0:72000 1:86400", string.Join(' ', all));
        Assert.NotNull(RetrySchedule.Next(19, T0, null, 0, 3));
        Assert.Null(RetrySchedule.Next(20, T0, null, 0, 3));
    }

    [Theory]
    [InlineData("the same endpoint again: it is left alone", 3, 60)]
    [InlineData("the next endpoint: what the one before asked for is not its concern", 4, 0)]
    public void What_one_endpoint_asks_for_does_not_hold_back_the_next(string because, int attempts, int seconds)
    {
        Assert.NotEmpty(because);
        Assert.Equal(T0 + TimeSpan.FromSeconds(seconds), RetrySchedule.Next(attempts, T0, TimeSpan.FromMinutes(1), 0, 2));
    }

    [Theory]
    [InlineData(199, DeliveryOutcome.ServerError)]
    [InlineData(200, DeliveryOutcome.Delivered)]
    [InlineData(204, DeliveryOutcome.Delivered)]
    [InlineData(299, DeliveryOutcome.Delivered)]
    [InlineData(300, DeliveryOutcome.Redirected)]
    [InlineData(307, DeliveryOutcome.Redirected)]
    [InlineData(399, DeliveryOutcome.Redirected)]
    [InlineData(400, DeliveryOutcome.Refused)]
    [InlineData(404, DeliveryOutcome.Refused)]
    [InlineData(409, DeliveryOutcome.Refused)]
    [InlineData(410, DeliveryOutcome.Gone)]
    [InlineData(411, DeliveryOutcome.Refused)]
    [InlineData(429, DeliveryOutcome.Throttled)]
    [InlineData(500, DeliveryOutcome.ServerError)]
    [InlineData(501, DeliveryOutcome.ServerError)]
    [InlineData(502, DeliveryOutcome.Throttled)]
    [InlineData(503, DeliveryOutcome.Throttled)]
    [InlineData(504, DeliveryOutcome.Throttled)]
    [InlineData(505, DeliveryOutcome.ServerError)]
    [InlineData(700, DeliveryOutcome.ServerError)]
    public void A_status_means_what_the_standard_says(int status, DeliveryOutcome expected) =>
        Assert.Equal(expected, DeliveryVerdict.Of(status, TimeSpan.FromSeconds(9)).Outcome);

    [Fact]
    public void Only_an_endpoint_that_throttles_is_asked_how_long()
    {
        Assert.Equal(TimeSpan.FromSeconds(9), DeliveryVerdict.Of(503, TimeSpan.FromSeconds(9)).RetryAfter);
        Assert.Null(DeliveryVerdict.Of(503, TimeSpan.Zero).RetryAfter);
        Assert.Null(DeliveryVerdict.Of(503, TimeSpan.FromSeconds(-5)).RetryAfter);
        Assert.Null(DeliveryVerdict.Of(500, TimeSpan.FromSeconds(9)).RetryAfter);
    }

    [Fact]
    public void Every_outcome_has_a_name_of_its_own_in_lower_case()
    {
        var names = Enum.GetValues<DeliveryOutcome>().Select(DeliveryVerdict.Name).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z]+(-[a-z]+)*$", name));
    }
}
