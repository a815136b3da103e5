using System.Text;

namespace SmartCity.Sparkplug;

/// <summary>One decoding of one payload: the limits, and what of them is used up. Every method answers null (or false) at a fault.</summary>
internal sealed partial class PayloadDecoder(PayloadLimits limits)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private int _metrics;

    public PayloadFault Fault { get; private set; }

    public Payload? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > limits.Bytes) return Failed<Payload>(PayloadFault.TooLarge);
        ulong? timestamp = null, seq = null;
        string? uuid = null;
        ReadOnlyMemory<byte>? body = null;
        var metrics = new List<Metric>();
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var ok = (tag >> 3) switch
            {
                1 => Number(ref r, tag, ref timestamp),
                2 => Nested(ref r, tag, out var inner) && Add(metrics, Metric(inner, 0)),
                3 => Number(ref r, tag, ref seq),
                4 => Text(ref r, tag, ref uuid),
                5 => Blob(ref r, tag, ref body),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<Payload>(r.Fault);
        }
        if (r.Fault != PayloadFault.None) return Failed<Payload>(r.Fault);
        return new() { Timestamp = timestamp, Metrics = metrics, Seq = seq, Uuid = uuid, Body = body };
    }

    private Metric? Metric(ReadOnlySpan<byte> bytes, int depth)
    {
        if (++_metrics > limits.Metrics) return Failed<Metric>(PayloadFault.TooManyMetrics);
        string? name = null;
        ulong? alias = null, timestamp = null, type = null;
        bool? historical = null, transient = null, isNull = null;
        MetaData? about = null;
        PropertySet? properties = null;
        MetricValue? value = null;
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var ok = (tag >> 3) switch
            {
                1 => Text(ref r, tag, ref name),
                2 => Number(ref r, tag, ref alias),
                3 => Number(ref r, tag, ref timestamp),
                4 => Number(ref r, tag, ref type),
                5 => Flag(ref r, tag, ref historical),
                6 => Flag(ref r, tag, ref transient),
                7 => Flag(ref r, tag, ref isNull),
                8 => Nested(ref r, tag, out var inner) && (about = MetaData(inner)) is not null,
                9 => Nested(ref r, tag, out var inner) && (properties = PropertySet(inner, depth + 1)) is not null,
                >= 10 and <= 15 => Scalar(ref r, tag, (tag >> 3) - 10, ref value),
                16 => Bytes(ref r, tag, ref value),
                17 => Nested(ref r, tag, out var inner) && DataSet(inner) is { } table && Set(ref value, new MetricValue.Table(table)),
                18 => Nested(ref r, tag, out var inner) && Template(inner, depth + 1) is { } template && Set(ref value, new MetricValue.Structure(template)),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<Metric>(r.Fault);
        }
        if (r.Fault != PayloadFault.None) return Failed<Metric>(r.Fault);
        return new()
        {
            Name = name, Alias = alias, Timestamp = timestamp, DataType = Type(type), IsHistorical = historical ?? false,
            IsTransient = transient ?? false, IsNull = isNull ?? false, MetaData = about, Properties = properties, Value = value,
        };
    }

    private MetaData? MetaData(ReadOnlySpan<byte> bytes)
    {
        bool? parts = null;
        ulong? size = null, seq = null;
        string? content = null, file = null, type = null, md5 = null, description = null;
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var ok = (tag >> 3) switch
            {
                1 => Flag(ref r, tag, ref parts),
                2 => Text(ref r, tag, ref content),
                3 => Number(ref r, tag, ref size),
                4 => Number(ref r, tag, ref seq),
                5 => Text(ref r, tag, ref file),
                6 => Text(ref r, tag, ref type),
                7 => Text(ref r, tag, ref md5),
                8 => Text(ref r, tag, ref description),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<MetaData>(r.Fault);
        }
        if (r.Fault != PayloadFault.None) return Failed<MetaData>(r.Fault);
        return new() { IsMultiPart = parts, ContentType = content, Size = size, Seq = seq, FileName = file, FileType = type, Md5 = md5, Description = description };
    }

    // --- fields: each answers false at a fault, which stands in the reader or here ---------------------------------
    private static bool Number(ref WireReader r, uint tag, ref ulong? value)
    {
        if ((tag & 7) != WireReader.Varint0) return r.Fail(PayloadFault.WrongWireType);
        if (!r.Varint(out var raw)) return false;
        value = raw;
        return true;
    }

    private static bool Flag(ref WireReader r, uint tag, ref bool? value)
    {
        ulong? raw = null;
        if (!Number(ref r, tag, ref raw)) return false;
        value = raw != 0;
        return true;
    }

    private static bool Nested(ref WireReader r, uint tag, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return (tag & 7) == WireReader.LengthType ? r.Bytes(out bytes) : r.Fail(PayloadFault.WrongWireType);
    }

    private static bool Blob(ref WireReader r, uint tag, ref ReadOnlyMemory<byte>? value)
    {
        if (!Nested(ref r, tag, out var bytes)) return false;
        value = bytes.ToArray();
        return true;
    }

    private bool Text(ref WireReader r, uint tag, ref string? value)
    {
        if (!Nested(ref r, tag, out var bytes)) return false;
        if (bytes.Length > limits.TextBytes) return r.Fail(PayloadFault.TextTooLong);
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return r.Fail(PayloadFault.BadText);
        value = Strict.GetString(bytes);
        return true;
    }

    /// <summary>One of the six members that every union has in the same order: int, long, float, double, boolean, text.</summary>
    private bool Scalar(ref WireReader r, uint tag, uint member, ref MetricValue? value)
    {
        ulong? raw = null;
        string? text = null;
        switch (member)
        {
            case 0:
                if (!Number(ref r, tag, ref raw)) return false;
                value = new MetricValue.Int(unchecked((uint)raw!.Value)); // a negative may come sign-extended to 64 bits: protobuf keeps the low 32
                return true;
            case 1:
                if (!Number(ref r, tag, ref raw)) return false;
                value = new MetricValue.Long(raw!.Value);
                return true;
            case 2:
                if ((tag & 7) != WireReader.Fixed32Type) return r.Fail(PayloadFault.WrongWireType);
                if (!r.Fixed32(out var single)) return false;
                value = new MetricValue.Float(BitConverter.UInt32BitsToSingle(single));
                return true;
            case 3:
                if ((tag & 7) != WireReader.Fixed64Type) return r.Fail(PayloadFault.WrongWireType);
                if (!r.Fixed64(out var bits)) return false;
                value = new MetricValue.Double(BitConverter.UInt64BitsToDouble(bits));
                return true;
            case 4:
                if (!Number(ref r, tag, ref raw)) return false;
                value = new MetricValue.Boolean(raw != 0);
                return true;
            default:
                if (!Text(ref r, tag, ref text)) return false;
                value = new MetricValue.Text(text!);
                return true;
        }
    }

    private static bool Bytes(ref WireReader r, uint tag, ref MetricValue? value)
    {
        ReadOnlyMemory<byte>? bytes = null;
        return Blob(ref r, tag, ref bytes) && Set(ref value, new MetricValue.Bytes(bytes!.Value));
    }

    private static bool Set(ref MetricValue? value, MetricValue found)
    {
        value = found;
        return true;
    }

    private bool Add<T>(List<T> list, T? item) where T : class
    {
        if (item is null) return false;
        if (list.Count >= limits.Elements)
        {
            Fault = PayloadFault.TooManyElements;
            return false;
        }
        list.Add(item);
        return true;
    }

    private static DataType? Type(ulong? raw) => raw is null ? null : (DataType)unchecked((uint)raw.Value);

    private T? Failed<T>(PayloadFault fault) where T : class
    {
        if (Fault == PayloadFault.None) Fault = fault;
        return null;
    }
}
