using System.Buffers.Binary;
using System.Text;

namespace SmartCity.Sparkplug;

/// <summary>
/// Array datatypes as the bytes value that carries them (Sparkplug 3.0, section 6.4.17): little-endian elements; booleans as a count of
/// 4 bytes and then bits, the first in the highest bit; strings ended by a zero byte each.
/// </summary>
public static class ArrayValue
{
    /// <summary>Bytes of one element of Int8Array to DoubleArray and DateTimeArray; 0 for the others.</summary>
    public static int ElementSize(DataType type) => type switch
    {
        DataType.Int8Array or DataType.UInt8Array => 1,
        DataType.Int16Array or DataType.UInt16Array => 2,
        DataType.Int32Array or DataType.UInt32Array or DataType.FloatArray => 4,
        DataType.Int64Array or DataType.UInt64Array or DataType.DoubleArray or DataType.DateTimeArray => 8,
        _ => 0,
    };

    /// <summary>Elements of an array of fixed size, as their bits (two's complement, IEEE 754).</summary>
    /// <exception cref="ArgumentException">Not such an array type.</exception>
    public static MetricValue.Bytes FromBits(DataType type, ReadOnlySpan<ulong> elements)
    {
        var size = ElementSize(type);
        if (size == 0) throw new ArgumentException($"{type} has no elements of fixed size.", nameof(type));
        var bytes = new byte[elements.Length * size];
        Span<byte> word = stackalloc byte[8];
        for (var i = 0; i < elements.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, elements[i]);
            word[..size].CopyTo(bytes.AsSpan(i * size));
        }
        return new(bytes);
    }

    /// <summary>False when the bytes are no whole number of elements, or the type has no fixed size.</summary>
    public static bool TryGetBits(DataType type, ReadOnlySpan<byte> bytes, out ulong[] elements)
    {
        elements = [];
        var size = ElementSize(type);
        if (size == 0 || bytes.Length % size != 0) return false;
        elements = new ulong[bytes.Length / size];
        for (var i = 0; i < elements.Length; i++)
        {
            ulong value = 0;
            for (var k = size - 1; k >= 0; k--) value = value << 8 | bytes[i * size + k];
            elements[i] = value;
        }
        return true;
    }

    public static MetricValue.Bytes FromBooleans(ReadOnlySpan<bool> elements)
    {
        var bytes = new byte[4 + (elements.Length + 7) / 8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, elements.Length);
        for (var i = 0; i < elements.Length; i++)
        {
            if (elements[i]) bytes[4 + i / 8] |= (byte)(0x80 >> (i % 8));
        }
        return new(bytes);
    }

    public static bool TryGetBooleans(ReadOnlySpan<byte> bytes, out bool[] elements)
    {
        elements = [];
        if (bytes.Length < 4) return false;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (bytes.Length - 4 != (count + 7L) / 8) return false;
        elements = new bool[count];
        for (var i = 0; i < elements.Length; i++) elements[i] = (bytes[4 + i / 8] & (0x80 >> (i % 8))) != 0;
        return true;
    }

    /// <exception cref="ArgumentException">A text holds a zero byte, which would end it.</exception>
    public static MetricValue.Bytes FromStrings(IReadOnlyList<string> elements)
    {
        foreach (var element in elements)
        {
            if (element.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("A text in an array cannot hold a zero byte.", nameof(elements));
        }
        return new(Encoding.UTF8.GetBytes(string.Concat(elements.Select(element => element + "\0"))));
    }

    public static bool TryGetStrings(ReadOnlySpan<byte> bytes, out string[] elements)
    {
        elements = [];
        if (!bytes.IsEmpty && bytes[^1] != 0 || !System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        if (!bytes.IsEmpty) elements = Encoding.UTF8.GetString(bytes[..^1]).Split('\0');
        return true;
    }
}
