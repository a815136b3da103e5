using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>The bytes of an input's state in a checkpoint, after their length: what is in them only the rule knows.</summary>
internal readonly struct VarintBytes(byte[] bytes)
{
    /// <summary>Most bytes that one input writes.</summary>
    public const int Most = 8192;

    private readonly byte[]? _bytes = bytes;

    public bool Any => _bytes is not null;

    public bool ReadInto(PointInput input)
    {
        if (_bytes is null) return false;
        var r = new VarintReader(_bytes);
        return input.Read(ref r) && r.AtEnd;
    }

    /// <summary>Writes what an input knows, or what was read of it before.</summary>
    public static void Write(VarintWriter w, PointInput? input, VarintBytes unread)
    {
        var bytes = unread._bytes;
        if (bytes is null)
        {
            var own = new VarintWriter();
            input!.Write(own);
            bytes = own.ToArray();
        }
        w.Varint((ulong)bytes.Length);
        w.Bytes(bytes);
    }

    public static bool TryRead(ref VarintReader r, out VarintBytes read)
    {
        read = default;
        if (!r.Varint(out var length) || length > Most || !r.Bytes((int)length, out var bytes)) return false;
        read = new(bytes.ToArray());
        return true;
    }
}
