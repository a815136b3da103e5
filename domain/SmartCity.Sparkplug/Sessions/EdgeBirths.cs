using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>Births and deaths of a node as payloads. Metrics stand in the order of their timestamps (data-publish-nbirth-order).</summary>
internal sealed class EdgeBirths(EdgeNode node, EdgeMetrics metrics)
{
    /// <summary>bdSeq alone, and no seq.</summary>
    public static Payload Death(Instant now, byte bdSeq) => new()
    {
        Timestamp = ReadingWriter.Stamp(now),
        Metrics = [new() { Name = MetricNames.BdSeq, Timestamp = ReadingWriter.Stamp(now), DataType = DataType.Int64, Value = MetricValue.Signed64(bdSeq) }],
    };

    public Payload Node(Instant now, ulong seq, byte bdSeq, OutboxDeclaration outbox, EdgeTerms? terms, string? episodes, NodeVitals? vitals)
    {
        var list = new List<Metric>
        {
            Declare(null, MetricNames.BdSeq, now, DataType.Int64, MetricValue.Signed64(bdSeq)),
            // No alias: any host must be able to ask for a rebirth without having seen a birth.
            new() { Name = MetricNames.Rebirth, Timestamp = ReadingWriter.Stamp(now), DataType = DataType.Boolean, Value = new MetricValue.Boolean(false) },
            Declare(null, LedgerMetrics.Position, now, DataType.Bytes, null),
            Declare(null, LedgerMetrics.Outbox, now, DataType.Bytes, new MetricValue.Bytes(LedgerCodec.Encode(outbox))),
            Declare(null, LedgerMetrics.Answer, now, DataType.Bytes, null),
        };
        AddPlace(list, null, node.Place, now);
        if (terms is not null)
        {
            list.Add(Declare(null, MetricNames.Terms, now, DataType.String, new MetricValue.Text(terms.InForce)));
            list.Add(Declare(null, MetricNames.TermsAnswer, now, DataType.String, new MetricValue.Text(terms.Answer)));
        }
        if (episodes is not null) list.Add(Declare(null, MetricNames.Episodes, now, DataType.String, new MetricValue.Text(episodes)));
        if (vitals is { } said)
        {
            if (said.BoardCelsius is { } celsius) list.Add(Declare(null, MetricNames.BoardTemperature, now, DataType.Float, new MetricValue.Float((float)celsius)));
            if (said.SentBytes is { } sent) list.Add(Declare(null, MetricNames.SentBytes, now, DataType.UInt64, new MetricValue.Long(sent)));
            if (said.BytesADay is { } budget) list.Add(Declare(null, MetricNames.BytesADay, now, DataType.UInt64, new MetricValue.Long(budget)));
        }
        return new() { Timestamp = ReadingWriter.Stamp(now), Metrics = list, Seq = seq };
    }

    public Payload Device(Instant now, ulong seq, EdgeDevice device, IEnumerable<Reading> values)
    {
        var newest = new Dictionary<Quantity, Reading>();
        foreach (var value in values)
        {
            if (!newest.TryGetValue(value.Quantity, out var known) || known.Order < value.Order) newest[value.Quantity] = value;
        }
        var list = new List<Metric>();
        foreach (var quantity in device.Quantities)
        {
            var row = QuantityCatalogue.Of(quantity);
            list.Add(newest.TryGetValue(quantity, out var reading)
                ? Declare(device.Name, row.Name, reading.At, (DataType)row.Wire, reading.TryGetValue(out var value) ? ReadingWriter.Value(row.Wire, value) : null)
                    with { Properties = ReadingWriter.BirthProperties(reading) }
                : Declare(device.Name, row.Name, now, (DataType)row.Wire, null));
        }
        list.Add(Declare(device.Name, LedgerMetrics.Position, now, DataType.Bytes, null));
        if (device.Place is { } place) AddPlace(list, device.Name, place, now);
        return new() { Timestamp = ReadingWriter.Stamp(now), Metrics = [.. list.OrderBy(metric => metric.Timestamp)], Seq = seq };
    }

    private void AddPlace(List<Metric> list, string? device, PlaceSuggestion place, Instant now)
    {
        if (place.District is { } district) list.Add(Declare(device, MetricNames.District, now, DataType.String, new MetricValue.Text(district)));
        if (place.Site is { } site) list.Add(Declare(device, MetricNames.Site, now, DataType.String, new MetricValue.Text(site)));
        if (place.Latitude is { } latitude) list.Add(Declare(device, MetricNames.Latitude, now, DataType.Double, new MetricValue.Double(latitude)));
        if (place.Longitude is { } longitude) list.Add(Declare(device, MetricNames.Longitude, now, DataType.Double, new MetricValue.Double(longitude)));
    }

    /// <summary>A metric with name, alias, datatype and its current value, or null said outright.</summary>
    private Metric Declare(string? device, string name, Instant at, DataType type, MetricValue? value) => new()
    {
        Name = name, Alias = metrics.Alias(device, name), Timestamp = ReadingWriter.Stamp(at), DataType = type, IsNull = value is null, Value = value,
    };
}
