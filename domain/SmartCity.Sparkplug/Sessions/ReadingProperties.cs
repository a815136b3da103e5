using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>What a metric's properties say of its value, read in place. Keys stand before values on the wire, matched by their places.</summary>
internal struct ReadingProperties
{
    private const int MaxRead = 32;

    public int? Quality;
    public int? Qartod;
    public ReadFault? Fault;
    public ulong? Order;
    public int? Clock;

    /// <summary>The fault of the bytes, if they are not a property set; properties past the 32nd are not looked at.</summary>
    public static PayloadFault Read(ReadOnlySpan<byte> bytes, out ReadingProperties properties)
    {
        properties = default;
        Span<Key> keys = stackalloc Key[MaxRead];
        var count = 0;
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            if (tag != (1 << 3 | WireReader.LengthType))
            {
                if (!r.Skip(tag)) return r.Fault;
                continue;
            }
            if (!r.Bytes(out var name)) return r.Fault;
            if (count < MaxRead) keys[count++] = KeyOf(name);
        }
        if (r.Fault != PayloadFault.None) return r.Fault;
        var at = 0;
        r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            if (tag != (2 << 3 | WireReader.LengthType))
            {
                if (!r.Skip(tag)) return r.Fault;
                continue;
            }
            if (!r.Bytes(out var value)) return r.Fault;
            if (at >= count) break;
            var fault = properties.Take(keys[at++], value);
            if (fault != PayloadFault.None) return fault;
        }
        return r.Fault;
    }

    private enum Key : byte
    {
        Other,
        Quality,
        Qartod,
        Fault,
        Order,
        Clock,
    }

    private static Key KeyOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("Quality"u8) ? Key.Quality
        : name.SequenceEqual("qartod"u8) ? Key.Qartod
        : name.SequenceEqual("fault"u8) ? Key.Fault
        : name.SequenceEqual("order"u8) ? Key.Order
        : name.SequenceEqual("clock"u8) ? Key.Clock
        : Key.Other;

    private PayloadFault Take(Key key, ReadOnlySpan<byte> value)
    {
        if (key == Key.Other) return PayloadFault.None;
        ulong? number = null;
        var r = new WireReader(value);
        while (r.Tag(out var tag))
        {
            if (tag == (3 << 3 | WireReader.Varint0) || tag == (4 << 3 | WireReader.Varint0))
            {
                if (!r.Varint(out var raw)) return r.Fault;
                number = raw;
            }
            else if (tag == (8 << 3 | WireReader.LengthType))
            {
                if (!r.Bytes(out var text)) return r.Fault;
                if (key == Key.Fault) Fault = FaultNames.Parse(text);
            }
            else if (!r.Skip(tag))
            {
                return r.Fault;
            }
        }
        if (r.Fault != PayloadFault.None || number is not { } bits) return r.Fault;
        switch (key)
        {
            case Key.Quality: Quality = unchecked((int)bits); break;
            case Key.Qartod: Qartod = unchecked((int)bits); break;
            case Key.Clock: Clock = unchecked((int)bits); break;
            case Key.Order: Order = bits; break;
        }
        return PayloadFault.None;
    }

    /// <summary>
    /// The quality of a value, or null: there is no value to trust. Ours say it with a QARTOD flag; others with the standard's 0, 192 and 500,
    /// or with the codes of OPC that those come from (192 up good, 64 to 191 uncertain).
    /// </summary>
    public readonly Quality? Judge()
    {
        if (Qartod is { } flag) return flag is 1 or 2 or 3 or 4 or 9 ? (Quality)flag : Readings.Quality.Fail;
        return Quality switch
        {
            null or >= 192 and <= 255 => Readings.Quality.Good,
            >= 64 and < 192 => Readings.Quality.Suspect,
            _ => null,
        };
    }
}
