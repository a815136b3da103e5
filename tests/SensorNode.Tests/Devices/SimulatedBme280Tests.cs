using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Tests.Devices;

public class SimulatedBme280Tests
{
    private static readonly Bme280Settings Once = new(Bme280Oversampling.X1, Bme280Oversampling.X1, Bme280Oversampling.X1);
    private readonly PoleTime _time = new();

    [Fact]
    public void After_power_on_it_has_its_id_its_trims_and_no_measurement()
    {
        using var chip = Chip();
        Assert.Equal([0x60], Read(chip, Bme280Register.ChipId, 1));
        Assert.Equal(new Bme280Raw(0x80000, 0x80000, 0x8000), Data(chip));
        Assert.NotEqual(0, Bme280Trim.Decode(Read(chip, Bme280Register.TrimLow, 26), Read(chip, Bme280Register.TrimHigh, 7)).T1);
    }

    [Fact]
    public void A_forced_measurement_is_done_after_exactly_its_time_and_then_the_chip_sleeps()
    {
        using var chip = Chip();
        Force(chip, Once);
        _time.Advance(Once.TypicalMeasurement - TimeSpan.FromTicks(1));
        Assert.Equal(Bme280Settings.Measuring, Read(chip, Bme280Register.Status, 1)[0]);
        Assert.Equal(0x80000, Data(chip).Temperature);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(0, Read(chip, Bme280Register.Status, 1)[0]);
        Assert.NotEqual(0x80000, Data(chip).Temperature);
        Assert.Equal(Once.CtrlMeasAsleep, Read(chip, Bme280Register.CtrlMeas, 1)[0]);
    }

    [Fact]
    public void Humidity_oversampling_comes_into_force_only_with_the_next_write_of_ctrl_meas()
    {
        using var chip = Chip();
        chip.Write((byte)Bme280Register.CtrlMeas, Once.CtrlMeasForced);
        chip.Write((byte)Bme280Register.CtrlHum, Once.CtrlHum);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0x8000, Data(chip).Humidity);
        chip.Write((byte)Bme280Register.CtrlMeas, Once.CtrlMeasForced);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.NotEqual(0x8000, Data(chip).Humidity);
    }

    [Fact]
    public void What_is_skipped_reads_as_skipped()
    {
        using var chip = Chip();
        Force(chip, new(Bme280Oversampling.X1, Bme280Oversampling.Skipped, Bme280Oversampling.Skipped));
        _time.Advance(TimeSpan.FromMilliseconds(50));
        var raw = Data(chip);
        Assert.Equal((0x80000, 0x8000), (raw.Pressure, raw.Humidity));
        Assert.NotEqual(0x80000, raw.Temperature);
    }

    [Theory]
    [InlineData(Bme280Oversampling.X1, 16)]
    [InlineData(Bme280Oversampling.X2, 17)]
    [InlineData(Bme280Oversampling.X16, 20)]
    public void Oversampling_gives_bits(Bme280Oversampling oversampling, int bits)
    {
        using var chip = Chip();
        var seen = 0;
        for (var i = 0; i < 64; i++)
        {
            Force(chip, new(oversampling, oversampling, Bme280Oversampling.X1));
            _time.Advance(TimeSpan.FromSeconds(1));
            seen |= Data(chip).Temperature;
        }
        Assert.Equal(20 - bits, int.TrailingZeroCount(seen));
    }

    [Fact]
    public void A_soft_reset_forgets_settings_and_measurement_and_keeps_the_trims()
    {
        using var chip = Chip();
        var trims = Read(chip, Bme280Register.TrimLow, 26);
        Force(chip, Once);
        _time.Advance(TimeSpan.FromSeconds(1));
        chip.Write((byte)Bme280Register.Reset, 0x00);
        Assert.NotEqual(0x80000, Data(chip).Temperature);
        chip.Write((byte)Bme280Register.Reset, Bme280Settings.ResetWord);
        Assert.Equal(0x80000, Data(chip).Temperature);
        Assert.Equal(0, Read(chip, Bme280Register.CtrlHum, 1)[0]);
        Assert.Equal(trims, Read(chip, Bme280Register.TrimLow, 26));
    }

    [Fact]
    public void The_same_seed_and_name_make_the_same_chip_and_another_name_another()
    {
        using var one = Chip();
        using var same = Chip();
        using var other = new SimulatedBme280("pole", "other", new(Scenario.Street, []), 1, null, _time);
        Assert.Equal(Read(one, Bme280Register.TrimLow, 26), Read(same, Bme280Register.TrimLow, 26));
        Assert.NotEqual(Read(one, Bme280Register.TrimLow, 26), Read(other, Bme280Register.TrimLow, 26));
    }

    [Fact]
    public void The_witness_has_the_trims_and_then_each_measurement_once_it_was_given_out()
    {
        using var scratch = new Scratch();
        using (var chip = Chip(scratch.Path))
        {
            Force(chip, Once);
            _time.Advance(TimeSpan.FromSeconds(1));
            var given = Convert.ToHexStringLower(Read(chip, Bme280Register.Data, 8));
            Data(chip); // the same measurement again: given out once
            var trims = $"{Convert.ToHexStringLower(Read(chip, Bme280Register.TrimLow, 26))} {Convert.ToHexStringLower(Read(chip, Bme280Register.TrimHigh, 7))}";
            Assert.Equal([$"trim {trims}", $"1 {_time.GetUtcNow().ToUnixTimeMilliseconds()} {given}"], Lines(scratch));
        }
        using (var again = Chip(scratch.Path))
        {
            Force(again, Once);
            _time.Advance(TimeSpan.FromSeconds(1));
            Data(again);
        }
        var lines = Lines(scratch);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("2 ", lines[2], StringComparison.Ordinal);
    }

    private static string[] Lines(Scratch scratch) => File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "climate")));

    private SimulatedBme280 Chip(string? witness = null) => new("pole", "climate", new(Scenario.Street, []), 1, witness, _time);

    private static void Force(SimulatedBme280 chip, Bme280Settings settings)
    {
        chip.Write((byte)Bme280Register.CtrlHum, settings.CtrlHum);
        chip.Write((byte)Bme280Register.CtrlMeas, settings.CtrlMeasForced);
    }

    private static byte[] Read(SimulatedBme280 chip, Bme280Register register, int length)
    {
        var bytes = new byte[length];
        Assert.True(chip.Read((byte)register, bytes));
        return bytes;
    }

    private static Bme280Raw Data(SimulatedBme280 chip) => Bme280Raw.Decode(Read(chip, Bme280Register.Data, 8));
}
