namespace SmartCity.Telemetry;

/// <summary>What a node says of itself, beside its sensors. Not of the ledger: one that is lost is made good by the next.</summary>
/// <param name="BoardCelsius">Of its board, °C, -60 to 150; null: it has no thermometer, or that does not answer.</param>
/// <param name="SentBytes">MQTT packets that it has published since its start, births included; null: it does not say.</param>
/// <param name="BytesADay">What its link may carry in a day; null: any amount, or it does not say.</param>
public readonly record struct NodeVitals(double? BoardCelsius, ulong? SentBytes, ulong? BytesADay)
{
    /// <summary>Counts above this are no counts: two to the 53rd.</summary>
    public const ulong MostBytes = 1UL << 53;

    private const double LeastCelsius = -60, MostCelsius = 150;

    /// <summary>A message of them with its topic, generously.</summary>
    private const int MessageBytes = 128;

    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1), Seldom = TimeSpan.FromHours(6);

    /// <summary>How often they are told: each minute; on a link with a budget as seldom as it takes to spend no more than a hundredth of it on them, every six hours at least.</summary>
    public static TimeSpan Every(long? bytesADay)
    {
        if (bytesADay is not { } most) return Often;
        var every = TimeSpan.FromSeconds(86_400.0 * MessageBytes * 100 / most);
        return every < Often ? Often : every > Seldom ? Seldom : every;
    }

    /// <summary>A temperature that a board can have; null for any other number.</summary>
    public static double? Celsius(double value) => value is >= LeastCelsius and <= MostCelsius ? value : null;

    /// <summary>A count that can be true; null for any other.</summary>
    public static ulong? Bytes(ulong count) => count <= MostBytes ? count : null;
}
