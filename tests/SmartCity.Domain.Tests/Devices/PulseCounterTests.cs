using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class PulseCounterTests
{
    private const long Ms = 1_000_000;
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(5);

    [Theory]
    [InlineData("held for exactly the debounce time", 5 * Ms, 1)]
    [InlineData("one nanosecond short of it", 5 * Ms - 1, 0)]
    [InlineData("one nanosecond longer", 5 * Ms + 1, 1)]
    public void A_pulse_counts_when_it_is_long_enough(string because, long lengthNs, long pulses)
    {
        var counter = Counter().Observe(new(true, 10 * Ms)).Observe(new(false, 10 * Ms + lengthNs));
        Assert.True(pulses == counter.Pulses, because);
    }

    [Fact]
    public void A_pulse_that_lasts_counts_once_and_when_it_settles()
    {
        var counter = Counter().Observe(new(true, 10 * Ms));
        Assert.Equal(15 * Ms, counter.SettlesAtNs);
        Assert.Equal(0, counter.Elapse(15 * Ms - 1).Pulses);
        counter = counter.Elapse(15 * Ms);
        Assert.Equal(1, counter.Pulses);
        Assert.Equal(1, counter.Elapse(1000 * Ms).Observe(new(false, 1001 * Ms)).Pulses);
    }

    [Fact]
    public void Active_low_counts_falling_pulses()
    {
        var counter = PulseCounter.Found(true, 0, Debounce, Polarity.ActiveLow).Observe(new(false, 10 * Ms)).Observe(new(true, 20 * Ms));
        Assert.Equal(1, counter.Pulses);
    }

    [Fact]
    public void A_pulse_that_had_begun_before_the_counter_is_not_counted()
    {
        Assert.Equal(0, PulseCounter.Found(true, 0, Debounce, Polarity.ActiveHigh).Observe(new(false, 50 * Ms)).Elapse(100 * Ms).Pulses);
    }

    [Fact]
    public void A_line_that_was_away_goes_on_counting_where_it_was()
    {
        var counter = Counter().Observe(new(true, 10 * Ms)).Observe(new(false, 30 * Ms)).FoundAgain(true, 500 * Ms, Debounce, Polarity.ActiveHigh);
        Assert.Equal(1, counter.Observe(new(false, 600 * Ms)).Elapse(700 * Ms).Pulses);
    }

    [Fact]
    public void Rain_is_tips_times_millimetres()
    {
        var counter = Counter();
        for (var tip = 1; tip <= 3; tip++) counter = counter.Observe(new(true, tip * 100 * Ms)).Observe(new(false, tip * 100 * Ms + 50 * Ms));
        Assert.True(counter.Measure(Quantity.RainDepth, 0.2794).TryGetValue(out var depth));
        Assert.Equal(0.8382, depth, 10);
        Assert.True(counter.Measure(Quantity.VehicleCount, 1).TryGetValue(out var vehicles));
        Assert.Equal(3, vehicles);
    }

    [Fact]
    public void The_count_never_falls_whatever_the_line_does() =>
        Gen.Select(Gen.Bool, Gen.Long[-Ms, 20 * Ms]).Array[0, 80].Sample(steps =>
        {
            var (counter, at) = (Counter(), 0L);
            foreach (var (high, wait) in steps)
            {
                at += wait;
                var next = counter.Observe(new(high, at));
                Assert.InRange(next.Pulses, counter.Pulses, counter.Pulses + 1);
                counter = next;
            }
        });

    [Theory]
    [InlineData("it grew", 10, 1u, 14, 1u, 4, false)]
    [InlineData("nothing came", 10, 1u, 10, 1u, 0, false)]
    [InlineData("a later boot started at zero", 10, 1u, 3, 2u, 3, true)]
    [InlineData("a later boot that overtook the earlier count is still a restart", 10, 1u, 12, 2u, 12, true)]
    [InlineData("lower within a boot: the counter lost its power", 10, 1u, 2, 1u, 2, true)]
    public void A_counters_step_names_its_restarts(string because, double earlier, uint earlierBoot, double later, uint laterBoot, double increase, bool restarted) =>
        Assert.True(new CounterStep(increase, restarted) == CounterStep.Of(earlier, earlierBoot, later, laterBoot), because);

    private static PulseCounter Counter() => PulseCounter.Found(false, 0, Debounce, Polarity.ActiveHigh);
}
