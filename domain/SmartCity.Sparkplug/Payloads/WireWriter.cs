using System.Buffers.Binary;
using System.Text;

namespace SmartCity.Sparkplug;

/// <summary>Writes protobuf's wire format into a buffer that grows and is used again.</summary>
internal sealed class WireWriter
{
    private byte[] _buffer = new byte[256];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>A varint field with its tag.</summary>
    public void Varint(int field, ulong value)
    {
        Room(16);
        Raw((uint)field << 3 | WireReader.Varint0);
        Raw(value);
    }

    public void Boolean(int field, bool value) => Varint(field, value ? 1ul : 0ul);

    public void Float(int field, float value)
    {
        Room(16);
        Raw((uint)field << 3 | WireReader.Fixed32Type);
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.AsSpan(_length), value);
        _length += 4;
    }

    public void Double(int field, double value)
    {
        Room(16);
        Raw((uint)field << 3 | WireReader.Fixed64Type);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    public void Text(int field, string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        Room(16 + count);
        Raw((uint)field << 3 | WireReader.LengthType);
        Raw((ulong)count);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Room(16 + value.Length);
        Raw((uint)field << 3 | WireReader.LengthType);
        Raw((ulong)value.Length);
        value.CopyTo(_buffer.AsSpan(_length));
        _length += value.Length;
    }

    /// <summary>Begins a message within this one; its length is known, and written, at <see cref="Close"/>.</summary>
    public int Open(int field)
    {
        Room(16);
        Raw((uint)field << 3 | WireReader.LengthType);
        _length++; // one byte for the length: most messages are shorter than 128 bytes
        return _length;
    }

    public void Close(int mark)
    {
        var length = _length - mark;
        if (length >= 0x80)
        {
            var more = VarintSize((uint)length) - 1;
            Room(more);
            _buffer.AsSpan(mark, length).CopyTo(_buffer.AsSpan(mark + more));
            _length += more;
        }
        var end = _length;
        _length = mark - 1;
        Raw((uint)length);
        _length = end;
    }

    private static int VarintSize(uint value) => value switch { < 1u << 7 => 1, < 1u << 14 => 2, < 1u << 21 => 3, < 1u << 28 => 4, _ => 5 };

    private void Raw(ulong value)
    {
        while (value >= 0x80)
        {
            _buffer[_length++] = unchecked((byte)(value | 0x80));
            value >>= 7;
        }
        _buffer[_length++] = (byte)value;
    }

    private void Room(int more)
    {
        if (_length + more > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
