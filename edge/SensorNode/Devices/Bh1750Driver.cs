using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>Drives a BH1750FVI: one measurement of high resolution at a time, after which it powers itself down.</summary>
public sealed class Bh1750Driver(II2cBus bus, Bh1750Plan plan) : IBusChip
{
    public Bh1750Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    /// <summary>Starts a measurement. Its time is set each time: a chip that lost its power has forgotten it, and does not say so.</summary>
    public ChipBegun Begin()
    {
        var (high, low) = plan.Time.Instructions;
        var fault = Instruct((byte)Bh1750Instruction.PowerOn) ?? Instruct(high) ?? Instruct(low) ?? Instruct((byte)Bh1750Instruction.OneTimeHighResolution);
        return new(fault, plan.Time.LongestMeasurement * 1.2);
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        Span<byte> bytes = stackalloc byte[2];
        into.Add(bus.Transfer(plan.Address, [], bytes) is { } fault ? Measure.Failed(Quantity.Illuminance, fault) : Bh1750.Decode(bytes, plan.Time));
        return null;
    }

    private ReadFault? Instruct(byte instruction) => bus.Transfer(plan.Address, [instruction], []);
}
