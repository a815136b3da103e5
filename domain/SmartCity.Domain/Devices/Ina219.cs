using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Registers of the INA219 (TI SBOS448G, section 8.6, table 2): 16 bits each, most significant byte first.</summary>
public enum Ina219Register : byte
{
    /// <summary>0x399F after power on.</summary>
    Configuration = 0,

    /// <summary>Two's complement, 10 µV a step.</summary>
    ShuntVoltage = 1,

    /// <summary>Bits 15 to 3: 4 mV a step. Bit 1: conversion ready. Bit 0: overflow.</summary>
    BusVoltage = 2,

    /// <summary>Reading it clears the conversion ready bit.</summary>
    Power = 3,
}

/// <summary>
/// The TI INA219: supply voltage and current (SBOS448G, section 8.6.3). Current comes from the shunt's voltage and resistance, not from the
/// chip's own calibration register, which would round it once more. No id and no check sum. Never throws on what a chip says.
/// </summary>
public static class Ina219
{
    /// <summary>Configuration after power on (section 8.6.2.1).</summary>
    public const ushort PowerOnConfiguration = 0x399F;

    /// <summary>What we set: 32 V, ±320 mV, both measured once as the mean of 128 samples of 12 bits (table 5), triggered by this write.</summary>
    public const ushort TriggeredConfiguration = 0b0011_1111_1111_1011;

    /// <summary>Set when all conversions are done, cleared by a new trigger (section 8.6.3.2).</summary>
    public const ushort ConversionReady = 0b10;

    /// <summary>Set when the chip's own calculation is out of range (section 8.6.3.2).</summary>
    public const ushort Overflow = 0b01;

    /// <summary>The shunt register's stop at ±320 mV (section 8.6.3.1): 32,000 steps of 10 µV.</summary>
    public const int ShuntStop = 32_000;

    /// <summary>Two conversions, 128 samples each: 68.1 ms typically, a tenth more at most (section 7.5: 586 µs for 532 µs).</summary>
    public static readonly TimeSpan LongestMeasurement = TimeSpan.FromMilliseconds(2 * 68.10 * 586 / 532);

    /// <summary>What two conversions of 128 samples take typically (table 5).</summary>
    public static readonly TimeSpan TypicalMeasurement = TimeSpan.FromMilliseconds(2 * 68.10);

    /// <summary>The quantities of one sample, in the order of <see cref="Decode"/>.</summary>
    public static IReadOnlyList<Quantity> Quantities { get; } = [Quantity.SupplyVoltage, Quantity.SupplyCurrent];

    /// <summary>Volts of the bus voltage register: its upper 13 bits, 4 mV a step.</summary>
    public static double BusVolts(ushort register) => (register >> 3) * 0.004;

    /// <summary>Volts of the shunt voltage register: two's complement, 10 µV a step.</summary>
    public static double ShuntVolts(ushort register) => unchecked((short)register) * 10e-6;

    /// <summary>
    /// One sample. Not converted yet is <see cref="ReadFault.NotReady"/>; an overflow, a bus over the 26 V that the chip bears (section 7.1)
    /// or a shunt at its stop is <see cref="ReadFault.OutOfRange"/>. A negative current flows from the load to the supply.
    /// </summary>
    /// <param name="shunt">The shunt voltage register.</param>
    /// <param name="bus">The bus voltage register.</param>
    /// <param name="shuntOhms">The shunt's resistance, above zero.</param>
    public static (Measure Voltage, Measure Current) Decode(ushort shunt, ushort bus, double shuntOhms)
    {
        if ((bus & ConversionReady) == 0) return AllFailed(ReadFault.NotReady);
        if ((bus & Overflow) != 0) return AllFailed(ReadFault.OutOfRange);
        var volts = BusVolts(bus);
        var steps = unchecked((short)shunt);
        return (
            volts <= 26 ? Measure.Of(Quantity.SupplyVoltage, volts, 3) : Measure.Failed(Quantity.SupplyVoltage, ReadFault.OutOfRange),
            steps is > -ShuntStop and < ShuntStop
                ? Measure.Of(Quantity.SupplyCurrent, ShuntVolts(shunt) / shuntOhms, 6)
                : Measure.Failed(Quantity.SupplyCurrent, ReadFault.OutOfRange));
    }

    /// <summary>The sample of a chip that gave nothing.</summary>
    public static (Measure Voltage, Measure Current) AllFailed(ReadFault fault) =>
        (Measure.Failed(Quantity.SupplyVoltage, fault), Measure.Failed(Quantity.SupplyCurrent, fault));
}
