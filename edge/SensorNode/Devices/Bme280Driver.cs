using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>
/// Drives a BME280 in forced mode, the way that its datasheet advises for weather (BST-BME280-DS001, section 3.5.1), but with
/// temperature and pressure measured 16 times for their full 20 bits. In two steps, so that no chip keeps its bus waiting:
/// <see cref="Begin"/> starts a measurement, <see cref="Collect"/> fetches it when the time that it returned has passed.
/// </summary>
public sealed class Bme280Driver(II2cBus bus, Bme280Plan plan) : IBusChip
{
    private static readonly Bme280Settings Settings = new(Bme280Oversampling.X16, Bme280Oversampling.X16, Bme280Oversampling.X1);

    // A fifth more than the longest time of the datasheet: the chip's oscillator is the only clock it has.
    private static readonly TimeSpan Measuring = Settings.LongestMeasurement * 1.2;

    private Bme280Trim? _trim; // null: the chip must be looked at before it is believed

    public Bme280Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    /// <summary>Starts a measurement, after identifying the chip and reading its trims if that is due.</summary>
    public ChipBegun Begin()
    {
        var fault = _trim is null ? Identify() : null;
        fault ??= Write(Bme280Register.CtrlHum, Settings.CtrlHum);
        fault ??= Write(Bme280Register.CtrlMeas, Settings.CtrlMeasForced); // after ctrl_hum: this write puts both in force
        if (fault is not null) _trim = null;
        return new(fault, Measuring);
    }

    /// <summary>Fetches the measurement: temperature, pressure, humidity.</summary>
    public TimeSpan? Collect(IList<Measure> into)
    {
        Span<byte> block = stackalloc byte[12]; // 0xF3 to 0xFE at once: status and data of one moment
        var fault = _trim is null ? ReadFault.NotReady : bus.Read(plan.Address, (byte)Bme280Register.Status, block);
        if (fault is null && (block[0] & Bme280Settings.Measuring) != 0) fault = ReadFault.TimedOut;
        var (temperature, pressure, humidity) = fault is { } why ? Bme280.AllFailed(why) : Bme280.Decode(Bme280Raw.Decode(block[4..]), _trim!);
        into.Add(temperature);
        into.Add(pressure);
        into.Add(humidity);
        // A chip that lost its power, or was changed for another, shows as any fault first: look at it anew.
        if (temperature.Fault is not null || pressure.Fault is not null || humidity.Fault is not null) _trim = null;
        return null;
    }

    private ReadFault? Identify()
    {
        Span<byte> one = stackalloc byte[1];
        if (bus.Read(plan.Address, (byte)Bme280Register.ChipId, one) is { } noAnswer) return noAnswer;
        if (Bme280.ChipFault(one[0]) is { } wrong) return wrong;
        if (bus.Read(plan.Address, (byte)Bme280Register.Status, one) is { } noStatus) return noStatus;
        if ((one[0] & Bme280Settings.CopyingTrims) != 0) return ReadFault.NotReady;
        Span<byte> low = stackalloc byte[Bme280Settings.TrimLowLength];
        Span<byte> high = stackalloc byte[Bme280Settings.TrimHighLength];
        if (bus.Read(plan.Address, (byte)Bme280Register.TrimLow, low) is { } noLow) return noLow;
        if (bus.Read(plan.Address, (byte)Bme280Register.TrimHigh, high) is { } noHigh) return noHigh;
        _trim = Bme280Trim.Decode(low, high);
        return null;
    }

    private ReadFault? Write(Bme280Register register, byte value) => bus.Write(plan.Address, (byte)register, value);
}
