using System.Buffers.Binary;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>
/// Drives an SGP40 or SGP41. A chip that it does not know is asked for its serial number; an SGP41 is then conditioned, for which its first sample
/// waits 9 s. Its heater stays on between samples, as its signal needs.
/// </summary>
public sealed class Sgp4xDriver(II2cBus bus, Sgp4xPlan plan) : IBusChip
{
    private static readonly TimeSpan CommandTime = TimeSpan.FromMilliseconds(2);

    private bool _known;
    private Step _step;

    public DevicePlan Plan => plan;

    private enum Step
    {
        AskingSerial,
        Conditioning,
        Measuring,
    }

    private TimeSpan MeasuringTime => (plan.HasNox ? Sgp4x.Sgp41Time : Sgp4x.Sgp40Time) * 1.2;

    public ChipBegun Begin()
    {
        if (_known) return Start();
        _step = Step.AskingSerial;
        Span<byte> command = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(command, (ushort)Sgp4xCommand.GetSerialNumber);
        return new(bus.Transfer(plan.Address, command, []), CommandTime);
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        switch (_step)
        {
            case Step.AskingSerial:
            {
                Span<byte> bytes = stackalloc byte[3 * SensirionWords.WordLength];
                Span<ushort> serial = stackalloc ushort[3];
                if ((bus.Transfer(plan.Address, [], bytes) ?? SensirionWords.Read(bytes, serial)) is { } fault) return Failed(fault, into);
                if (!plan.HasNox) return Next(Step.Measuring, into);
                _step = Step.Conditioning;
                return Ask(Sgp4xCommand.ExecuteConditioning) is { } refused ? Failed(refused, into) : Sgp4x.Conditioning;
            }
            case Step.Conditioning:
                return Next(Step.Measuring, into);
            default:
            {
                Span<byte> answer = stackalloc byte[plan.Quantities.Count * SensirionWords.WordLength];
                if (bus.Transfer(plan.Address, [], answer) is { } fault) return Failed(fault, into);
                foreach (var measure in Sgp4x.Decode(answer, plan.Quantities)) into.Add(measure);
                return null;
            }
        }
    }

    private ChipBegun Start()
    {
        _step = Step.Measuring;
        var fault = Ask(plan.HasNox ? Sgp4xCommand.MeasureRawSignals : Sgp4xCommand.MeasureRawSignal);
        if (fault is not null) _known = false;
        return new(fault, MeasuringTime);
    }

    private TimeSpan? Next(Step step, IList<Measure> into)
    {
        (_known, _step) = (true, step);
        var begun = Start();
        return begun.Fault is { } fault ? Failed(fault, into) : begun.ReadyAfter;
    }

    private ReadFault? Ask(Sgp4xCommand command)
    {
        Span<byte> request = stackalloc byte[Sgp4x.RequestLength];
        Sgp4x.Request(command, request);
        return bus.Transfer(plan.Address, request, []);
    }

    // A chip that lost its power forgets that it was conditioned: look at it anew.
    private TimeSpan? Failed(ReadFault fault, IList<Measure> into)
    {
        _known = false;
        foreach (var quantity in plan.Quantities) into.Add(Measure.Failed(quantity, fault));
        return null;
    }
}
