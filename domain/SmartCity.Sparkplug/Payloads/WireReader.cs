using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SmartCity.Sparkplug;

/// <summary>
/// Reads protobuf's wire format (protobuf.dev, "Encoding") from bytes that may be anything. Every method answers false at a fault,
/// names it in <see cref="Fault"/>, and the reader is not used after that.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    public const uint Varint0 = 0, Fixed64Type = 1, LengthType = 2, GroupStart = 3, GroupEnd = 4, Fixed32Type = 5;
    private const int MaxGroupDepth = 8;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at = 0;

    public PayloadFault Fault { get; private set; } = PayloadFault.None;

    public readonly bool AtEnd => _at >= _bytes.Length;

    /// <summary>The next tag, field number and wire type together. False at the end, too: then there is no fault.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Tag(out uint tag)
    {
        if (_at >= _bytes.Length)
        {
            tag = 0;
            return false;
        }
        var first = _bytes[_at];
        if (first is >= 8 and < 0x80)
        {
            _at++;
            tag = first;
            return true;
        }
        return LongTag(out tag);
    }

    private bool LongTag(out uint tag)
    {
        tag = 0;
        if (!Varint(out var raw)) return false;
        if (raw is < 8 or > uint.MaxValue) return Fail(PayloadFault.BadTag);
        tag = (uint)raw;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Varint(out ulong value)
    {
        if (_at < _bytes.Length && _bytes[_at] < 0x80)
        {
            value = _bytes[_at++];
            return true;
        }
        return LongVarint(out value);
    }

    private bool LongVarint(out ulong value)
    {
        ulong result = 0;
        var at = _at;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (at >= _bytes.Length)
            {
                value = 0;
                return Fail(PayloadFault.Truncated);
            }
            ulong b = _bytes[at++];
            if (shift == 63 && b > 1) break; // past 64 bits
            result |= (b & 0x7F) << shift;
            if (b >= 0x80) continue;
            _at = at;
            value = result;
            return true;
        }
        value = 0;
        return Fail(PayloadFault.BadVarint);
    }

    public bool Fixed32(out uint value)
    {
        if (_bytes.Length - _at < 4)
        {
            value = 0;
            return Fail(PayloadFault.Truncated);
        }
        value = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[_at..]);
        _at += 4;
        return true;
    }

    public bool Fixed64(out ulong value)
    {
        if (_bytes.Length - _at < 8)
        {
            value = 0;
            return Fail(PayloadFault.Truncated);
        }
        value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_at..]);
        _at += 8;
        return true;
    }

    /// <summary>A length and that many bytes, not copied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Bytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Varint(out var length)) return false;
        if (length > (ulong)(_bytes.Length - _at)) return Fail(PayloadFault.Truncated);
        value = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    /// <summary>Passes over a field that we do not know.</summary>
    public bool Skip(uint tag) => Skip(tag, 0);

    private bool Skip(uint tag, int depth)
    {
        switch (tag & 7)
        {
            case Varint0: return Varint(out _);
            case Fixed64Type: return Fixed64(out _);
            case LengthType: return Bytes(out _);
            case Fixed32Type: return Fixed32(out _);
            case GroupStart when depth < MaxGroupDepth:
                while (Tag(out var inner))
                {
                    if (inner == (tag & ~7u | GroupEnd)) return true;
                    if (!Skip(inner, depth + 1)) return false;
                }
                return Fail(Fault == PayloadFault.None ? PayloadFault.Truncated : Fault);
            case GroupStart: return Fail(PayloadFault.TooDeep);
            default: return Fail(PayloadFault.BadTag);
        }
    }

    public bool Fail(PayloadFault fault)
    {
        if (Fault == PayloadFault.None) Fault = fault;
        return false;
    }
}
