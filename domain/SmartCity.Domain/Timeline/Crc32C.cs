using System.Buffers.Binary;
using System.Numerics;
using SmartCity.Telemetry;

namespace SmartCity.Timeline;

/// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4), in hardware where there is some.</summary>
public static class Crc32C
{
    public const int Length = 4;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Puts the sum of what was written behind it.</summary>
    public static void Seal(VarintWriter w)
    {
        Span<byte> sum = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, Of(w.Written));
        w.Bytes(sum);
    }

    /// <summary>The bytes before a right sum; false when it is wrong or missing.</summary>
    public static bool TryUnseal(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (bytes.Length < Length) return false;
        content = bytes[..^Length];
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[^Length..]) == Of(content);
    }
}
