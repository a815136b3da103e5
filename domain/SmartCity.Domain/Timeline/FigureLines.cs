using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Timeline;

/// <summary>How a district stands at one instant.</summary>
/// <param name="Open">Open episodes by severity; one that is missing counts as none.</param>
/// <param name="Middle">Mean place of its sensors, in degrees; null when none of them has one.</param>
public sealed record DistrictFigures(string District, int Sensors, int SensorsOnline, int Nodes, int NodesOnline, IReadOnlyDictionary<Severity, int> Open, (double Latitude, double Longitude)? Middle);

/// <summary>How a node stands at one instant.</summary>
/// <param name="District">Of its sensors; empty when they stand in several, or none is known.</param>
/// <param name="Outstanding">Batches that it has sent and nobody has answered for yet.</param>
/// <param name="Silent">Since it was last heard; null: never.</param>
public sealed record NodeFigures(NodeKey Node, string District, bool Online, int Sensors, ulong Outstanding, ClockTrust? Clock, TimeSpan? Silent, bool Unledgered, (double Latitude, double Longitude)? Place)
{
    /// <summary>Of its board, °C; null: it does not say, or is not there.</summary>
    public double? BoardCelsius { get; init; }

    /// <summary>Bytes that it has sent by its own count, in all and since midnight UTC; null: it does not count.</summary>
    public (ulong InAll, ulong Today)? Sent { get; init; }

    /// <summary>Bytes that came from it by the hub's count.</summary>
    public ulong ReceivedBytes { get; init; }
}

/// <summary>Figures as lines, see <see cref="Figures"/>.</summary>
public static class FigureLines
{
    private static readonly Severity[] Severities = [.. Enum.GetValues<Severity>().Order()];

    public static void District(LineWriter w, DistrictFigures figures, Instant at)
    {
        w.Begin(LineWriter.Head(Figures.District, (TimelineSchema.District, figures.District)));
        var worst = 0;
        foreach (var severity in Severities)
        {
            var open = figures.Open.GetValueOrDefault(severity);
            if (open > 0) worst = (int)severity;
            w.Integer(Figures.Open(severity), open);
        }
        w.Integer(Figures.Worst, worst);
        w.Integer(Figures.Sensors, figures.Sensors);
        w.Integer(Figures.SensorsOnline, figures.SensorsOnline);
        w.Integer(Figures.Nodes, figures.Nodes);
        w.Integer(Figures.NodesOnline, figures.NodesOnline);
        Place(w, figures.Middle);
        w.End(TimelineSchema.Nanoseconds(at));
    }

    public static void Node(LineWriter w, NodeFigures figures, Instant at)
    {
        w.Begin(LineWriter.Head(Figures.Node, (TimelineSchema.District, figures.District), (TimelineSchema.Node, figures.Node.ToString())));
        w.Integer(Figures.Online, figures.Online ? 1 : 0);
        w.Integer(Figures.Sensors, figures.Sensors);
        w.Integer(Figures.Outstanding, (long)Math.Min(figures.Outstanding, long.MaxValue));
        if (figures.Clock is { } clock) w.Integer(Figures.Clock, (long)clock);
        if (figures.Silent is { } silent) w.Float(Figures.SilentSeconds, silent.TotalSeconds);
        w.Integer(Figures.Unledgered, figures.Unledgered ? 1 : 0);
        if (figures.BoardCelsius is { } celsius) w.Float(Figures.BoardCelsius, celsius);
        if (figures.Sent is { } sent)
        {
            w.Integer(Figures.SentBytes, (long)Math.Min(sent.InAll, long.MaxValue));
            w.Integer(Figures.SentTodayBytes, (long)Math.Min(sent.Today, long.MaxValue));
        }
        w.Integer(Figures.ReceivedBytes, (long)Math.Min(figures.ReceivedBytes, long.MaxValue));
        Place(w, figures.Place);
        w.End(TimelineSchema.Nanoseconds(at));
    }

    /// <param name="index">Which one.</param>
    /// <param name="at">The end of the hour that it speaks of.</param>
    public static void AirIndex(LineWriter w, string district, SensorId sensor, Quantity index, double value, Instant at)
    {
        w.Begin(LineWriter.Head(Figures.AirIndex, (TimelineSchema.District, district), (Figures.Index, QuantityCatalogue.Of(index).Name), (TimelineSchema.Sensor, sensor.Value)));
        w.Float(TimelineSchema.Value, value);
        w.Integer(Figures.Band, AirQualityIndex.Band(value));
        w.End(TimelineSchema.Nanoseconds(at));
    }

    /// <summary>The three instants that a forecast speaks of: one, three and six steps ahead. What is not a finite number is left out.</summary>
    public static void Forecast(LineWriter w, string district, SensorId sensor, Quantity quantity, string rule, in Forecast forecast)
    {
        var head = LineWriter.Head(Figures.Forecast, (TimelineSchema.District, district), (Figures.Quantity, QuantityCatalogue.Of(quantity).Name), ("rule", rule), (TimelineSchema.Sensor, sensor.Value));
        foreach (var (steps, expected) in (ReadOnlySpan<(int, Expected)>)[(1, forecast.One), (3, forecast.Three), (6, forecast.Six)])
        {
            if (!double.IsFinite(expected.Low) || !double.IsFinite(expected.Middle) || !double.IsFinite(expected.High)) continue;
            w.Begin(head);
            w.Float(Figures.Low, expected.Low);
            w.Float(Figures.Middle, expected.Middle);
            w.Float(Figures.High, expected.High);
            w.Float(Figures.Ahead, steps * forecast.Step / 1000.0);
            w.End(TimelineSchema.Nanoseconds(new Instant(forecast.From + steps * forecast.Step)));
        }
    }

    /// <summary>Metrics of the hub that carry the same labels. What is not a finite number is left out; when nothing is left, so is the line.</summary>
    /// <param name="labels">Sorted by name.</param>
    public static void Hub(LineWriter w, ReadOnlySpan<(string Name, string Value)> labels, IReadOnlyList<(string Metric, double Value)> metrics, Instant at)
    {
        if (!metrics.Any(m => double.IsFinite(m.Value))) return;
        w.Begin(LineWriter.Head(Figures.Hub, labels));
        foreach (var (metric, value) in metrics)
        {
            if (double.IsFinite(value)) w.Float(metric, value);
        }
        w.End(TimelineSchema.Nanoseconds(at));
    }

    private static void Place(LineWriter w, (double Latitude, double Longitude)? place)
    {
        if (place is not { } known) return;
        w.Float(Figures.Latitude, known.Latitude);
        w.Float(Figures.Longitude, known.Longitude);
    }
}
