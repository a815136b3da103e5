using SmartCity.Timeline;

namespace Walls.Grafana;

/// <summary>A data source of Grafana: one database (or bucket) of the timeline, asked in InfluxQL.</summary>
/// <param name="Uid">Stable; boards refer to it.</param>
/// <param name="Step">The shortest step that it holds; Grafana asks for none below it.</param>
internal sealed record Store(string Uid, string Name, string Database, string Step)
{
    /// <summary>Every reading, for as long as raw data are kept.</summary>
    public static Store Raw { get; } = new("cityhub-raw", "CityHub raw", TimelineSchema.Database(Resolution.Raw), "10s");

    /// <summary>Minutes: least, mean, greatest, count and good count.</summary>
    public static Store Minute { get; } = new("cityhub-1m", "CityHub 1m", TimelineSchema.Database(Resolution.Minute), "1m");

    /// <summary>Hours, of the same fields.</summary>
    public static Store Hour { get; } = new("cityhub-1h", "CityHub 1h", TimelineSchema.Database(Resolution.Hour), "1h");

    /// <summary>Minutes or hours, as the reader of the board chooses: both have the same fields.</summary>
    public static Store Chosen { get; } = new("${store}", "", "", "1m");

    public static IReadOnlyList<Store> All { get; } = [Raw, Minute, Hour];
}
