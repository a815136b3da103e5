using CsCheck;
using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

public class SpeedTrapTests
{
    [Theory]
    [InlineData("a car at 50 km/h", 13.889, 4.5)]
    [InlineData("a lorry, longer than the trap", 8, 18)]
    [InlineData("a motorcycle, shorter than the trap", 20, 0.8)]
    public void Speed_and_length_come_from_three_edges(string because, double speed, double length)
    {
        var vehicle = Assert.Single(Driven(1.0, (speed, length, false)));
        Assert.True(Math.Abs(vehicle.MetresPerSecond - speed) < 1e-3 && Math.Abs(vehicle.LengthMetres - length) < 1e-3, because);
        Assert.Equal(vehicle.MetresPerSecond * 3.6, vehicle.KilometresPerHour);
    }

    [Fact]
    public void The_wrong_way_is_a_negative_speed() => Assert.Equal(-10, Assert.Single(Driven(1.0, (10, 4, true))).MetresPerSecond, 1e-3);

    [Fact]
    public void Every_vehicle_of_a_queue_is_told_once_in_its_own_direction() =>
        Gen.Select(Gen.Double[1, 60], Gen.Double[0.5, 20], Gen.Bool).Array[1, 8].Sample(queue =>
        {
            var told = Driven(1.5, [.. queue]);
            return told.Count == queue.Length && told.Zip(queue).All(pair =>
                Math.Abs(Math.Abs(pair.First.MetresPerSecond) / pair.Second.Item1 - 1) < 1e-4 && pair.First.MetresPerSecond < 0 == pair.Second.Item3 && Math.Abs(pair.First.LengthMetres / pair.Second.Item2 - 1) < 1e-4);
        });

    [Theory]
    [InlineData("the fastest that is believed", 10_000_000, true)]
    [InlineData("faster", 9_999_999, false)]
    [InlineData("the slowest that is told", 2_000_000_000, true)]
    [InlineData("slower", 2_000_000_001, false)]
    public void What_is_too_fast_or_too_slow_is_no_vehicle(string because, long betweenNs, bool told)
    {
        var trap = SpeedTrap.Of(1).Observe(0, true, 0).Next.Observe(1, true, betweenNs).Next;
        Assert.True(trap.Observe(0, false, betweenNs + 1).Vehicle is not null == told, because);
    }

    [Fact]
    public void A_beam_that_is_met_twice_begins_anew()
    {
        var trap = SpeedTrap.Of(1).Observe(0, true, 0).Next.Observe(0, false, 10_000_000).Next.Observe(0, true, 500_000_000).Next.Observe(1, true, 600_000_000).Next;
        var vehicle = trap.Observe(0, false, 700_000_000).Vehicle;
        Assert.Equal((10.0, 2.0, 500_000_000L), (Math.Round(vehicle!.Value.MetresPerSecond, 6), Math.Round(vehicle.Value.LengthMetres, 6), vehicle.Value.AtNs));
    }

    [Fact]
    public void No_edges_make_it_throw_and_every_speed_can_be() =>
        Gen.Select(Gen.Int[0, 1], Gen.Bool, Gen.OneOf(Gen.Long[0, 3_000_000_000], Gen.Long)).Array[0, 30].Sample(edges =>
        {
            var trap = SpeedTrap.Of(1);
            foreach (var (beam, covered, at) in edges)
            {
                (trap, var vehicle) = trap.Observe(beam, covered, at);
                if (vehicle is { } told && !(Math.Abs(told.MetresPerSecond) is >= 0.499 and <= 100.001 && told.LengthMetres >= 0)) return false;
            }
            return true;
        }, iter: 100_000);

    // One vehicle after the other, each gone before the next comes.
    private static List<TrappedVehicle> Driven(double apart, params (double Speed, double Length, bool Wrong)[] vehicles)
    {
        var (trap, from, told) = (SpeedTrap.Of(apart), 0.0, new List<TrappedVehicle>());
        foreach (var (speed, length, wrong) in vehicles)
        {
            var (first, second) = wrong ? (1, 0) : (0, 1);
            var edges = new[] { (first, true, 0.0), (second, true, apart / speed), (first, false, length / speed), (second, false, (apart + length) / speed) };
            foreach (var (beam, covered, after) in edges.OrderBy(edge => edge.Item3))
            {
                (trap, var vehicle) = trap.Observe(beam, covered, (long)((from + after) * 1e9));
                if (vehicle is { } one) told.Add(one);
            }
            from += (apart + length) / speed + 1;
        }
        return told;
    }
}
