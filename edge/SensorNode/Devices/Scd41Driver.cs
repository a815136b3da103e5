using System.Buffers.Binary;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>
/// Drives an SCD41 in periodic measurement (SCD4x datasheet version 1.3, section 3.5). A chip that it does not know to be running is stopped,
/// asked for its serial number, told the ambient pressure and started; its first measurement comes 5 s later and is waited for.
/// </summary>
public sealed class Scd41Driver(II2cBus bus, Scd41Plan plan) : IBusChip
{
    // The chip's clock is its own: a measurement may come a little later than each 5 s. 13 polls wait for 6 s in all.
    private const int MostPolls = 13;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CommandTime = Scd41.CommandTime * 2;

    private bool _running; // false: it must be looked at and started before it is believed
    private Step _step;
    private int _polls;

    public Scd41Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    private enum Step
    {
        Stopping,
        AskingSerial,
        SettingPressure,
        Waiting,
        AskingReady,
        Reading,
    }

    public ChipBegun Begin()
    {
        _polls = 0;
        if (_running)
        {
            _step = Step.AskingReady;
            var fault = Command(Scd41Command.GetDataReadyStatus);
            if (fault is not null) _running = false;
            return new(fault, CommandTime);
        }
        _step = Step.Stopping;
        _ = Command(Scd41Command.StopPeriodicMeasurement); // a chip that is idle need not take it; whether one is there, its serial number tells
        return new(null, Scd41.StopTime * 1.2);
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        switch (_step)
        {
            case Step.Stopping:
                return Next(Command(Scd41Command.GetSerialNumber), Step.AskingSerial, CommandTime, into);
            case Step.AskingSerial:
            {
                Span<ushort> serial = stackalloc ushort[3];
                if (ReadWords(serial) is { } fault) return Failed(fault, into);
                return plan.Pressure is { } pressure ? Next(SetPressure(pressure), Step.SettingPressure, CommandTime, into) : Start(into);
            }
            case Step.SettingPressure:
                return Start(into);
            case Step.Waiting:
                return Next(Command(Scd41Command.GetDataReadyStatus), Step.AskingReady, CommandTime, into);
            case Step.AskingReady:
            {
                Span<ushort> status = stackalloc ushort[1];
                if (ReadWords(status) is { } fault) return Failed(fault, into);
                if (Scd41.IsReady(status[0])) return Next(Command(Scd41Command.ReadMeasurement), Step.Reading, CommandTime, into);
                return ++_polls < MostPolls ? Next(null, Step.Waiting, PollInterval, into) : Failed(ReadFault.NotReady, into);
            }
            default:
            {
                Span<byte> bytes = stackalloc byte[Scd41.MeasurementLength];
                if (bus.Transfer(plan.Address, [], bytes) is { } fault) return Failed(fault, into);
                Give(Scd41.Decode(bytes), into);
                return null;
            }
        }
    }

    private TimeSpan? Start(IList<Measure> into)
    {
        var fault = Command(Scd41Command.StartPeriodicMeasurement);
        _running = fault is null;
        return Next(fault, Step.Waiting, PollInterval, into);
    }

    private TimeSpan? Next(ReadFault? fault, Step step, TimeSpan wait, IList<Measure> into)
    {
        if (fault is { } why) return Failed(why, into);
        _step = step;
        return wait;
    }

    // A disturbed word says nothing about the chip: it measures on. After any other fault it is looked at anew.
    private TimeSpan? Failed(ReadFault fault, IList<Measure> into)
    {
        if (fault != ReadFault.BadChecksum) _running = false;
        Give(Scd41.AllFailed(fault), into);
        return null;
    }

    private static void Give((Measure CarbonDioxide, Measure Temperature, Measure Humidity) sample, IList<Measure> into)
    {
        into.Add(sample.CarbonDioxide);
        into.Add(sample.Temperature);
        into.Add(sample.Humidity);
    }

    private ReadFault? ReadWords(Span<ushort> words)
    {
        Span<byte> bytes = stackalloc byte[words.Length * SensirionWords.WordLength];
        return bus.Transfer(plan.Address, [], bytes) ?? SensirionWords.Read(bytes, words);
    }

    private ReadFault? SetPressure(Hectopascals pressure)
    {
        Span<byte> bytes = stackalloc byte[2 + SensirionWords.WordLength];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)Scd41Command.SetAmbientPressure);
        SensirionWords.Write(Scd41.AmbientPressureWord(pressure), bytes[2..]);
        return bus.Transfer(plan.Address, bytes, []);
    }

    private ReadFault? Command(Scd41Command command)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)command);
        return bus.Transfer(plan.Address, bytes, []);
    }
}
