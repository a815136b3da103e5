using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Telemetry;

namespace SmartCity.Domain.Tests.Devices;

public class Bme280Tests
{
    // Trims of the worked example in BST-BMP280-DS001, section 3.12, whose temperature and pressure parts are the BME280's own;
    // humidity trims of a common chip.
    private static readonly Bme280Trim Example = new()
    {
        T1 = 27504, T2 = 26435, T3 = -1000,
        P1 = 36477, P2 = -10685, P3 = 3024, P4 = 2855, P5 = 140, P6 = -7, P7 = 15500, P8 = -14600, P9 = 6000,
        H1 = 75, H2 = 362, H3 = 0, H4 = 318, H5 = 50, H6 = 30,
    };

    private static readonly Gen<Bme280Trim> AnyTrim = Gen.Byte.Array[26].Select(Gen.Byte.Array[7], (low, high) => Bme280Trim.Decode(low, high));

    [Fact]
    public void The_datasheets_worked_example_gives_its_temperature_and_pressure()
    {
        var (temperature, fine) = Bme280.Temperature(519888, Example);
        Assert.Equal(128422, fine.Value, 0.5);
        Assert.Equal(25.08, temperature.Degrees, 2);
        Assert.Equal(100653.27, Bme280.Pressure(415148, Example, fine).Pascals, 2);
    }

    [Theory]
    [InlineData("the bytes that a library read as 3617 and 4082", 0xE2, 0x21, 0xFF, -479, -14)]
    [InlineData("both positive", 0x13, 0x2E, 0x03, 318, 50)]
    [InlineData("the least", 0x80, 0x00, 0x80, -2048, -2048)]
    [InlineData("the greatest", 0x7F, 0xFF, 0x7F, 2047, 2047)]
    [InlineData("minus one", 0xFF, 0xFF, 0xFF, -1, -1)]
    [InlineData("only the fourth negative", 0xFF, 0x0F, 0x00, -1, 0)]
    [InlineData("only the fifth negative", 0x00, 0xF0, 0xFF, 0, -1)]
    public void Humidity_trims_are_twelve_bits_with_a_sign(string because, byte e4, byte e5, byte e6, short h4, short h5)
    {
        Assert.True((h4, h5) == Bme280Trim.HumidityTrim(e4, e5, e6), because);
    }

    [Fact]
    public void The_sixth_humidity_trim_is_signed_and_the_first_is_not()
    {
        var low = new byte[26];
        low[25] = 0xFF;
        var trim = Bme280Trim.Decode(low, [0, 0, 0xFF, 0, 0, 0, 0xFF]);
        Assert.Equal((255, 255, -1), (trim.H1, trim.H3, trim.H6));
    }

    [Fact]
    public void The_unused_byte_0xA0_is_not_taken_for_a_trim()
    {
        var low = new byte[26];
        low[24] = 0xAA;
        Assert.Equal(0, Bme280Trim.Decode(low, new byte[7]).H1);
    }

    [Fact]
    public void Trims_written_to_registers_are_read_back_the_same() => AnyTrim.Sample(trim =>
    {
        var (low, high) = (new byte[26], new byte[7]);
        trim.Encode(low, high);
        return trim == Bme280Trim.Decode(low, high);
    });

    [Fact]
    public void Raw_values_written_to_registers_are_read_back_the_same() =>
        Gen.Select(Gen.Int[0, 0xFFFFF], Gen.Int[0, 0xFFFFF], Gen.Int[0, 0xFFFF]).Sample((pressure, temperature, humidity) =>
        {
            var data = new byte[8];
            new Bme280Raw(pressure, temperature, humidity).Encode(data);
            return Bme280Raw.Decode(data) == new Bme280Raw(pressure, temperature, humidity);
        });

    [Fact]
    public void Data_registers_decode_most_significant_byte_first()
    {
        Assert.Equal(new Bme280Raw(0x655AC, 0x7EED0, 0x1234), Bme280Raw.Decode([0x65, 0x5A, 0xC0, 0x7E, 0xED, 0x00, 0x12, 0x34]));
    }

    [Fact]
    public void A_block_that_is_too_short_is_the_callers_error()
    {
        Assert.Throws<ArgumentException>(() => Bme280Trim.Decode(new byte[25], new byte[7]));
        Assert.Throws<ArgumentException>(() => Bme280Trim.Decode(new byte[26], new byte[6]));
        Assert.Throws<ArgumentException>(() => Bme280Raw.Decode(new byte[7]));
    }

    [Fact]
    public void The_double_formulae_agree_with_the_datasheets_integer_formulae() =>
        Gen.Select(Gen.Int[400_000, 620_000], Gen.Int[300_000, 500_000], Gen.Int[20_000, 40_000], Gen.Short[-60, 60], Gen.Short[-40, 340]).Sample((t, p, h, h5, h4) =>
        {
            var trim = Example with { H4 = h4, H5 = h5 };
            var (temperature, fine) = Bme280.Temperature(t, trim);
            var wholeFine = Bme280Integer.Fine(t, trim);
            Assert.Equal(Bme280Integer.Centidegrees(wholeFine) / 100.0, temperature.Degrees, 0.011);
            Assert.Equal(Bme280Integer.Pressure256(p, trim, wholeFine) / 256.0, Bme280.Pressure(p, trim, fine).Pascals, 2.0);
            Assert.Equal(Bme280Integer.Humidity1024(h, trim, wholeFine) / 1024.0, Bme280.Humidity(h, trim, fine).Value, 0.05);
        });

    [Fact]
    public void No_trims_and_no_raw_values_make_it_throw_and_what_it_measures_is_within_its_ranges() =>
        Gen.Select(AnyTrim, Gen.Byte.Array[8]).Sample((trim, data) =>
        {
            var (temperature, pressure, humidity) = Bme280.Decode(Bme280Raw.Decode(data), trim);
            return Within(temperature, -40, 85) && Within(pressure, 300, 1100) && Within(humidity, 0, 100);
        }, iter: 20_000);

    [Fact]
    public void What_it_measures_at_one_hertz_packs_into_a_byte_and_a_half_a_reading()
    {
        // An hour of a quiet place: the raw values wander by what the datasheet calls their noise.
        var random = new Random(7);
        int Noise(int counts) => random.Next(-counts, counts + 1);
        var hour = Enumerable.Range(0, 3600).Select(s => Bme280.Decode(new(415148 + s / 30 + Noise(60), 519888 + s / 20 + Noise(32), 30000 + Noise(10)), Example)).ToList();
        foreach (var series in new[] { hour.Select(sample => sample.Temperature), hour.Select(sample => sample.Pressure), hour.Select(sample => sample.Humidity) })
        {
            var packed = series.Select((measure, s) => PackedReading.Of(measure.At(new(1_795_392_000_000 + s * 1000L), ReadingOrder.Of(3, (ulong)s * 10), ClockTrust.Synced))).ToArray();
            var w = new VarintWriter();
            SeriesBlock.Write(w, packed);
            Assert.InRange(w.Length / 3600.0, 0.2, 1.5);
        }
    }

    [Fact]
    public void All_trims_zero_divide_nothing_by_zero()
    {
        var (temperature, pressure, _) = Bme280.Decode(new(415148, 519888, 30000), Bme280Trim.Decode(new byte[26], new byte[7]));
        Assert.Null(temperature.Fault);
        Assert.Equal(ReadFault.OutOfRange, pressure.Fault);
    }

    [Fact]
    public void A_temperature_that_was_skipped_leaves_nothing_to_compensate_with()
    {
        var (temperature, pressure, humidity) = Bme280.Decode(new(415148, 0x80000, 30000), Example);
        Assert.Equal((ReadFault.NotReady, ReadFault.NotReady, ReadFault.NotReady), (temperature.Fault!.Value, pressure.Fault!.Value, humidity.Fault!.Value));
    }

    [Fact]
    public void A_pressure_or_humidity_that_was_skipped_is_not_ready_and_the_rest_is_measured()
    {
        var (temperature, pressure, humidity) = Bme280.Decode(new(0x80000, 519888, 0x8000), Example);
        Assert.Equal((null, ReadFault.NotReady, ReadFault.NotReady), (temperature.Fault, pressure.Fault!.Value, humidity.Fault!.Value));
    }

    [Theory]
    [InlineData(85.0)]
    [InlineData(-40.0)]
    public void A_temperature_is_measured_up_to_the_chips_limits_and_one_count_beyond_is_out_of_range(double limit)
    {
        var counts = Enumerable.Range(0, 1 << 20);
        var inside = limit > 0 ? counts.Last(adc => Degrees(adc) <= limit) : counts.First(adc => Degrees(adc) >= limit);
        var outside = limit > 0 ? inside + 1 : inside - 1;
        Assert.Null(Bme280.Decode(new(415148, inside, 30000), Example).Temperature.Fault);
        var (temperature, pressure, humidity) = Bme280.Decode(new(415148, outside, 30000), Example);
        Assert.Equal((ReadFault.OutOfRange, ReadFault.OutOfRange, ReadFault.OutOfRange), (temperature.Fault!.Value, pressure.Fault!.Value, humidity.Fault!.Value));
    }

    [Theory]
    [InlineData(0x60, null)]
    [InlineData(0x58, ReadFault.WrongChip)]
    [InlineData(0x61, ReadFault.WrongChip)]
    [InlineData(0xFF, ReadFault.WrongChip)]
    [InlineData(0x00, ReadFault.WrongChip)]
    public void Only_the_id_0x60_is_a_BME280(byte id, ReadFault? fault) => Assert.Equal(fault, Bme280.ChipFault(id));

    [Fact]
    public void A_measurement_takes_as_long_as_the_datasheet_says()
    {
        // Section 9.1: once each, 9.3 ms at most and 8 ms typically; x2, x16, x1 (section 3.5.3, indoor navigation) by the same formula.
        var once = new Bme280Settings(Bme280Oversampling.X1, Bme280Oversampling.X1, Bme280Oversampling.X1);
        Assert.Equal(9.3, once.LongestMeasurement.TotalMilliseconds, 3);
        Assert.Equal(8.0, once.TypicalMeasurement.TotalMilliseconds, 3);
        var indoors = new Bme280Settings(Bme280Oversampling.X2, Bme280Oversampling.X16, Bme280Oversampling.X1);
        Assert.Equal(46.1, indoors.LongestMeasurement.TotalMilliseconds, 3);
    }

    [Theory]
    [InlineData(0b101_101_01, 0b001, Bme280Oversampling.X16, Bme280Oversampling.X16, Bme280Oversampling.X1)]
    [InlineData(0b000_011_00, 0b111, Bme280Oversampling.Skipped, Bme280Oversampling.X4, Bme280Oversampling.X16)]
    public void Control_registers_say_how_often_each_quantity_is_measured(byte ctrlMeas, byte ctrlHum, Bme280Oversampling t, Bme280Oversampling p, Bme280Oversampling h) =>
        Assert.Equal(new Bme280Settings(t, p, h), Bme280Settings.Of(ctrlHum, ctrlMeas));

    private static double Degrees(int adc) => Bme280.Temperature(adc, Example).Temperature.Degrees;

    private static bool Within(Measure measure, double min, double max) =>
        measure.TryGetValue(out var value) ? value >= min && value <= max : measure.Fault is ReadFault.NotReady or ReadFault.OutOfRange;
}
