using System.Diagnostics;
using SensorNode.Options;

namespace SensorNode.Devices;

/// <summary>The chips of one bus that is opened: everything but lines.</summary>
public sealed class BusChips : IDisposable
{
    private readonly IDisposable _bus;

    private BusChips(IDisposable bus, IReadOnlyList<IBusChip> chips)
    {
        _bus = bus;
        Chips = chips;
    }

    public IReadOnlyList<IBusChip> Chips { get; }

    /// <summary>Opens a bus and makes the driver of each chip on it.</summary>
    /// <exception cref="ArgumentException">A bus of lines has no chips.</exception>
    public static BusChips Open(BusPlan plan, IEnumerable<DevicePlan> devices, IDeviceBoard board)
    {
        var here = devices.Where(device => device.Bus == plan);
        switch (plan.Kind)
        {
            case BusKind.I2c:
                var i2c = board.OpenI2c(plan);
                return new(i2c, [.. here.OfType<I2cPlan>().Select(chip => board.Driver(chip, i2c))]);
            case BusKind.W1:
                var w1 = board.OpenW1(plan);
                return new(w1, [.. here.OfType<Ds18b20Plan>().Select(chip => new Ds18b20Driver(w1, chip))]);
            case BusKind.Uart:
                var uart = board.OpenUart(plan);
                return new(uart, [.. here.OfType<Pms5003Plan>().Select(chip => new Pms5003Driver(uart, chip))]);
            default:
                throw new ArgumentException($"{plan.Path} has lines, not chips.", nameof(plan));
        }
    }

    /// <summary>Our driver of a chip on an I2C bus.</summary>
    public static IBusChip Of(I2cPlan plan, II2cBus bus) => plan switch
    {
        Bme280Plan bme280 => new Bme280Driver(bus, bme280),
        Scd41Plan scd41 => new Scd41Driver(bus, scd41),
        Bh1750Plan bh1750 => new Bh1750Driver(bus, bh1750),
        Ina219Plan ina219 => new Ina219Driver(bus, ina219),
        Ads1115Plan ads1115 => new Ads1115Driver(bus, ads1115),
        Adxl345Plan { Shock: { } shock } listening => new Adxl345ShockDriver(bus, listening, shock),
        Sgp4xPlan sgp => new Sgp4xDriver(bus, sgp),
        Adxl345Plan adxl345 => new Adxl345Driver(bus, adxl345),
        _ => throw new UnreachableException($"no driver for {plan.GetType().Name}"),
    };

    public void Dispose() => _bus.Dispose();
}
