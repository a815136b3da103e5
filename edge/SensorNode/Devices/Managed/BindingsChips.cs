using SensorNode.Options;

namespace SensorNode.Devices.Managed;

/// <summary>
/// The drivers of Iot.Device.Bindings that read their chips right; for every other chip ours serve, over the same bus. Of version 4.2.0, by tests on the simulated chips: a BME280's trim H5 is read
/// unsigned, an INA219's shunt too and its bus as signed, an SCD4x is told a pressure of zero, a BH1750's other measurement times are corrected for twice. It has no driver for an ADXL345 on I2C, an SGP40 or an SGP41.
/// </summary>
internal static class BindingsChips
{
    /// <summary>The library's driver; null where ours serves.</summary>
    public static IBusChip? Of(I2cPlan chip, ManagedI2cBus bus) => chip switch
    {
        Ads1115Plan ads1115 => new BindingsAds1115(bus, ads1115),
        Bh1750Plan bh1750 when BindingsBh1750.Reads(bh1750.Time) => new BindingsBh1750(bus, bh1750),
        _ => null,
    };
}
