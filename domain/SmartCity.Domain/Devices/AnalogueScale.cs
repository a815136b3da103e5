namespace SmartCity.Devices;

/// <summary>How the voltage of an analogue sensor becomes a value in its quantity's unit.</summary>
public abstract record AnalogueScale
{
    /// <summary>The value of a voltage; no number where the sensor cannot give that voltage.</summary>
    public abstract double Value(double volts);
}

/// <summary>A straight line: offset + gain · volts.</summary>
/// <param name="Offset">The value at 0 V.</param>
/// <param name="Gain">How much a volt adds.</param>
public sealed record LinearScale(double Offset, double Gain) : AnalogueScale
{
    public override double Value(double volts) => Offset + Gain * volts;
}

/// <summary>
/// The power law of heated metal-oxide gas sensors (MQ series): on the double-logarithmic sensitivity curves of their data sheets
/// (Winsen MQ-2 to MQ-136, "Typical sensitivity characteristics") each gas is nearly a straight line, so concentration = a · (Rs/R0)^b.
/// </summary>
/// <remarks>
/// The sensor and its load resistor divide the supply, and the voltage is the load's. R0 is this sensor's own resistance in the
/// concentration, temperature and humidity that the curve is drawn for; a new one scatters over a factor of ten, so R0 is measured and
/// not looked up. The sensor does not tell its gases apart.
/// </remarks>
/// <param name="SupplyVolts">The supply of the divider, above zero.</param>
/// <param name="LoadOhms">The load resistor, above zero.</param>
/// <param name="R0Ohms">The sensor's resistance where its curve says Rs/R0 = 1, above zero.</param>
/// <param name="A">The concentration at Rs/R0 = 1, above zero.</param>
/// <param name="B">The slope of the curve, below zero: more gas is less resistance.</param>
public sealed record GasCurve(double SupplyVolts, double LoadOhms, double R0Ohms, double A, double B) : AnalogueScale
{
    /// <summary>Resistance of the sensor from the voltage over its load: Rs = RL · (Vc - V) / V (MQ data sheets, "Basic test loop").</summary>
    public double SensorOhms(double volts) => LoadOhms * (SupplyVolts - volts) / volts;

    /// <summary>Concentration at a ratio of resistances, by the power law.</summary>
    public double Concentration(double ratio) => A * Math.Pow(ratio, B);

    /// <summary>The curve through two points of a data sheet's diagram, each a ratio Rs/R0 and a concentration.</summary>
    /// <exception cref="ArgumentException">The points make no falling curve.</exception>
    public static (double A, double B) Through((double Ratio, double Concentration) one, (double Ratio, double Concentration) other)
    {
        var slope = Math.Log(one.Concentration / other.Concentration) / Math.Log(one.Ratio / other.Ratio);
        var a = one.Concentration / Math.Pow(one.Ratio, slope);
        if (!(slope < 0 && double.IsFinite(slope) && double.IsFinite(a) && a > 0)) throw new ArgumentException("The points make no falling curve.", nameof(other));
        return (a, slope);
    }

    /// <summary>The concentration of a voltage; no number at or below 0 V (no sensor, or no heater) and at or above the supply (a short).</summary>
    public override double Value(double volts) => volts > 0 && volts < SupplyVolts ? Concentration(SensorOhms(volts) / R0Ohms) : double.NaN;
}
