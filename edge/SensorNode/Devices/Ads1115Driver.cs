using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>Drives an ADS1115 in single-shot mode: its inputs one after the other, each with its own gain, and asleep in between.</summary>
public sealed class Ads1115Driver(II2cBus bus, Ads1115Plan plan) : IBusChip
{
    private static readonly TimeSpan Converting = Ads1115.LongestConversion * 1.2;

    private readonly List<Measure> _measured = []; // of this sample, in the order of the inputs

    public Ads1115Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    private AnalogueInput Next => plan.Inputs[_measured.Count];

    public ChipBegun Begin()
    {
        _measured.Clear();
        return new(Convert(), Converting);
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        _measured.Add(Measured(Next));
        while (_measured.Count < plan.Inputs.Count)
        {
            if (Convert() is not { } fault) return Converting;
            _measured.Add(Measure.Failed(Next.Quantity, fault));
        }
        foreach (var measure in _measured) into.Add(measure);
        return null;
    }

    private ReadFault? Convert()
    {
        var asked = Ads1115.SingleShot(Next.Input, Next.Gain);
        return bus.Transfer(plan.Address, [(byte)Ads1115Register.Configuration, (byte)(asked >> 8), (byte)(asked & 0xFF)], []);
    }

    private Measure Measured(AnalogueInput input)
    {
        var fault = Read(Ads1115Register.Configuration, out var configuration);
        ushort conversion = 0;
        fault ??= Read(Ads1115Register.Conversion, out conversion);
        if (fault is { } unanswered) return Measure.Failed(input.Quantity, unanswered);
        var (volts, why) = Ads1115.Decode(configuration, conversion, Ads1115.SingleShot(input.Input, input.Gain), input.Gain);
        return why is { } named ? Measure.Failed(input.Quantity, named) : Measure.Of(input.Quantity, input.Scale.Value(volts), 4);
    }

    private ReadFault? Read(Ads1115Register register, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        var fault = bus.Transfer(plan.Address, [(byte)register], bytes);
        value = (ushort)(bytes[0] << 8 | bytes[1]);
        return fault;
    }
}
