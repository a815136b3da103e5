
namespace SmartCity.Devices;

/// <summary>How a sensor's own word becomes the value that is told: corrected for moisture if it counts particles by light, then by a straight line.</summary>
/// <param name="Offset">What is added last, in the quantity's unit.</param>
/// <param name="Gain">What it is multiplied with before that; not 0.</param>
/// <param name="Kappa">The hygroscopicity of the particles, for the correction for moisture; null: none.</param>
public sealed record Calibration(double Offset = 0, double Gain = 1, double? Kappa = null)
{
    /// <summary>A ten-thousandth of any unit: what is left of the arithmetic is noise.</summary>
    private const int Decimals = 4;

    /// <summary>The calibrated measure. Its quality is suspect when it should be corrected for moisture and none is known, or too much.</summary>
    /// <param name="humidity">The air's relative humidity now; null: not known.</param>
    public Measure Apply(Measure measured, PercentHumidity? humidity)
    {
        if (!measured.TryGetValue(out var value)) return measured;
        var growth = Kappa is { } kappa && humidity is { } air ? ParticleGrowth.Factor(air, kappa) : 1;
        var calibrated = Measure.Of(measured.Quantity, value / growth * Gain + Offset, Decimals);
        var doubtful = Kappa is not null && (humidity is null || humidity.Value.Value > ParticleGrowth.Greatest.Value);
        return doubtful ? calibrated.AsSuspect() : calibrated;
    }
}

/// <summary>
/// How much an optical particle counter overstates mass in moist air: particles take up water, grow, and scatter more light. By the κ-Köhler
/// relation, as used for low-cost counters by Crilley et al., Atmospheric Measurement Techniques 11, 2018, pages 709 to 720:
/// C = 1 + (κ / 1.65) / (-1 + 1 / aw), where aw is the relative humidity as a fraction and 1.65 the density of dry particles in g/cm³.
/// </summary>
public static class ParticleGrowth
{
    /// <summary>Their κ of urban air is 0.38 to 0.41.</summary>
    public const double UrbanKappa = 0.4;

    private const double DryDensity = 1.65;

    /// <summary>Above this the relation runs away, and droplets count too: the correction stays what it is here, and the value is suspect.</summary>
    public static readonly PercentHumidity Greatest = new(95);

    /// <summary>What a value is to be divided by, at least 1.</summary>
    /// <param name="kappa">0 to 1.5.</param>
    public static double Factor(PercentHumidity humidity, double kappa)
    {
        var activity = Math.Clamp(humidity.Value, 0, Greatest.Value) / 100;
        return activity == 0 ? 1 : 1 + kappa / DryDensity / (1 / activity - 1);
    }
}
