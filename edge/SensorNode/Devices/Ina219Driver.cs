using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>Drives an INA219: one triggered measurement of both voltages at a time, and asleep in between.</summary>
public sealed class Ina219Driver(II2cBus bus, Ina219Plan plan) : IBusChip
{
    public Ina219Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    public ChipBegun Begin()
    {
        const ushort configuration = Ina219.TriggeredConfiguration;
        ReadOnlySpan<byte> bytes = [(byte)Ina219Register.Configuration, configuration >> 8, configuration & 0xFF];
        return new(bus.Transfer(plan.Address, bytes, []), Ina219.LongestMeasurement * 1.2);
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        var (voltage, current) = Read(out var shunt, out var volts) is { } fault ? Ina219.AllFailed(fault) : Ina219.Decode(shunt, volts, plan.ShuntOhms);
        into.Add(voltage);
        into.Add(current);
        return null;
    }

    // A configuration that is not ours is a chip that lost its power since: what it holds is no answer to our trigger.
    private ReadFault? Read(out ushort shunt, out ushort volts)
    {
        shunt = volts = 0;
        if (Read(Ina219Register.Configuration, out var configuration) is { } unanswered) return unanswered;
        if (configuration != Ina219.TriggeredConfiguration) return configuration == Ina219.PowerOnConfiguration ? ReadFault.NotReady : ReadFault.WrongChip;
        return Read(Ina219Register.BusVoltage, out volts) ?? Read(Ina219Register.ShuntVoltage, out shunt);
    }

    private ReadFault? Read(Ina219Register register, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        var fault = bus.Transfer(plan.Address, [(byte)register], bytes);
        value = (ushort)(bytes[0] << 8 | bytes[1]);
        return fault;
    }
}
