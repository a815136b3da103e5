using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class Adxl345Tests
{
    [Theory]
    [InlineData("1 g: 256 counts", new byte[] { 0x00, 0x01, 0x00, 0x00, 0x00, 0x00 }, 256, 0, 0)]
    [InlineData("-1 g", new byte[] { 0x00, 0x00, 0x00, 0xFF, 0x00, 0x00 }, 0, -256, 0)]
    [InlineData("the greatest and the least of 13 bits", new byte[] { 0xFF, 0x0F, 0x00, 0xF0, 0xFF, 0xFF }, 4095, -4096, -1)]
    public void Data_registers_decode_least_significant_byte_first(string because, byte[] data, short x, short y, short z) =>
        Assert.True(Acceleration.Decode(data) == new Acceleration(x, y, z), because);

    [Fact]
    public void Accelerations_written_to_registers_are_read_back_the_same() => Gen.Select(Gen.Short, Gen.Short, Gen.Short).Sample((x, y, z) =>
    {
        var data = new byte[6];
        new Acceleration(x, y, z).Encode(data);
        return Acceleration.Decode(data) == new Acceleration(x, y, z);
    });

    [Theory]
    [InlineData("upright", 0, 0, 256, UpAxis.Z, 0)]
    [InlineData("on its side", 256, 0, 0, UpAxis.Z, 90)]
    [InlineData("upside down", 0, 0, -256, UpAxis.Z, 180)]
    [InlineData("upright, mounted head first", 0, 0, -256, UpAxis.MinusZ, 0)]
    [InlineData("upright on a wall", 256, 0, 0, UpAxis.X, 0)]
    [InlineData("halfway", 0, 181, 181, UpAxis.Y, 45)]
    public void Tilt_is_the_angle_from_the_axis_that_should_point_up(string because, short x, short y, short z, UpAxis up, double degrees)
    {
        Assert.True(Adxl345.Measured([new(x, y, z)], up).Tilt.TryGetValue(out var tilt));
        Assert.True(Math.Abs(tilt - degrees) < 1e-6, because);
    }

    [Fact]
    public void Vibration_is_the_root_of_the_mean_square_without_gravity()
    {
        var (tilt, vibration) = Adxl345.Measured([new(0, 0, 256 + 64), new(0, 0, 256 - 64)], UpAxis.Z);
        Assert.True(vibration.TryGetValue(out var rms) & tilt.TryGetValue(out var degrees));
        Assert.Equal((Math.Round(9.80665 / 4, 3), 0), (rms, degrees));
    }

    [Theory]
    [InlineData("half a g", 128, null)]
    [InlineData("less than half a g: it falls, or is dead", 127, ReadFault.OutOfRange)]
    [InlineData("one and a half g", 384, null)]
    [InlineData("more than one and a half g for a whole window", 385, ReadFault.OutOfRange)]
    public void A_mean_that_is_no_gravity_is_out_of_range(string because, short z, ReadFault? fault) => Assert.True(Adxl345.Measured([new(0, 0, z)], UpAxis.Z).Tilt.Fault == fault, because);

    [Theory]
    [InlineData("one below the upper stop", 4094, null)]
    [InlineData("the upper stop", 4095, ReadFault.OutOfRange)]
    [InlineData("one above the lower stop", -4095, null)]
    [InlineData("the lower stop", -4096, ReadFault.OutOfRange)]
    [InlineData("more than 13 bits", 32767, ReadFault.OutOfRange)]
    public void An_axis_at_its_stop_is_out_of_range(string because, short x, ReadFault? fault)
    {
        Acceleration[] window = [.. Enumerable.Repeat(new Acceleration(0, 0, 256), 31), new(x, 0, 256)];
        Assert.True(Adxl345.Measured(window, UpAxis.Z).Vibration.Fault == fault, because);
    }

    [Fact]
    public void No_acceleration_at_all_is_not_ready() => Assert.Equal(ReadFault.NotReady, Adxl345.Measured([], UpAxis.Z).Tilt.Fault);

    [Fact]
    public void No_bytes_make_it_throw_and_every_value_is_plausible() =>
        Gen.Select(Gen.Byte.Array[6].Array[1, 32], Gen.Enum<UpAxis>(), Gen.Bool).Sample((bytes, up, small) =>
        {
            Acceleration[] window = [.. bytes.Select(one => Acceleration.Decode(one)).Select(a => small ? new Acceleration((short)(a.X >> 6), (short)(a.Y >> 6), (short)(a.Z >> 6)) : a)];
            var (tilt, vibration) = Adxl345.Measured(window, up);
            return (!tilt.TryGetValue(out var degrees) || QuantityCatalogue.Of(Quantity.Tilt).IsPlausible(degrees)) && (!vibration.TryGetValue(out var rms) || QuantityCatalogue.Of(Quantity.Vibration).IsPlausible(rms));
        }, iter: 1_000_000);

    [Theory]
    [InlineData(0xE5, null)]
    [InlineData(0x00, ReadFault.WrongChip)]
    [InlineData(0xFF, ReadFault.WrongChip)]
    public void Only_the_id_0xE5_is_an_ADXL345(byte id, ReadFault? fault) => Assert.Equal(fault, Adxl345.ChipFault(id));
}
