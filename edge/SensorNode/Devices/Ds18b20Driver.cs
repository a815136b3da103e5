using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices;

/// <summary>Reads a DS18B20 by the kernel, which starts its conversion and waits for it while the text is read.</summary>
public sealed class Ds18b20Driver(IW1Bus bus, Ds18b20Plan plan) : IBusChip
{
    public Ds18b20Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    public ChipBegun Begin() => new(null, TimeSpan.Zero);

    public TimeSpan? Collect(IList<Measure> into)
    {
        var fault = bus.Read(plan.Rom, out var text);
        into.Add(fault is { } why ? Measure.Failed(plan.Quantity, why) : Ds18b20.Decode(text, plan.Quantity));
        return null;
    }
}
