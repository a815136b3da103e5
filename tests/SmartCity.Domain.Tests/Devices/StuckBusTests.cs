using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Tests.Devices;

public class StuckBusTests
{
    private const long Second = 1_000_000_000;

    /// <summary>A bus of three chips sampled once a second, of which one holds it down while it has power and has not been cycled since it began.</summary>
    private sealed class Bus(params (string Chip, bool HasPower)[] chips)
    {
        private readonly StuckBus _bus = new(chips);
        public HashSet<string> Off { get; } = [];
        public string? Holding { get; set; }
        public bool HoldsAgain { get; set; }
        public List<string> Orders { get; } = [];
        public long Now { get; private set; }

        public void Live(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                Now += Second;
                while (_bus.Elapse(Now) is { } due) Obey(due);
                foreach (var (chip, _) in chips.Where(chip => !_bus.IsOff(chip.Chip)))
                {
                    if (_bus.Saw(chip, Holding is not null && !Off.Contains(Holding) ? ReadFault.TimedOut : null, Now) is { } order) Obey(order);
                }
            }
        }

        private void Obey(PowerOrder order)
        {
            Orders.Add($"{(order.On ? '+' : '-')}{order.Chip}");
            if (order.On) Off.Remove(order.Chip);
            else Off.Add(order.Chip);
            if (order.On && order.Chip == Holding && !HoldsAgain) Holding = null;
        }
    }

    [Fact]
    public void The_chip_that_holds_the_bus_is_found_by_taking_power_from_one_after_another()
    {
        var bus = new Bus(("a", true), ("b", false), ("c", true)) { Holding = "c" };
        bus.Live(20);
        Assert.Equal(["-a", "+a", "-c", "+c"], bus.Orders);
        Assert.Null(bus.Holding);
        bus.Live(100);
        Assert.Equal(4, bus.Orders.Count);
    }

    [Fact]
    public void A_bus_on_which_any_chip_answers_is_not_stuck()
    {
        var bus = new StuckBus([("a", true), ("b", true)]);
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(bus.Saw("a", ReadFault.TimedOut, i * Second));
            Assert.Null(bus.Saw("b", i % 2 == 0 ? null : ReadFault.TimedOut, i * Second));
        }
    }

    [Fact]
    public void One_timeout_each_is_not_enough()
    {
        var bus = new StuckBus([("a", true)]);
        Assert.Null(bus.Saw("a", ReadFault.TimedOut, 0));
        Assert.Equal(new PowerOrder("a", false), bus.Saw("a", ReadFault.TimedOut, Second));
    }

    [Fact]
    public void A_chip_that_hangs_for_the_third_time_in_a_day_is_isolated_for_an_hour()
    {
        var bus = new Bus(("a", true), ("b", false)) { Holding = "a", HoldsAgain = true };
        bus.Live(60);
        Assert.Equal(["-a", "+a", "-a", "+a", "-a"], bus.Orders);
        Assert.Contains("a", bus.Off);
        bus.Live(3_500);
        Assert.Equal(5, bus.Orders.Count);
        bus.Live(100);
        Assert.Equal("+a", bus.Orders[5]); // it may have come to its senses
    }

    [Fact]
    public void A_chip_alone_on_its_bus_is_given_power_again_after_a_second()
    {
        var bus = new Bus(("a", true)) { Holding = "a" };
        bus.Live(10);
        Assert.Equal(["-a", "+a"], bus.Orders);
    }

    [Fact]
    public void Where_the_one_that_holds_it_cannot_be_switched_the_others_are_tried_in_turn_and_left_with_power()
    {
        var bus = new Bus(("a", true), ("b", false)) { Holding = "b" };
        bus.Live(31);
        Assert.True(bus.Orders.Count > 4);
        bus.Live(2);
        Assert.InRange(bus.Off.Count, 0, 1);
    }
}
