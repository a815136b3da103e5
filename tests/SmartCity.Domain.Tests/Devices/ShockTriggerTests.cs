using CsCheck;
using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

public class ShockTriggerTests
{
    // With a short mean of one sample the ratio is that of the last energy to the long mean, and can be set to the digit.
    private static readonly ShockTriggerPlan Plan = new(ShortSamples: 1, LongSamples: 4, On: 4, Off: 2, MostSamples: 3);

    [Fact]
    public void Nothing_triggers_before_the_long_mean_has_seen_its_samples()
    {
        var trigger = Fed(ShockTrigger.Of(Plan with { On = 2, Off = 1 }), 0.001, 0.001, 1000);
        Assert.False(trigger.Triggered);
        Assert.True(trigger.Ratio > 2, $"{trigger.Ratio}"); // else it would not have triggered anyway
        Assert.True(trigger.Observe(1000).Triggered); // the fourth
    }

    [Theory]
    [InlineData("its ratio", 3.000_001, true)]
    [InlineData("just below it", 2.999_999, false)]
    public void It_triggers_at_its_ratio(string because, double energy, bool triggered)
    {
        // The long mean is 1 when the energy e comes: the ratio is e / (1 + (e - 1) / 4) = 4e / (3 + e), which is 2 at e = 3.
        var plan = Plan with { On = 2, Off = 1 };
        var quiet = Fed(ShockTrigger.Of(plan), [.. Enumerable.Repeat(1.0, 200)]);
        Assert.Equal(1, quiet.Ratio, 1e-9);
        Assert.True(Fed(quiet, Math.Sqrt(energy)).Triggered == triggered, because);
    }

    [Theory]
    [InlineData("just above the lower ratio", 2.000_1, true)]
    [InlineData("just below it", 1.999_9, false)]
    public void It_lets_go_below_its_lower_ratio_and_not_before(string because, double energyOverLong, bool triggered)
    {
        var plan = Plan with { On = 3 };
        var shock = Fed(ShockTrigger.Of(plan), [.. Enumerable.Repeat(1.0, 200), 10]);
        Assert.True(shock.Triggered);
        var standing = 100 / shock.Ratio; // the long mean, which now stands still
        Assert.True(Fed(shock, Math.Sqrt(energyOverLong * standing)).Triggered == triggered, because);
    }

    [Fact]
    public void The_long_mean_stands_still_during_a_shock_and_follows_again_when_it_lasts_too_long()
    {
        var plan = Plan with { On = 3 };
        var shock = Fed(ShockTrigger.Of(plan), [.. Enumerable.Repeat(1.0, 200), 10]);
        var ratio = shock.Ratio;
        for (var i = 0; i < plan.MostSamples; i++)
        {
            shock = shock.Observe(10);
            Assert.Equal(ratio, shock.Ratio);
        }
        shock = shock.Observe(10);
        Assert.True(shock.Ratio < ratio);
        Assert.False(Fed(shock, [.. Enumerable.Repeat(10.0, 50)]).Triggered);
    }

    [Fact]
    public void A_constant_signal_never_triggers() =>
        Gen.Select(Gen.Double[1e-6, 1e6], Gen.Int[1, 20], Gen.Int[1, 200]).Sample((level, shortSamples, more) =>
        {
            var trigger = ShockTrigger.Of(new(shortSamples, shortSamples + more, 3, 1.5, 10));
            for (var i = 0; i < 5 * (shortSamples + more); i++) trigger = trigger.Observe(level);
            return !trigger.Triggered && Math.Abs(trigger.Ratio - 1) < 0.1;
        }, iter: 1000);

    [Fact]
    public void No_signal_makes_it_throw_and_none_that_is_no_number_changes_it() =>
        Gen.Double.Array[0, 50].Sample(signal =>
        {
            var trigger = Fed(ShockTrigger.Of(Plan), signal);
            return double.IsFinite(trigger.Ratio) && trigger.Observe(double.NaN) == trigger && trigger.Observe(double.PositiveInfinity) == trigger;
        }, iter: 100_000);

    [Theory]
    [InlineData(0, 4, 4, 2, 3)]
    [InlineData(4, 4, 4, 2, 3)]
    [InlineData(1, 4, 2, 2, 3)]
    [InlineData(1, 4, 4, 0, 3)]
    [InlineData(1, 4, double.NaN, 2, 3)]
    [InlineData(1, 4, 4, 2, 0)]
    public void A_plan_that_cannot_be_is_the_callers_error(int shortSamples, int longSamples, double on, double off, int most) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ShockTrigger.Of(new(shortSamples, longSamples, on, off, most)));

    private static ShockTrigger Fed(ShockTrigger trigger, params double[] signal) => signal.Aggregate(trigger, (now, deviation) => now.Observe(deviation));
}
