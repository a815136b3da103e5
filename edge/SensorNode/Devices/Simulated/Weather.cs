using SensorNode.Options;

namespace SensorNode.Devices.Simulated;

/// <summary>The air around a chip.</summary>
/// <param name="Temperature">°C.</param>
/// <param name="Pressure">hPa.</param>
/// <param name="Humidity">%.</param>
public readonly record struct Air(double Temperature, double Pressure, double Humidity);

/// <summary>The air of a named scenario: a curve over the day, noise, and incidents.</summary>
public static class Weather
{
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(2);

    /// <param name="elapsed">Since the node's start: what incidents count from.</param>
    /// <param name="wall">The time of day that the curve follows, UTC.</param>
    public static Air At(DeviceSimulation simulation, TimeSpan elapsed, DateTimeOffset wall, Chance noise)
    {
        var hour = wall.UtcDateTime.TimeOfDay.TotalHours;
        var day = Math.Cos((hour - 15) / 24 * Math.Tau); // warmest at three in the afternoon
        var (mean, swing, pressure, humidity) = simulation.Scenario switch
        {
            Scenario.Waterfront => (13.0, 4.0, 1014.0, 74.0),
            Scenario.Hillside => (10.0, 5.0, 962.0, 66.0),
            _ => (14.0, 6.0, 1011.0, 62.0),
        };
        var air = new Air(
            mean + swing * day,
            pressure + 1.5 * Math.Cos(hour / 12 * Math.Tau),
            humidity - 14 * day);
        air = air with
        {
            Temperature = Pulled(simulation, elapsed, IncidentKind.Temperature, air.Temperature),
            Humidity = Pulled(simulation, elapsed, IncidentKind.Humidity, air.Humidity),
        };
        // Noise comes last: an incident's plateau is no flat line either.
        return new(air.Temperature + 0.05 * noise.Normal(), air.Pressure + 0.03 * noise.Normal(), Math.Clamp(air.Humidity + 0.3 * noise.Normal(), 1, 99));
    }

    /// <summary>A value, pulled towards what the incidents of a kind make of it: they ramp within 2 s, and back afterwards.</summary>
    public static double Pulled(DeviceSimulation simulation, TimeSpan elapsed, IncidentKind kind, double value)
    {
        foreach (var incident in simulation.Incidents)
        {
            if (incident.Kind == kind) value += (incident.Value - value) * Weight(incident, elapsed);
        }
        return value;
    }

    // 0 before and long after, 1 while it lasts, and a ramp at both ends: within its time going up, after its time coming down.
    private static double Weight(Incident incident, TimeSpan elapsed)
    {
        if (incident.LastedAt(elapsed) is { } lasted) return Math.Min(1, (lasted + TimeSpan.FromMilliseconds(1)) / Ramp);
        if (elapsed < incident.At + incident.For) return 0;
        return incident.LastedAt(elapsed - Ramp) is { } before ? Math.Max(0, (incident.For - before) / Ramp) : 0;
    }
}
