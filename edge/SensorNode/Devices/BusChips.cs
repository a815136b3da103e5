using System.Diagnostics;
using SensorNode.Options;

namespace SensorNode.Devices;

/// <summary>The driver of each kind of chip.</summary>
public static class BusChips
{
    public static IBusChip Of(I2cPlan plan, II2cBus bus) => plan switch
    {
        Bme280Plan bme280 => new Bme280Driver(bus, bme280),
        Scd41Plan scd41 => new Scd41Driver(bus, scd41),
        Bh1750Plan bh1750 => new Bh1750Driver(bus, bh1750),
        Ina219Plan ina219 => new Ina219Driver(bus, ina219),
        Ads1115Plan ads1115 => new Ads1115Driver(bus, ads1115),
        Adxl345Plan adxl345 => new Adxl345Driver(bus, adxl345),
        _ => throw new UnreachableException($"no driver for {plan.GetType().Name}"),
    };
}
