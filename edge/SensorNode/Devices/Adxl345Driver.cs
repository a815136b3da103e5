using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>Drives an ADXL345: each sample empties its FIFO, lets it fill with 32 accelerations of 100 a second, and reads them.</summary>
public sealed class Adxl345Driver(II2cBus bus, Adxl345Plan plan) : IBusChip
{
    // A fifth more than it takes: the chip's oscillator is the only clock it has.
    private static readonly TimeSpan Filling = Adxl345.FillTime * 1.2;

    private bool _set; // false: the chip must be looked at and set before it is believed

    public Adxl345Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    public ChipBegun Begin()
    {
        var fault = _set ? null : Set();
        fault ??= Write(Adxl345Register.FifoControl, Adxl345.Bypass);
        fault ??= Write(Adxl345Register.FifoControl, Adxl345.CollectUntilFull);
        _set = fault is null;
        return new(fault, Filling);
    }

    public TimeSpan? Collect(IList<Measure> into)
    {
        Span<Acceleration> window = stackalloc Acceleration[Adxl345.Window];
        var (tilt, vibration) = Read(window) is { } fault ? Adxl345.AllFailed(fault) : Adxl345.Measured(window, plan.Up);
        into.Add(tilt);
        into.Add(vibration);
        // A chip that lost its power, or was changed for another, shows as any fault first: look at it anew.
        if (tilt.Fault is not null) _set = false;
        return null;
    }

    private ReadFault? Set()
    {
        Span<byte> one = stackalloc byte[1];
        if (bus.Read(plan.Address, (byte)Adxl345Register.DeviceId, one) is { } noAnswer) return noAnswer;
        return Adxl345.ChipFault(one[0])
            ?? Write(Adxl345Register.Rate, Adxl345.Rate100Hz)
            ?? Write(Adxl345Register.DataFormat, Adxl345.FullResolution16G)
            ?? Write(Adxl345Register.PowerControl, Adxl345.Measuring);
    }

    private ReadFault? Read(Span<Acceleration> window)
    {
        Span<byte> status = stackalloc byte[1];
        if (bus.Read(plan.Address, (byte)Adxl345Register.FifoStatus, status) is { } noStatus) return noStatus;
        if ((status[0] & 0x3F) < Adxl345.Window) return ReadFault.NotReady;
        Span<byte> bytes = stackalloc byte[Acceleration.Length];
        for (var i = 0; i < window.Length; i++)
        {
            // As one transfer: read byte for byte, an entry of the FIFO would be torn.
            if (bus.Transfer(plan.Address, [(byte)Adxl345Register.Data], bytes) is { } fault) return fault;
            window[i] = Acceleration.Decode(bytes);
        }
        return null;
    }

    private ReadFault? Write(Adxl345Register register, byte value) => bus.Write(plan.Address, (byte)register, value);
}
