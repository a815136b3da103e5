using System.Buffers.Binary;

namespace SmartCity.Telemetry;

/// <summary>Writes LEB128 varints and fixed big-endian words.</summary>
public sealed class VarintWriter
{
    private byte[] _buffer = new byte[32];
    private int _length;

    public int Length => _length;

    public void Byte(byte value)
    {
        Room(1);
        _buffer[_length++] = value;
    }

    public void Varint(ulong value)
    {
        Room(10);
        while (value >= 0x80)
        {
            _buffer[_length++] = unchecked((byte)(value | 0x80));
            value >>= 7;
        }
        _buffer[_length++] = (byte)value;
    }

    /// <summary>A signed number, zigzag coded so that small negatives stay short.</summary>
    public void Signed(long value) => Varint(unchecked((ulong)(value << 1) ^ (ulong)(value >> 63)));

    public void UInt64(ulong value)
    {
        Room(8);
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Room(value.Length);
        value.CopyTo(_buffer.AsSpan(_length));
        _length += value.Length;
    }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public byte[] ToArray() => Written.ToArray();

    public void Clear() => _length = 0;

    private void Room(int more)
    {
        if (_length + more > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}

/// <summary>Reads what <see cref="VarintWriter"/> wrote, from bytes that may be anything: every method answers false at the end or on nonsense.</summary>
public ref struct VarintReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public bool Byte(out byte value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool Varint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            var b = _rest[i];
            if (i == 9 && b > 1) return false; // past 64 bits
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return true;
        }
        return false;
    }

    public bool Signed(out long value)
    {
        var ok = Varint(out var raw);
        value = unchecked((long)(raw >> 1) ^ -(long)(raw & 1));
        return ok;
    }

    public bool UInt64(out ulong value)
    {
        value = 0;
        if (_rest.Length < 8) return false;
        value = BinaryPrimitives.ReadUInt64BigEndian(_rest);
        _rest = _rest[8..];
        return true;
    }

    public bool Bytes(int count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (count < 0 || _rest.Length < count) return false;
        value = _rest[..count];
        _rest = _rest[count..];
        return true;
    }
}
