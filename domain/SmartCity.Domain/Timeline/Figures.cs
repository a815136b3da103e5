using SmartCity.Watch;

namespace SmartCity.Timeline;

/// <summary>
/// Figures of the city and of the hub itself, beside the readings in the raw database: what lives in the register, in the twins and in the hub's
/// metrics, written every few seconds so that a wall needs one source and the city no second time series server. Best effort: a figure that could
/// not be written is not missed, the next one says it again.
/// </summary>
public static class Figures
{
    /// <summary>The hub's own metrics, by the names and labels of its <c>/metrics</c>: a field is a metric, a tag is a label.</summary>
    public const string Hub = "hub";

    /// <summary>One series a district. Tag <c>district</c>.</summary>
    public const string District = "district";

    /// <summary>One series a node. Tags <c>district</c>, <c>node</c>.</summary>
    public const string Node = "node";

    /// <summary>Air quality indices as the hub computes them for its rules, a point for each hour that is over. Tags <c>district</c>, <see cref="Index"/>, <c>sensor</c>.</summary>
    public const string AirIndex = "air_index";

    /// <summary>Which index: the quantity's name in the catalogue, <c>us-aqi</c> or <c>cn-aqi</c>.</summary>
    public const string Index = "index";

    /// <summary>What is expected of a sensor, a point for each instant that a forecast speaks of; the newest forecast of an instant stands. Points lie ahead of the clock.
    /// Tags <c>district</c>, <see cref="Quantity"/>, <c>rule</c>, <c>sensor</c>.</summary>
    public const string Forecast = "forecast";

    /// <summary>Of a forecast: the quantity's name in the catalogue.</summary>
    public const string Quantity = "quantity";

    /// <summary>Of a forecast, floats: four times in five the value lies between low and high.</summary>
    public const string Low = "low", Middle = "middle", High = "high";

    /// <summary>Of a forecast, float: how many seconds ahead of its origin the point lies.</summary>
    public const string Ahead = "ahead_s";

    /// <summary>Of an air quality index, integer: its band, 1 the best to 6.</summary>
    public const string Band = "band";

    /// <summary>Appended to a histogram's name: the median of what was observed since the figures before.</summary>
    public const string Median = "_p50";

    /// <summary>Likewise, the 99th percentile.</summary>
    public const string P99 = "_p99";

    /// <summary>Of a district or node: degrees north; of a district the mean of its sensors.</summary>
    public const string Latitude = "latitude";

    /// <summary>Degrees east.</summary>
    public const string Longitude = "longitude";

    /// <summary>Of a district or node: how many sensors it has.</summary>
    public const string Sensors = "sensors";

    /// <summary>Of a district: how many of them are online.</summary>
    public const string SensorsOnline = "sensors_online";

    /// <summary>Of a district: how many nodes it has.</summary>
    public const string Nodes = "nodes";

    /// <summary>Of a district: how many of them are online.</summary>
    public const string NodesOnline = "nodes_online";

    /// <summary>Of a district: the number of the worst severity that is open, 0 when nothing is.</summary>
    public const string Worst = "worst";

    /// <summary>Of a node: 1 when it is online, else 0.</summary>
    public const string Online = "online";

    /// <summary>Of a node: batches that it has sent and the hub has not answered for yet.</summary>
    public const string Outstanding = "outstanding";

    /// <summary>Of a node: the number of its clock's trust, see <see cref="Readings.ClockTrust"/>.</summary>
    public const string Clock = "clock";

    /// <summary>Of a node: seconds since it was last heard.</summary>
    public const string SilentSeconds = "silent_s";

    /// <summary>Of a node: 1 when it speaks without our ledger.</summary>
    public const string Unledgered = "unledgered";

    /// <summary>Of a node, float: its board, °C. None while it is offline or has no thermometer.</summary>
    public const string BoardCelsius = "board_celsius";

    /// <summary>Of a node: bytes that it has published by its own count, which goes on over its restarts. None of nodes that do not count.</summary>
    public const string SentBytes = "sent_bytes";

    /// <summary>Of those, what it has published since midnight UTC.</summary>
    public const string SentTodayBytes = "sent_today_bytes";

    /// <summary>Of a node: bytes that came from it by the hub's count, whatever node it is.</summary>
    public const string ReceivedBytes = "received_bytes";

    /// <summary>Of a district: episodes of a severity that are open.</summary>
    public static string Open(Severity severity) => severity switch
    {
        Severity.Critical => "open_critical",
        Severity.Major => "open_major",
        Severity.Minor => "open_minor",
        Severity.Warning => "open_warning",
    };

    /// <summary>Every field of a district's figures.</summary>
    public static IReadOnlyList<string> DistrictFields { get; } =
        [Sensors, SensorsOnline, Nodes, NodesOnline, Worst, Latitude, Longitude, .. Enum.GetValues<Severity>().Select(Open)];

    /// <summary>Every field of an air quality index.</summary>
    public static IReadOnlyList<string> AirIndexFields { get; } = [TimelineSchema.Value, Band];

    public static IReadOnlyList<string> AirIndexTags { get; } = [TimelineSchema.District, Index, TimelineSchema.Sensor];

    /// <summary>Every field of a forecast.</summary>
    public static IReadOnlyList<string> ForecastFields { get; } = [Low, Middle, High, Ahead];

    public static IReadOnlyList<string> ForecastTags { get; } = [TimelineSchema.District, Quantity, "rule", TimelineSchema.Sensor];

    /// <summary>Every field of a node's figures.</summary>
    public static IReadOnlyList<string> NodeFields { get; } = [Online, Sensors, Outstanding, Clock, SilentSeconds, Unledgered, BoardCelsius, SentBytes, SentTodayBytes, ReceivedBytes, Latitude, Longitude];
}
