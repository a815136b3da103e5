using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks.Cap;

/// <summary>Who should act on a message (CAP 1.2, status).</summary>
public enum CapStatus : byte
{
    Actual = 1,
    Exercise = 2,
    System = 3,
    Test = 4,
}

/// <summary>Our words in CAP's (OASIS CAP 1.2, section 3.2): the one place where they are matched.</summary>
public static class CapTerms
{
    public static string Of(CapStatus status) => status switch
    {
        CapStatus.Actual => "Actual",
        CapStatus.Exercise => "Exercise",
        CapStatus.System => "System",
        CapStatus.Test => "Test",
    };

    /// <summary>A first message is an Alert; whatever follows refers to it. Cancel takes a message back, so it stands for an episode that never was, and for nothing else.</summary>
    public static string MessageType(EpisodeNews news) => news switch
    {
        EpisodeNews.Raised => "Alert",
        EpisodeNews.Acknowledged => "Update",
        EpisodeNews.Cleared => "Update",
        EpisodeNews.Withdrawn => "Cancel",
        EpisodeNews.Reopened => "Update",
    };

    /// <summary>Extreme is an "extraordinary threat", Minor "minimal to no known threat": what is over is Minor, however bad it was.</summary>
    public static string SeverityOf(Severity severity, EpisodeNews news) => news == EpisodeNews.Cleared ? "Minor" : severity switch
    {
        Severity.Critical => "Extreme",
        Severity.Major => "Severe",
        Severity.Minor => "Moderate",
        Severity.Warning => "Minor",
    };

    /// <summary>Immediate: act now. Expected: within the hour. Past: no action is needed any more.</summary>
    public static string Urgency(Severity severity, EpisodeNews news) => news == EpisodeNews.Cleared ? "Past" : severity switch
    {
        Severity.Critical or Severity.Major => "Immediate",
        Severity.Minor or Severity.Warning => "Expected",
    };

    /// <summary>What kind of event it is; the first is the leading one.</summary>
    public static IReadOnlyList<string> Categories(Quantity quantity) => quantity switch
    {
        Quantity.AirTemperature or Quantity.RelativeHumidity or Quantity.AirPressure or Quantity.RainDepth
            or Quantity.WindSpeed or Quantity.WindDirection or Quantity.SolarRadiation
            or Quantity.WaterTemperature or Quantity.SurfaceTemperature => ["Met"],
        Quantity.Flood or Quantity.WaterLevel => ["Met", "Safety"],   // CAP counts floods as meteorological
        Quantity.Smoke => ["Fire"],
        Quantity.CombustibleGas or Quantity.Tilt or Quantity.Vibration => ["Safety"],
        Quantity.SoilMoisture => ["Env"],
        Quantity.Motion or Quantity.DoorOpen => ["Security"],
        Quantity.VehicleCount => ["Transport"],
        Quantity.SupplyVoltage or Quantity.SupplyCurrent or Quantity.Illuminance or Quantity.AnalogueVoltage or Quantity.Notice => ["Infra"],   // light: lamps that fail
        Quantity.NitrogenMonoxide or Quantity.NitrogenDioxide or Quantity.Ozone or Quantity.SulfurDioxide or Quantity.Benzene
            or Quantity.Pm10 or Quantity.Pm2_5 or Quantity.Pm1 or Quantity.Pm10Daily or Quantity.Pm2_5Daily or Quantity.BlackCarbon
            or Quantity.CarbonDioxide or Quantity.CarbonMonoxide or Quantity.SoundLevel => ["Env", "Health"],
    };
}
