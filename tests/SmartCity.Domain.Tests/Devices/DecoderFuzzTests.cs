using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

/// <summary>What a chip never sends and a bad wire does: a million random and mutated inputs for each decoder. Nothing throws, nothing that is no number counts as good, and no frame whose check fails gives a number.</summary>
public sealed class DecoderFuzzTests
{
    private const int Rounds = 1_000_000;

    [Fact]
    public void Words_of_Sensirion_with_a_wrong_check_give_no_number()
    {
        var random = new Random(41);
        var (frame, words) = (new byte[9], new ushort[3]);
        var (good, bad) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < 3; i++) SensirionWords.Write((ushort)random.Next(0x10000), frame.AsSpan(i * 3));
            if (round % 4 != 0) Mutate(frame, random);
            var whole = true;
            for (var i = 0; i < 3; i++) whole &= BitwiseCrc(frame.AsSpan(i * 3, 2)) == frame[i * 3 + 2];
            var (co2, temperature, humidity) = Scd41.Decode(frame);
            foreach (var measure in (ReadOnlySpan<Measure>)[co2, temperature, humidity, .. Sgp4x.Decode(frame.AsSpan(0, 6), [Quantity.CarbonDioxide, Quantity.RelativeHumidity])]) AssertNumberOrFault(measure);
            Assert.Equal(whole ? null : ReadFault.BadChecksum, SensirionWords.Read(frame, words));
            if (!whole) Assert.Equal((ReadFault.BadChecksum, ReadFault.BadChecksum, ReadFault.BadChecksum), (co2.Fault, temperature.Fault, humidity.Fault));
            _ = whole ? good++ : bad++;
        }
        AssertBoth(good, bad);
    }

    [Fact]
    public void A_frame_of_particles_with_a_wrong_sum_gives_no_number()
    {
        var random = new Random(5003);
        var bytes = new byte[Pms5003Frame.Length];
        var frames = new List<Pms5003Frame>();
        var stream = Pms5003Stream.Empty;
        var (good, bad, found) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            new Pms5003Frame((ushort)random.Next(0x10000), (ushort)random.Next(0x10000), (ushort)random.Next(0x10000)).Encode(bytes);
            if (round % 4 != 0) Mutate(bytes, random);
            var sum = 0;
            for (var i = 0; i < 30; i++) sum += bytes[i];
            var whole = bytes is [0x42, 0x4D, 0, 28, ..] && (sum & 0xFFFF) == (bytes[30] << 8 | bytes[31]);
            Assert.Equal(whole, Pms5003Frame.Decode(bytes) is not null);
            frames.Clear();
            stream = stream.Observe(bytes.AsSpan(0, random.Next(8) == 0 ? random.Next(bytes.Length) : bytes.Length), frames);
            found += frames.Count;
            _ = whole ? good++ : bad++;
        }
        AssertBoth(good, bad);
        Assert.InRange(found, good / 2, good); // a frame behind a torn one may be lost with it; none is found that was not whole
    }

    [Fact]
    public void A_scratchpad_with_a_wrong_check_gives_no_number_whatever_the_kernel_calls_it()
    {
        var random = new Random(18);
        var pad = new byte[Ds18b20.ScratchpadLength];
        var (good, bad) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            random.NextBytes(pad);
            (pad[0], pad[1], pad[4]) = ((byte)random.Next(256), (byte)random.Next(8), 0x7F);
            pad[8] = Ds18b20.Crc(pad.AsSpan(0, 8));
            if (round % 4 != 0) Mutate(pad, random);
            var whole = ReflectedCrc(pad.AsSpan(0, 8)) == pad[8] && pad.AsSpan().ContainsAnyExcept((byte)0);
            var (temperature, fault) = Ds18b20.Decode(pad);
            if (!whole) Assert.NotNull(fault);
            if (fault is null) Assert.InRange(temperature.Degrees, -55, 125);

            var hex = string.Join(' ', pad.Select(one => one.ToString("x2")));
            var text = $"{hex} : crc={pad[8]:x2} YES\n{hex} t={(int)Math.Round(temperature.Degrees * 1000)}\n".ToCharArray();
            if (round % 2 == 0) text[random.Next(text.Length)] = (char)random.Next(128);
            AssertNumberOrFault(Ds18b20.Decode(text.AsSpan(0, round % 8 == 1 ? random.Next(text.Length) : text.Length), Quantity.WaterTemperature));
            _ = fault is null ? good++ : bad++;
        }
        AssertBoth(good, bad);
    }

    [Fact]
    public void Registers_of_the_climate_chip_give_a_number_or_a_fault_under_any_trims()
    {
        var random = new Random(280);
        var (low, high, data) = (new byte[Bme280Settings.TrimLowLength], new byte[Bme280Settings.TrimHighLength], new byte[8]);
        var (good, bad) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            random.NextBytes(low);
            random.NextBytes(high);
            random.NextBytes(data);
            if (round % 16 == 0) low.AsSpan().Clear();
            var (temperature, pressure, humidity) = Bme280.Decode(Bme280Raw.Decode(data), Bme280Trim.Decode(low, high));
            foreach (var measure in (ReadOnlySpan<Measure>)[temperature, pressure, humidity])
            {
                AssertNumberOrFault(measure);
                _ = measure.Fault is null ? good++ : bad++;
            }
        }
        AssertBoth(good, bad);
    }

    [Fact]
    public void Registers_of_light_supply_converter_and_shock_give_a_number_or_a_fault()
    {
        var random = new Random(1115);
        var window = new Acceleration[Adxl345.Window];
        var bytes = new byte[6];
        for (var round = 0; round < Rounds; round++)
        {
            random.NextBytes(bytes);
            AssertNumberOrFault(Bh1750.Decode(bytes.AsSpan(0, 2), new((byte)random.Next(31, 255))));
            var (voltage, current) = Ina219.Decode((ushort)(bytes[0] << 8 | bytes[1]), (ushort)(bytes[2] << 8 | bytes[3]), 0.1);
            AssertNumberOrFault(voltage);
            AssertNumberOrFault(current);
            var (volts, fault) = Ads1115.Decode((ushort)random.Next(0x10000), (ushort)random.Next(0x10000), 0x0583, (Ads1115Gain)random.Next(6));
            Assert.True(fault is not null || double.IsFinite(volts));
            window[round % window.Length] = Acceleration.Decode(bytes);
            var (tilt, vibration) = Adxl345.Measured(window, default);
            AssertNumberOrFault(tilt);
            AssertNumberOrFault(vibration);
        }
    }

    private static void AssertNumberOrFault(Measure measure)
    {
        var has = measure.TryGetValue(out var value);
        Assert.Equal(has, measure.Fault is null);
        if (has) Assert.True(double.IsFinite(value));
    }

    private static void AssertBoth(int good, int bad) => Assert.True(good > Rounds / 20 && bad > Rounds / 20, $"{good} good and {bad} refused: too one-sided to prove anything");

    private static void Mutate(byte[] bytes, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Length);
            bytes[at] = random.Next(3) switch { 0 => (byte)(bytes[at] ^ 1 << random.Next(8)), 1 => (byte)random.Next(256), _ => (byte)(random.Next(2) * 255) };
        }
    }

    // Both checks once more, by long division over the bits as they come: not the decoders' own.
    private static byte BitwiseCrc(ReadOnlySpan<byte> bytes)
    {
        var rest = 0xFF;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var carry = (rest >> 7 ^ bytes[bit / 8] >> 7 - bit % 8) & 1;
            rest = rest << 1 & 0xFF ^ (carry * 0x31);
        }
        return (byte)rest;
    }

    private static byte ReflectedCrc(ReadOnlySpan<byte> bytes)
    {
        var rest = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var carry = (rest ^ bytes[bit / 8] >> bit % 8) & 1;
            rest = rest >> 1 ^ (carry * 0x8C);
        }
        return (byte)rest;
    }
}
