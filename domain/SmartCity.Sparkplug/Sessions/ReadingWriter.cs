using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>One reading as one metric. Written straight to the wire: a node that drains its outbox sends tens of thousands a second.</summary>
internal static class ReadingWriter
{
    /// <summary>A metric of a data message: alias alone, timestamp, value or null, properties only when it is not good.</summary>
    public static void WriteData(WireWriter w, ulong alias, Reading reading, bool historical)
    {
        var mark = w.Open(2);
        w.Varint(2, alias);
        w.Varint(3, Stamp(reading.At));
        if (historical) w.Boolean(5, true);
        var bad = reading.Fault is not null || reading.Quality != Quality.Good;
        if (reading.Fault is not null) w.Boolean(7, true);
        if (bad) WriteProperties(w, reading);
        if (reading.TryGetValue(out var value)) WriteValue(w, QuantityCatalogue.Of(reading.Quantity).Wire, value);
        w.Close(mark);
    }

    /// <summary>A timestamp of the wire is unsigned; what lies before 1970 cannot be said.</summary>
    public static ulong Stamp(Instant at) => (ulong)Math.Max(0, at.UnixMilliseconds);

    /// <summary>The value of a metric in a birth.</summary>
    public static MetricValue Value(WireType wire, double value) => wire switch
    {
        WireType.Float => new MetricValue.Float((float)value),
        WireType.Double => new MetricValue.Double(value),
        WireType.Int64 => MetricValue.Signed64(Whole(value)),
        WireType.Boolean => new MetricValue.Boolean(value != 0),
    };

    /// <summary>The properties of a metric in a birth: order and clock, and what is wrong with it if it is not good.</summary>
    public static PropertySet BirthProperties(Reading reading)
    {
        var properties = new List<Property>
        {
            new(PropertyNames.Order, DataType.UInt64, new MetricValue.Long(reading.Order.Packed)),
            new(PropertyNames.Clock, DataType.Int32, MetricValue.Signed32((byte)reading.Clock)),
        };
        if (IsBad(reading)) properties.Add(new(PropertyNames.Quality, DataType.Int32, MetricValue.Signed32(0)));
        if (reading.Fault is { } fault) properties.Add(new(PropertyNames.Fault, DataType.String, new MetricValue.Text(FaultNames.Of(fault))));
        else if (reading.Quality != Quality.Good) properties.Add(new(PropertyNames.Qartod, DataType.Int32, MetricValue.Signed32((byte)reading.Quality)));
        return new(properties);
    }

    private static void WriteValue(WireWriter w, WireType wire, double value)
    {
        switch (wire)
        {
            case WireType.Float: w.Float(12, (float)value); break;
            case WireType.Double: w.Double(13, value); break;
            case WireType.Int64: w.Varint(11, unchecked((ulong)Whole(value))); break;
            case WireType.Boolean: w.Boolean(14, value != 0); break;
        }
    }

    private static void WriteProperties(WireWriter w, Reading reading)
    {
        var mark = w.Open(9);
        if (IsBad(reading)) w.Text(1, PropertyNames.Quality);
        w.Text(1, reading.Fault is null ? PropertyNames.Qartod : PropertyNames.Fault);
        if (IsBad(reading)) WriteInt(w, 0);
        if (reading.Fault is { } fault)
        {
            var value = w.Open(2);
            w.Varint(1, (uint)DataType.String);
            w.Text(8, FaultNames.Of(fault));
            w.Close(value);
        }
        else
        {
            WriteInt(w, (byte)reading.Quality);
        }
        w.Close(mark);
    }

    private static void WriteInt(WireWriter w, uint value)
    {
        var mark = w.Open(2);
        w.Varint(1, (uint)DataType.Int32);
        w.Varint(3, value);
        w.Close(mark);
    }

    /// <summary>Not evaluated is not bad: it is said with its flag alone.</summary>
    private static bool IsBad(Reading reading) => reading.Fault is not null || reading.Quality is Quality.Suspect or Quality.Fail or Quality.Missing;

    private static long Whole(double value) => (long)Math.Clamp(Math.Round(value), -9e18, 9e18);
}
