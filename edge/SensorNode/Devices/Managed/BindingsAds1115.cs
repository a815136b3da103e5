using Iot.Device.Ads1115;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>
/// An ADS1115 by the library's driver, in single-shot mode. It waits for a conversion by asking over and over, some 8 ms for each input, in which its bus is taken: a price of
/// this library. Its stops are looked at here, where the library would give the voltage of the stop.
/// </summary>
internal sealed class BindingsAds1115(ManagedI2cBus bus, Ads1115Plan plan) : IBusChip
{
    private Iot.Device.Ads1115.Ads1115? _chip; // null: it must be set up first

    public DevicePlan Plan => plan;

    public ChipBegun Begin()
    {
        if (_chip is not null) return new(null, TimeSpan.Zero);
        try
        {
            var first = plan.Inputs[0];
            _chip = new(bus.Device(plan.Address), Input(first), Range(first), DataRate.SPS128, DeviceMode.PowerDown);
            return new(null, TimeSpan.Zero);
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            return new(bus.Failed(failure), TimeSpan.Zero);
        }
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        foreach (var input in plan.Inputs) into.Add(Measured(input));
        return null;
    }

    private Measure Measured(AnalogueInput input)
    {
        if (_chip is null) return Measure.Failed(input.Quantity, ReadFault.NotReady);
        try
        {
            var raw = _chip.ReadRaw(Input(input), Range(input), DataRate.SPS128);
            if (raw is short.MaxValue or short.MinValue) return Measure.Failed(input.Quantity, ReadFault.OutOfRange);
            return Measure.Of(input.Quantity, input.Scale.Value(_chip.RawToVoltage(raw).Volts), 4);
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            // Not disposed: that would speak to the chip again, and sleep between its attempts. The bus keeps the device.
            _chip = null;
            return Measure.Failed(input.Quantity, bus.Failed(failure));
        }
    }

    private static InputMultiplexer Input(AnalogueInput input) => (InputMultiplexer)(0b100 + input.Input);

    private static MeasuringRange Range(AnalogueInput input) => (MeasuringRange)(byte)input.Gain;
}
