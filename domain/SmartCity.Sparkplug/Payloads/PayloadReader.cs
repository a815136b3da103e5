namespace SmartCity.Sparkplug;

/// <summary>
/// Walks a payload without allocating: the hub's hot loop. Opened, it knows the header (seq stands behind the metrics on the wire, so the
/// metrics are passed over once, by their lengths); <see cref="Next"/> then gives the metrics in order. Spans point into the caller's bytes.
/// </summary>
public ref struct PayloadReader
{
    private WireReader _reader;

    private PayloadReader(ReadOnlySpan<byte> bytes) => _reader = new(bytes);

    public ulong Timestamp { get; private set; }
    public bool HasTimestamp { get; private set; }
    public ulong Seq { get; private set; }
    public bool HasSeq { get; private set; }
    public int MetricCount { get; private set; }

    /// <summary>Why <see cref="Next"/> answered false; none at the end.</summary>
    public PayloadFault Fault { get; private set; }

    public static bool TryOpen(ReadOnlySpan<byte> bytes, out PayloadReader reader, out PayloadFault fault, PayloadLimits? limits = null)
    {
        reader = new(bytes);
        limits ??= PayloadLimits.Default;
        fault = bytes.Length > limits.Bytes ? PayloadFault.TooLarge : reader.ReadHeader(bytes, limits);
        return fault == PayloadFault.None;
    }

    private PayloadFault ReadHeader(ReadOnlySpan<byte> bytes, PayloadLimits limits)
    {
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            ulong value;
            switch (tag)
            {
                case 2 << 3 | WireReader.LengthType:
                    if (!r.Bytes(out _)) return r.Fault;
                    if (++MetricCount > limits.Metrics) return PayloadFault.TooManyMetrics;
                    break;
                case 1 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    Timestamp = value;
                    HasTimestamp = true;
                    break;
                case 3 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    Seq = value;
                    HasSeq = true;
                    break;
                default:
                    if (tag >> 3 is >= 1 and <= 3) return PayloadFault.WrongWireType;
                    if (!r.Skip(tag)) return r.Fault;
                    break;
            }
        }
        return r.Fault;
    }

    /// <summary>The next metric; false at the end or at a fault.</summary>
    public bool Next(out MetricView metric)
    {
        metric = default;
        while (Fault == PayloadFault.None && _reader.Tag(out var tag))
        {
            if (tag != (2 << 3 | WireReader.LengthType))
            {
                if (!_reader.Skip(tag)) break;
                continue;
            }
            if (!_reader.Bytes(out var bytes)) break;
            Fault = metric.Read(bytes);
            return Fault == PayloadFault.None;
        }
        if (Fault == PayloadFault.None) Fault = _reader.Fault;
        return false;
    }
}

/// <summary>One metric in place. Texts are not checked for UTF-8: names are looked up by their bytes.</summary>
public ref struct MetricView
{
    public ReadOnlySpan<byte> NameUtf8 { get; private set; }
    public bool HasName { get; private set; }
    public ulong Alias { get; private set; }
    public bool HasAlias { get; private set; }
    public ulong Timestamp { get; private set; }
    public bool HasTimestamp { get; private set; }
    public DataType DataType { get; private set; }
    public bool IsHistorical { get; private set; }
    public bool IsTransient { get; private set; }
    public bool IsNull { get; private set; }

    /// <summary>Which value field came; the last one, should there be several.</summary>
    public ValueField Field { get; private set; }

    /// <summary>Bits of a numeric value, see <see cref="TryGetNumber"/>.</summary>
    public ulong Bits { get; private set; }

    /// <summary>Bytes of a text, bytes, data set or template.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The property set, not decoded; empty when there is none.</summary>
    public ReadOnlySpan<byte> Properties { get; private set; }

    /// <summary>The value as a number; the datatype is this metric's own, or its birth's when it carries none.</summary>
    public readonly bool TryGetNumber(DataType declared, out double value) =>
        MetricValue.TryNumber(DataType == DataType.Unknown ? declared : DataType, Field, Bits, out value);

    internal PayloadFault Read(ReadOnlySpan<byte> bytes)
    {
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            ulong value;
            uint word;
            ReadOnlySpan<byte> span;
            switch (tag)
            {
                case 2 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    Alias = value;
                    HasAlias = true;
                    break;
                case 3 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    Timestamp = value;
                    HasTimestamp = true;
                    break;
                case 13 << 3 | WireReader.Fixed64Type:
                    if (!r.Fixed64(out value)) return r.Fault;
                    (Field, Bits) = (ValueField.Double, value);
                    break;
                case 4 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    DataType = (DataType)unchecked((uint)value);
                    break;
                case 12 << 3 | WireReader.Fixed32Type:
                    if (!r.Fixed32(out word)) return r.Fault;
                    (Field, Bits) = (ValueField.Float, word);
                    break;
                case 10 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    (Field, Bits) = (ValueField.Int, value & uint.MaxValue);
                    break;
                case 11 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    (Field, Bits) = (ValueField.Long, value);
                    break;
                case 14 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    (Field, Bits) = (ValueField.Boolean, value == 0 ? 0ul : 1ul);
                    break;
                case 5 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    IsHistorical = value != 0;
                    break;
                case 6 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    IsTransient = value != 0;
                    break;
                case 7 << 3 | WireReader.Varint0:
                    if (!r.Varint(out value)) return r.Fault;
                    IsNull = value != 0;
                    break;
                case 1 << 3 | WireReader.LengthType:
                    if (!r.Bytes(out span)) return r.Fault;
                    NameUtf8 = span;
                    HasName = true;
                    break;
                case 9 << 3 | WireReader.LengthType:
                    if (!r.Bytes(out span)) return r.Fault;
                    Properties = span;
                    break;
                case 15 << 3 | WireReader.LengthType or 16 << 3 | WireReader.LengthType or 17 << 3 | WireReader.LengthType or 18 << 3 | WireReader.LengthType:
                    if (!r.Bytes(out span)) return r.Fault;
                    Field = (tag >> 3) switch { 15 => ValueField.Text, 16 => ValueField.Bytes, 17 => ValueField.DataSet, _ => ValueField.Template };
                    Bytes = span;
                    break;
                default:
                    if (tag >> 3 is >= 1 and <= 7 or >= 9 and <= 18) return PayloadFault.WrongWireType;
                    if (!r.Skip(tag)) return r.Fault;
                    break;
            }
        }
        return r.Fault;
    }
}
