using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class UltrasonicEchoTests
{
    [Theory]
    [InlineData("the data sheet's 340 m/s, at 15 °C", 15, 340.3)]
    [InlineData("0 °C", 0, 331.3)]
    [InlineData("20 °C", 20, 343.2)]
    [InlineData("-20 °C", -20, 318.9)]
    public void Sound_is_as_fast_as_the_air_is_warm(string because, double degrees, double metresPerSecond) =>
        Assert.True(Math.Abs(UltrasonicEcho.SoundSpeed(new(degrees)) - metresPerSecond) < 0.1, because);

    [Fact]
    public void The_data_sheets_58_microseconds_are_a_centimetre()
    {
        var (metres, fault) = UltrasonicEcho.Distance(TimeSpan.FromMicroseconds(58 * 100), new(20));
        Assert.Null(fault);
        Assert.Equal(1.0, metres, 0.01);
    }

    [Theory]
    [InlineData("nothing came back", 38_000, 20, ReadFault.NoAnswer)]
    [InlineData("just before it gives up", 37_999, 20, ReadFault.OutOfRange)]
    [InlineData("too near", 100, 20, ReadFault.OutOfRange)]
    [InlineData("4 m", 23_309, 20, null)]
    [InlineData("a little more than 4 m", 23_312, 20, ReadFault.OutOfRange)]
    [InlineData("no time", -1, 20, ReadFault.OutOfRange)]
    [InlineData("no temperature", 5800, double.NaN, ReadFault.OutOfRange)]
    public void What_cannot_be_is_named(string because, double microseconds, double degrees, ReadFault? fault) =>
        Assert.True(UltrasonicEcho.Distance(TimeSpan.FromMicroseconds(microseconds), new(degrees)).Fault == fault, because);

    [Fact]
    public void No_echo_makes_it_throw_and_every_distance_can_be() =>
        Gen.Select(Gen.Long, Gen.Double).Sample((ticks, degrees) =>
        {
            var (metres, fault) = UltrasonicEcho.Distance(new(ticks), new(degrees));
            return fault is not null || metres is >= 0.02 and <= 4;
        }, iter: 100_000);
}
