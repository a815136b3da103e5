using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Reads what the node file says of chips on buses.</summary>
internal static class ChipReader
{
    /// <summary>The chips that it knows besides the BME280.</summary>
    public const string Words = "scd41, bh1750, ina219, ads1115, adxl345, ds18b20, pms5003, sgp40, sgp41";

    private static readonly Dictionary<string, UpAxis> UpWords = new()
    {
        ["x"] = UpAxis.X, ["y"] = UpAxis.Y, ["z"] = UpAxis.Z, ["-x"] = UpAxis.MinusX, ["-y"] = UpAxis.MinusY, ["-z"] = UpAxis.MinusZ,
    };

    private static readonly Dictionary<string, Quantity> TemperatureWords = new Quantity[] { Quantity.AirTemperature, Quantity.WaterTemperature, Quantity.SurfaceTemperature }
        .ToDictionary(quantity => QuantityCatalogue.Of(quantity).Name);

    /// <summary>The plan of a chip; null when it is not known here.</summary>
    public static DevicePlan? Chip(string chip, string name, YamlSection section, IReadOnlyList<BusPlan> buses, Place place)
    {
        switch (chip)
        {
            case "bme280":
                return new Bme280Plan(name, I2c(section, buses), DeviceReader.Interval(section, TimeSpan.FromSeconds(10)), place, (byte)section.Whole("address", 0x76, 0x77, 0x76));
            case "scd41":
                var pressure = section.Has("pressure") ? new Hectopascals(section.Number("pressure", Scd41.LeastPressure.Value, Scd41.GreatestPressure.Value)) : (Hectopascals?)null;
                return new Scd41Plan(name, I2c(section, buses), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Scd41Plan.Shortest), place, pressure);
            case "bh1750":
            {
                var address = (byte)section.Whole("address", 0x23, 0x5C, 0x23);
                if (address is not (0x23 or 0x5C)) section.Problem("address", $"0x{address:x2} is not 0x23 or 0x5c.");
                var time = new Bh1750Time((byte)section.Whole("measurement-time", Bh1750Time.Least, Bh1750Time.Greatest, Bh1750Time.Least));
                return new Bh1750Plan(name, I2c(section, buses), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Bh1750Plan.Shortest), place, address, time);
            }
            case "ina219":
            {
                var address = (byte)section.Whole("address", 0x40, 0x4F, 0x40);
                var ohms = section.Number("shunt-milliohms", 0.1, 10_000, 100) / 1000;
                return new Ina219Plan(name, I2c(section, buses), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Ina219Plan.Shortest), place, address, ohms);
            }
            case "ads1115":
            {
                var address = (byte)section.Whole("address", 0x48, 0x4B, 0x48);
                var bus = I2c(section, buses);
                return new Ads1115Plan(name, bus, DeviceReader.Interval(section, TimeSpan.FromSeconds(10)), place, address, AnalogueInputReader.Inputs(section));
            }
            case "adxl345":
            {
                var address = (byte)section.Whole("address", 0x1D, 0x53, 0x53);
                if (address is not (0x53 or 0x1D)) section.Problem("address", $"0x{address:x2} is not 0x53 or 0x1d.");
                var bus = I2c(section, buses);
                return new Adxl345Plan(name, bus, DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Adxl345Plan.Shortest), place, address, section.OneOf("up", UpWords, UpAxis.Z), Shock(section.Section("shock")));
            }
            case "ds18b20":
            {
                var rom = section.Text("rom");
                if (rom.Length > 0 && !IsRom(rom)) section.Problem("rom", $"\"{rom}\" is not 28- and 12 hex digits in lower case, as in /sys/bus/w1/devices.");
                var quantity = section.OneOf("quantity", TemperatureWords, Quantity.AirTemperature);
                return new Ds18b20Plan(name, DeviceReader.Bus(section, buses, BusKind.W1), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Ds18b20Plan.Shortest), place, rom, quantity);
            }
            case "sgp40" or "sgp41":
                return new Sgp4xPlan(name, I2c(section, buses), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Sgp4xPlan.Shortest), place, chip == "sgp41");
            case "pms5003":
                return new Pms5003Plan(name, DeviceReader.Bus(section, buses, BusKind.Uart), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), Pms5003Plan.Shortest), place);
            default:
                return null;
        }
    }

    // Of 100 accelerations a second: 0.2 s against 10 s, and after a minute a shock is a shock no more.
    private static ShockTriggerPlan? Shock(YamlSection section)
    {
        if (!section.IsPresent) return null;
        var (on, off) = (section.Number("on", 1.5, 1000, 5), section.Number("off", 1, 1000, 1.5));
        if (off >= on && !section.IsDescribing) section.Problem("off", "must be below on.");
        section.RefuseUnknown();
        return new(20, 1000, on, Math.Min(off, on * 0.99), 6000);
    }

    private static bool IsRom(string rom) =>
        rom.Length == 15 && rom.StartsWith("28-", StringComparison.Ordinal) && rom.AsSpan(3).IndexOfAnyExcept("0123456789abcdef") < 0;

    private static BusPlan I2c(YamlSection section, IReadOnlyList<BusPlan> buses) => DeviceReader.Bus(section, buses, BusKind.I2c);
}
