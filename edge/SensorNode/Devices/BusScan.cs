using System.Globalization;
using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices;

/// <summary>
/// What answers on a bus and which chip it seems to be, by the registers that tell chips apart. Nothing is written but the number of a register
/// or a command that only asks, and only addresses at which a chip that we know can be are touched: a byte to an unknown chip may be an order to it.
/// </summary>
public static class BusScan
{
    private const byte BoschId = 0xD0;
    private const int MostAsked = 50;

    /// <summary>Every address that a known chip can have, in rising order.</summary>
    private static readonly byte[] Addresses = [0x1D, 0x23, .. Span(0x40, 0x4F), 0x53, Sgp4x.Address, 0x5C, Scd41.Address, 0x76, 0x77];

    /// <summary>What answers on an I2C bus.</summary>
    /// <returns>The address, and what it seems to be.</returns>
    public static IEnumerable<(byte Address, string What)> I2c(II2cBus bus)
    {
        foreach (var address in Addresses)
        {
            if (At(bus, address) is { } what) yield return (address, what);
        }
    }

    /// <summary>Prints what answers on each bus; false when a bus cannot be opened.</summary>
    public static bool Print(IEnumerable<BusPlan> buses, IDeviceBoard board, TextWriter to)
    {
        var opened = true;
        foreach (var bus in buses)
        {
            switch (bus.Kind)
            {
                case BusKind.I2c:
                    using (var i2c = board.OpenI2c(bus))
                    {
                        var found = I2c(i2c).ToList();
                        foreach (var (address, what) in found) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bus.Path,-16} 0x{address:x2}  {what}"));
                        if (found.Count > 0) break;
                        var closed = i2c.Read(Addresses[0], 0, new byte[1]) == SmartCity.Readings.ReadFault.BusUnavailable;
                        opened &= !closed;
                        to.WriteLine($"{bus.Path,-16} {(closed ? "cannot be opened: is I2C switched on, and are you in its group?" : "nothing answers")}");
                    }
                    break;
                case BusKind.W1:
                    var chips = Directory.Exists(bus.Path) ? Directory.GetDirectories(bus.Path, "28-*").Select(Path.GetFileName).Order().ToList() : [];
                    foreach (var rom in chips) to.WriteLine($"{bus.Path,-16} {rom}  ds18b20");
                    if (chips.Count == 0) to.WriteLine($"{bus.Path,-16} nothing answers");
                    break;
                case BusKind.Gpio or BusKind.Uart:
                    to.WriteLine($"{bus.Path,-16} what hangs on {(bus.Kind == BusKind.Gpio ? "lines" : "a serial line")} cannot be told from here: SensorNode read shows it");
                    break;
            }
        }
        return opened;
    }

    /// <summary>The I2C and 1-Wire buses of this machine.</summary>
    public static IEnumerable<BusPlan> Machine()
    {
        foreach (var (pattern, folder, kind) in new[] { ("i2c-*", "/dev", BusKind.I2c), ("w1_bus_master*", "/sys/bus/w1/devices", BusKind.W1) })
        {
            if (!Directory.Exists(folder)) continue;
            var numbers = Directory.EnumerateFileSystemEntries(folder, pattern)
                .Select(path => int.TryParse(Path.GetFileName(path).AsSpan(pattern.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1);
            foreach (var number in numbers.Where(number => number is >= 0 and <= 255).Order()) yield return new($"{number}", kind, number);
        }
    }

    private static string? At(II2cBus bus, byte address)
    {
        switch (address)
        {
            case 0x76 or 0x77:
                return Register(bus, address, BoschId) switch
                {
                    null => null,
                    0x60 => "bme280",
                    0x58 => "a BMP280, often sold as a BME280: no humidity, not supported",
                    0x61 => "a BME680 or BME688: not supported",
                    { } id => Unknown(id),
                };
            case 0x1D or 0x53:
                return Register(bus, address, 0) switch { null => null, 0xE5 => "adxl345", { } id => Unknown(id) };
            case Scd41.Address:
                return Asked(bus, address, (ushort)Scd41Command.GetDataReadyStatus, 1, "scd41, or another SCD4x", "perhaps scd41: it takes its commands and says nothing");
            case Sgp4x.Address:
                return Asked(bus, address, (ushort)Sgp4xCommand.GetSerialNumber, 3, "sgp40 or sgp41: its serial number does not say which", "perhaps sgp40 or sgp41: it takes its commands and says nothing");
            case >= 0x40 and <= 0x4F when Word(bus, address, 0x01) is 0x8583 && address is >= 0x48 and <= 0x4B:
                return "ads1115, fresh from its power on";
            case >= 0x40 and <= 0x4F:
                return Word(bus, address, 0x00) switch
                {
                    null => null,
                    Ina219.PowerOnConfiguration => "ina219, fresh from its power on",
                    Ina219.TriggeredConfiguration => "ina219",
                    _ => address is >= 0x48 and <= 0x4B ? "perhaps ads1115 or ina219: neither has an id" : "perhaps ina219: it has no id",
                };
            default: // a BH1750: it answers a read with its last count, and has nothing to be told by
                return bus.Transfer(address, [], new byte[2]) is null ? "perhaps bh1750: it has no id" : null;
        }
    }

    private static string Unknown(int id) => string.Create(CultureInfo.InvariantCulture, $"something with the id 0x{id:x2}, not known here");

    private static int? Register(II2cBus bus, byte address, byte register)
    {
        Span<byte> one = stackalloc byte[1];
        return bus.Read(address, register, one) is null ? one[0] : null;
    }

    // The answer takes the chip a millisecond: until then it does not acknowledge, and asking takes a fraction of that.
    private static string? Asked(II2cBus bus, byte address, ushort question, int words, string answered, string silent) =>
        bus.Transfer(address, [(byte)(question >> 8), (byte)(question & 0xFF)], []) is not null ? null
        : Enumerable.Range(0, MostAsked).Any(_ => Words(bus, address, words)) ? answered : silent;

    private static bool Words(II2cBus bus, byte address, int count)
    {
        Span<byte> bytes = stackalloc byte[count * SensirionWords.WordLength];
        Span<ushort> words = stackalloc ushort[count];
        return bus.Transfer(address, [], bytes) is null && SensirionWords.Read(bytes, words) is null;
    }

    private static int? Word(II2cBus bus, byte address, byte register)
    {
        Span<byte> two = stackalloc byte[2];
        return bus.Transfer(address, [register], two) is null ? two[0] << 8 | two[1] : null;
    }

    private static IEnumerable<byte> Span(byte first, byte last) => Enumerable.Range(first, last - first + 1).Select(address => (byte)address);
}
