using SmartCity.Telemetry;

namespace SmartCity.Tests.Telemetry;

public class ByteBudgetTests
{
    private static readonly ByteBudget Budget = new ByteBudget(86_400).Charge(3_600, TimeSpan.Zero); // a byte a second, 3,600 at most kept; its first ones are spent

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Theory]
    [InlineData(0, Lane.Presence)]
    [InlineData(1, Lane.Aggregate)]
    [InlineData(1800, Lane.Aggregate)]
    [InlineData(1801, Lane.Raw)]
    public void Credit_grows_evenly_and_raw_readings_wait_for_the_second_half_of_an_hours(double seconds, Lane last) => Assert.Equal(last, Budget.Last(At(seconds)));

    [Fact]
    public void At_the_start_raw_readings_may_spend_four_kilobytes_at_once()
    {
        var budget = new ByteBudget(86_400_000);
        Assert.True(budget.Charge(ByteBudget.FirstBytes - 1, default).May(Lane.Raw, default));
        Assert.False(budget.Charge(ByteBudget.FirstBytes, default).May(Lane.Raw, default));
    }

    [Fact]
    public void Alerts_always_go_and_what_they_cost_the_others_wait_for()
    {
        var spent = Budget.Charge(5_000, At(3_600));
        Assert.True(spent.May(Lane.Alert, At(3_600)));
        Assert.Equal(Lane.Presence, spent.Last(At(3_600)));
        Assert.Equal(3_600 + 1_400, spent.When(Lane.Aggregate, At(3_600)).TotalSeconds, 0.01);
        Assert.False(spent.May(Lane.Aggregate, At(5_000)));
        Assert.True(spent.May(Lane.Aggregate, spent.When(Lane.Aggregate, At(3_600))));
        Assert.True(spent.May(Lane.Raw, spent.When(Lane.Raw, At(3_600))));
    }

    [Fact]
    public void In_any_day_what_can_wait_takes_no_more_than_the_budget_and_an_hour_of_it()
    {
        var (budget, sent, now) = (Budget, new List<(double At, int Bytes)>(), 0.0);
        for (; now < 5 * 86_400; now += 7)
        {
            if (!budget.May(Lane.Raw, At(now))) continue;
            budget = budget.Charge(120, At(now));
            sent.Add((now, 120));
        }
        for (var from = 0.0; from < 4 * 86_400; from += 3_600) Assert.InRange(sent.Where(one => one.At >= from && one.At < from + 86_400).Sum(one => one.Bytes), 80_000, 86_400 + 3_600 + 120);
    }

    [Fact]
    public void A_silent_night_saves_up_no_more_than_an_hour() => Assert.False(Budget.Charge(3_600, At(50_000)).May(Lane.Aggregate, At(50_000)));
}
