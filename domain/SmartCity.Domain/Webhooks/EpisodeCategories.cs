using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>The category of an episode in the words of CAP 1.2: the one place where a quantity is given one.</summary>
public static class EpisodeCategories
{
    /// <summary>Every category that CAP knows (1.2, section 3.2.2).</summary>
    public static IReadOnlyList<string> All { get; } = ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"];

    /// <summary>What kind of event it is; the first is the leading one. The rule's word counts, else what its quantity stands for.</summary>
    public static IReadOnlyList<string> Of(Episode episode) => All.Contains(episode.Category, StringComparer.Ordinal) ? [episode.Category] : Of(episode.Quantity);

    public static IReadOnlyList<string> Of(Quantity quantity) => quantity switch
    {
        Quantity.AirTemperature or Quantity.RelativeHumidity or Quantity.AirPressure or Quantity.RainDepth
            or Quantity.WindSpeed or Quantity.WindDirection or Quantity.SolarRadiation
            or Quantity.WaterTemperature or Quantity.SurfaceTemperature or Quantity.DewPoint or Quantity.SeaLevelPressure => ["Met"],
        Quantity.HeatIndex => ["Met", "Health"],
        Quantity.Flood or Quantity.WaterLevel or Quantity.WaterRise => ["Met", "Safety"],   // CAP counts floods as meteorological
        Quantity.Smoke or Quantity.Flame => ["Fire"],
        Quantity.CombustibleGas or Quantity.Tilt or Quantity.Vibration or Quantity.Siren or Quantity.Beacon or Quantity.Shock => ["Safety"],
        Quantity.SoilMoisture => ["Env"],
        Quantity.Motion or Quantity.DoorOpen or Quantity.Tamper or Quantity.Panic => ["Security"],
        Quantity.VehicleCount or Quantity.VehicleSpeed or Quantity.VehicleLength or Quantity.VehicleClass or Quantity.BayOccupied => ["Transport"],
        Quantity.SupplyVoltage or Quantity.SupplyCurrent or Quantity.Illuminance or Quantity.AnalogueVoltage or Quantity.Relay or Quantity.Notice => ["Infra"],   // light: lamps that fail
        Quantity.NitrogenMonoxide or Quantity.NitrogenDioxide or Quantity.Ozone or Quantity.SulfurDioxide or Quantity.Benzene
            or Quantity.Pm10 or Quantity.Pm2_5 or Quantity.Pm1 or Quantity.Pm10Daily or Quantity.Pm2_5Daily or Quantity.BlackCarbon
            or Quantity.CarbonDioxide or Quantity.CarbonMonoxide or Quantity.VocRaw or Quantity.NoxRaw or Quantity.SoundLevel or Quantity.UsAqi or Quantity.CnAqi => ["Env", "Health"],
    };
}
