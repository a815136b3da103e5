using Iot.Device.Bh1750fvi;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>
/// A BH1750FVI by the library's driver. That begins a measurement and reads at once, without the time which it takes, so what it reads is the one before: it is asked twice, once to
/// begin and once to fetch. The second asking begins a measurement that nobody fetches.
/// </summary>
internal sealed class BindingsBh1750(ManagedI2cBus bus, Bh1750Plan plan) : IBusChip
{
    private const double UsualTime = 1; // as the library counts time

    private Bh1750fvi? _chip; // null: it must be set up first

    public DevicePlan Plan => plan;

    /// <summary>
    /// Whether the library reads light right at a measurement time: at the usual one only. It knows the others as an optical window's transmittance, lengthens the measurement by it,
    /// and then divides by it once more, where the technical note has the longer measurement make up for the window.
    /// </summary>
    public static bool Reads(Bh1750Time time) => time.Value == Bh1750Time.Usual;

    public ChipBegun Begin()
    {
        try
        {
            // Its time is told each time: a chip that lost its power has forgotten it, and does not say so.
            if (_chip is null) _chip = new(bus.Device(plan.Address), MeasuringMode.OneTimeHighResolutionMode, UsualTime);
            else _chip.LightTransmittance = UsualTime;
            _ = _chip.Illuminance;
            return new(null, plan.Time.LongestMeasurement * 1.2);
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            return new(Lost(failure), TimeSpan.Zero);
        }
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        into.Add(Measured());
        return null;
    }

    private Measure Measured()
    {
        if (_chip is null) return Measure.Failed(Quantity.Illuminance, ReadFault.NotReady);
        try
        {
            var lux = _chip.Illuminance.Lux;
            // The greatest count is a counter at its stop; the library gives it as light.
            return lux >= Bh1750.Lux(ushort.MaxValue, plan.Time) - 0.1 ? Measure.Failed(Quantity.Illuminance, ReadFault.OutOfRange) : Measure.Of(Quantity.Illuminance, lux, 2);
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            return Measure.Failed(Quantity.Illuminance, Lost(failure));
        }
    }

    private ReadFault Lost(Exception failure)
    {
        _chip = null;
        return bus.Failed(failure);
    }
}
