
namespace SmartCity.Readings;

/// <summary>The one place where names, units, datatypes and plausible ranges of quantities are decided.</summary>
public static class QuantityCatalogue
{
    /// <summary>Every quantity that can be read, in the order of their numbers. <see cref="Quantity.Notice"/> cannot: no wire, rule or history knows it.</summary>
    public static IReadOnlyList<QuantityRow> All { get; } = Enum.GetValues<Quantity>().Where(quantity => quantity != Quantity.Notice).Select(Row).ToArray();

    /// <summary>How many numbers a quantity may have: room for a table by number.</summary>
    public const int Numbers = 256;

    private static readonly QuantityRow?[] ByNumber = Index();
    private static readonly Dictionary<string, QuantityRow> ByName = All.ToDictionary(row => row.Name, StringComparer.Ordinal);

    /// <summary>The row of a quantity.</summary>
    public static QuantityRow Of(Quantity quantity) => ByNumber[(byte)quantity]!;

    /// <summary>The row with this metric name, or null: the catalogue does not know it.</summary>
    public static QuantityRow? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Whether a number read from a disk or a wire names a quantity.</summary>
    public static bool Knows(byte number) => ByNumber[number] is not null && number != (byte)Quantity.Notice;

    // Ranges: what the instruments of a city can meet, a little wider than the world's records.
    private static QuantityRow Row(Quantity quantity) => quantity switch
    {
        Quantity.AirTemperature => Level(quantity, "air-temperature", "Cel", -60, 85),
        Quantity.RelativeHumidity => Level(quantity, "relative-humidity", "%", 0, 100),
        Quantity.AirPressure => Level(quantity, "air-pressure", "hPa", 300, 1100),
        Quantity.VehicleCount => new(quantity, "vehicle-count", "{vehicles}", WireType.Int64, QuantityKind.Counter, 0, 9e15),
        Quantity.RainDepth => new(quantity, "rain-depth", "mm", WireType.Double, QuantityKind.Counter, 0, 1e9),
        Quantity.Motion => Contact(quantity, "motion"),
        Quantity.Smoke => Contact(quantity, "smoke"),
        Quantity.Flood => Contact(quantity, "flood"),
        Quantity.DoorOpen => Contact(quantity, "door-open"),
        Quantity.NitrogenMonoxide => Level(quantity, "nitrogen-monoxide", "ug/m3", -10, 5000),
        Quantity.NitrogenDioxide => Level(quantity, "nitrogen-dioxide", "ug/m3", -10, 5000),
        Quantity.Ozone => Level(quantity, "ozone", "ug/m3", -10, 2000),
        Quantity.SulfurDioxide => Level(quantity, "sulfur-dioxide", "ug/m3", -10, 10_000),
        Quantity.Benzene => Level(quantity, "benzene", "ug/m3", -5, 5000),
        Quantity.Pm10 => Level(quantity, "pm10", "ug/m3", -10, 10_000),
        Quantity.Pm2_5 => Level(quantity, "pm2.5", "ug/m3", -10, 10_000),
        Quantity.Pm1 => Level(quantity, "pm1", "ug/m3", -10, 10_000),
        Quantity.WindSpeed => Level(quantity, "wind-speed", "m/s", 0, 120),
        Quantity.WindDirection => Level(quantity, "wind-direction", "deg", 0, 360),
        Quantity.SolarRadiation => Level(quantity, "solar-radiation", "W/m2", -20, 1500),
        Quantity.Pm10Daily => Level(quantity, "pm10-daily", "ug/m3", -10, 10_000),
        Quantity.Pm2_5Daily => Level(quantity, "pm2.5-daily", "ug/m3", -10, 10_000),
        Quantity.WaterLevel => Level(quantity, "water-level", "m", -20, 60),
        Quantity.SupplyVoltage => Level(quantity, "supply-voltage", "V", 0, 60),
        Quantity.BlackCarbon => Level(quantity, "black-carbon", "ug/m3", -5, 1000),
        Quantity.CarbonDioxide => Level(quantity, "carbon-dioxide", "[ppm]", 200, 40_000),
        Quantity.Illuminance => Level(quantity, "illuminance", "lx", 0, 200_000),
        Quantity.SupplyCurrent => Level(quantity, "supply-current", "A", -1000, 1000),
        Quantity.AnalogueVoltage => Level(quantity, "analogue-voltage", "V", -7, 7),
        Quantity.SoundLevel => Level(quantity, "sound-level", "dB[SPL]", 0, 160),
        Quantity.CarbonMonoxide => Level(quantity, "carbon-monoxide", "[ppm]", 0, 10_000),
        Quantity.CombustibleGas => Level(quantity, "combustible-gas", "[ppm]", 0, 100_000),
        Quantity.SoilMoisture => Level(quantity, "soil-moisture", "%", 0, 100),
        Quantity.Tilt => Level(quantity, "tilt", "deg", 0, 180),
        Quantity.Vibration => Level(quantity, "vibration", "m/s2", 0, 300),
        Quantity.WaterTemperature => Level(quantity, "water-temperature", "Cel", -5, 60),
        Quantity.SurfaceTemperature => Level(quantity, "surface-temperature", "Cel", -60, 125),
        Quantity.Notice => Contact(quantity, "notice"),
        Quantity.Flame => Contact(quantity, "flame"),
        Quantity.Tamper => Contact(quantity, "tamper"),
        Quantity.Panic => Contact(quantity, "panic"),
        Quantity.Siren => Contact(quantity, "siren"),
        Quantity.Beacon => Contact(quantity, "beacon"),
        Quantity.Relay => Contact(quantity, "relay"),
        Quantity.VehicleSpeed => Level(quantity, "vehicle-speed", "km/h", -400, 400),
        Quantity.VehicleLength => Level(quantity, "vehicle-length", "m", 0, 60),
        Quantity.VehicleClass => Level(quantity, "vehicle-class", "1", 1, 4),
        Quantity.BayOccupied => Contact(quantity, "bay-occupied"),
        Quantity.WaterRise => Level(quantity, "water-rise", "m/h", -60, 60),
        Quantity.Shock => Contact(quantity, "shock"),
        Quantity.VocRaw => Level(quantity, "voc-raw", "{ticks}", 0, 65_535),
        Quantity.NoxRaw => Level(quantity, "nox-raw", "{ticks}", 0, 65_535),
        Quantity.DewPoint => Level(quantity, "dew-point", "Cel", -100, 85),
        Quantity.HeatIndex => Level(quantity, "heat-index", "Cel", -70, 150),
        Quantity.SeaLevelPressure => Level(quantity, "sea-level-pressure", "hPa", 800, 1200),
        Quantity.UsAqi => Level(quantity, "us-aqi", "1", 0, 500),
        Quantity.CnAqi => Level(quantity, "cn-aqi", "1", 0, 500),
    };

    private static QuantityRow Level(Quantity quantity, string name, string unit, double min, double max) =>
        new(quantity, name, unit, WireType.Double, QuantityKind.Level, min, max);

    private static QuantityRow Contact(Quantity quantity, string name) =>
        new(quantity, name, "1", WireType.Boolean, QuantityKind.Contact, 0, 1);

    private static QuantityRow?[] Index()
    {
        var rows = new QuantityRow?[Numbers];
        foreach (var row in All) rows[(byte)row.Quantity] = row;
        rows[(byte)Quantity.Notice] = Row(Quantity.Notice);
        return rows;
    }
}
