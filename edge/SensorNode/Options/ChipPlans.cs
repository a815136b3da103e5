using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>A chip on an I2C bus.</summary>
/// <param name="Address">Its 7-bit address.</param>
public abstract record I2cPlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, byte Address) : DevicePlan(Name, Bus, Interval, Place);

/// <summary>A BME280.</summary>
/// <param name="Address">0x76 or 0x77.</param>
public sealed record Bme280Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, byte Address) : I2cPlan(Name, Bus, Interval, Place, Address)
{
    public override IReadOnlyList<Quantity> Quantities => Bme280.Quantities;
}

/// <summary>An SCD41, always at 0x62.</summary>
/// <param name="Pressure">The ambient pressure that it compensates for, 700 to 1200 hPa; null: the chip's own assumption, sea level.</param>
public sealed record Scd41Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, Hectopascals? Pressure) : I2cPlan(Name, Bus, Interval, Place, Scd41.Address)
{
    public static readonly TimeSpan Shortest = Scd41.MeasuringInterval;

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => Scd41.Quantities;
}

/// <summary>A BH1750.</summary>
/// <param name="Address">0x23 or 0x5C.</param>
/// <param name="Time">How long it collects light, and so what it can measure.</param>
public sealed record Bh1750Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, byte Address, Bh1750Time Time) : I2cPlan(Name, Bus, Interval, Place, Address)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => Bh1750.Quantities;
}

/// <summary>An INA219.</summary>
/// <param name="Address">0x40 to 0x4F.</param>
/// <param name="ShuntOhms">The resistance of its shunt, 0.0001 to 10 Ω.</param>
public sealed record Ina219Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, byte Address, double ShuntOhms) : I2cPlan(Name, Bus, Interval, Place, Address)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => Ina219.Quantities;
}

/// <summary>An ADS1115.</summary>
/// <param name="Address">0x48 to 0x4B.</param>
/// <param name="Inputs">What is wired to its inputs, 1 to 4 of them, each with a quantity of its own.</param>
public sealed record Ads1115Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, byte Address, IReadOnlyList<AnalogueInput> Inputs) : I2cPlan(Name, Bus, Interval, Place, Address)
{
    public override IReadOnlyList<Quantity> Quantities { get; } = [.. Inputs.Select(input => input.Quantity)];
}

/// <summary>An analogue sensor on one input of a converter.</summary>
/// <param name="Input">0 to 3.</param>
/// <param name="Gain">The full scale that it is measured with.</param>
/// <param name="Scale">How its voltage becomes a value.</param>
public sealed record AnalogueInput(int Input, Quantity Quantity, Ads1115Gain Gain, AnalogueScale Scale);

/// <summary>An ADXL345.</summary>
/// <param name="Address">0x53 or 0x1D.</param>
/// <param name="Up">Which of its axes points up.</param>
/// <param name="Shock">How it listens for shocks, without a break; null: it listens for 0.32 s of each interval.</param>
public sealed record Adxl345Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, byte Address, UpAxis Up, ShockTriggerPlan? Shock = null) : I2cPlan(Name, Bus, Interval, Place, Address)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => Shock is null ? Adxl345.Quantities : [.. Adxl345.Quantities, Quantity.Shock];
}

/// <summary>An SGP40 or SGP41, always at 0x59.</summary>
/// <param name="HasNox">It is an SGP41, which has a second signal.</param>
public sealed record Sgp4xPlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, bool HasNox) : I2cPlan(Name, Bus, Interval, Place, Sgp4x.Address)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => HasNox ? [Quantity.VocRaw, Quantity.NoxRaw] : [Quantity.VocRaw];
}

/// <summary>A DS18B20 on a 1-Wire bus.</summary>
/// <param name="Rom">Its number as the kernel writes it: 28-, then 12 hex digits in lower case.</param>
/// <param name="Quantity">What its temperature is the temperature of.</param>
public sealed record Ds18b20Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, string Rom, Quantity Quantity) : DevicePlan(Name, Bus, Interval, Place)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => [Quantity];
}

/// <summary>A PMS5003, alone on its serial line.</summary>
public sealed record Pms5003Plan(string Name, BusPlan Bus, TimeSpan Interval, Place Place) : DevicePlan(Name, Bus, Interval, Place)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(3);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => Pms5003.Quantities;
}
