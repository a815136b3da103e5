using System.Buffers.Binary;
using System.Numerics;
using SmartCity.Telemetry;

namespace SmartCity.Timeline;

/// <summary>
/// A column of whole numbers: differences of order 0, 1 or 2, whichever is least, in chunks of 128 packed to a common width around their middle;
/// the few that need more bits than is worth giving to all stand behind, with their place.
/// </summary>
public static class PackedColumn
{
    private const int Chunk = 128;

    public static void Write(VarintWriter w, ReadOnlySpan<long> values)
    {
        // Tried out on the first chunks only: a series keeps its nature for an hour.
        var sample = values[..Math.Min(values.Length, 4 * Chunk)];
        var order = 0;
        var bestCost = Cost(sample);
        var differences = sample.ToArray();
        for (var higher = 1; higher <= 2 && sample.Length > higher; higher++)
        {
            Difference(differences, higher);
            var cost = Cost(differences.AsSpan(higher)) + higher * 9;
            if (cost < bestCost) (order, bestCost) = (higher, cost);
        }
        var best = values.ToArray();
        for (var pass = 1; pass <= order; pass++) Difference(best, pass);
        w.Byte((byte)order);
        for (var i = 0; i < order; i++) w.Signed(best[i]);
        for (var start = order; start < best.Length; start += Chunk)
        {
            WriteChunk(w, best.AsSpan(start, Math.Min(Chunk, best.Length - start)));
        }
    }

    /// <summary>Reads as many values as the span holds; false on bytes that <see cref="Write"/> did not write.</summary>
    public static bool Read(ref VarintReader r, scoped Span<long> values)
    {
        if (!r.Byte(out var order) || order > 2 || order > values.Length) return false;
        for (var i = 0; i < order; i++)
        {
            if (!r.Signed(out values[i])) return false;
        }
        for (var start = (int)order; start < values.Length; start += Chunk)
        {
            if (!ReadChunk(ref r, values.Slice(start, Math.Min(Chunk, values.Length - start)))) return false;
        }
        for (var pass = (int)order; pass >= 1; pass--)
        {
            for (var i = pass; i < values.Length; i++) values[i] = unchecked(values[i] + values[i - 1]);
        }
        return true;
    }

    // Element 0 to order-1 stay as they are: what the differences are undone from.
    private static void Difference(long[] values, int order)
    {
        for (var i = values.Length - 1; i >= order; i--) values[i] = unchecked(values[i] - values[i - 1]);
    }

    private static int Cost(ReadOnlySpan<long> values)
    {
        var cost = 0;
        for (var start = 0; start < values.Length; start += Chunk)
        {
            var chunk = values.Slice(start, Math.Min(Chunk, values.Length - start));
            Width(chunk, Middle(chunk), out var bytes);
            cost += bytes;
        }
        return cost;
    }

    private static void WriteChunk(VarintWriter w, ReadOnlySpan<long> chunk)
    {
        var middle = Middle(chunk);
        var width = Width(chunk, middle, out _);
        w.Signed(middle);
        w.Byte((byte)width);
        Span<ulong> words = stackalloc ulong[Chunk];
        Span<byte> wide = stackalloc byte[Chunk];
        var exceptions = 0;
        words.Clear();
        var bit = 0;
        for (var i = 0; i < chunk.Length; i++)
        {
            var z = ZigZag(unchecked(chunk[i] - middle));
            if (Bits(z) > width) wide[exceptions++] = (byte)i;
            if (width == 0) continue;
            if (width < 64) z &= (1ul << width) - 1;
            words[bit >> 6] |= z << (bit & 63);
            if ((bit & 63) + width > 64) words[(bit >> 6) + 1] |= z >> (64 - (bit & 63));
            bit += width;
        }
        Span<byte> packed = stackalloc byte[Chunk * 8];
        for (var i = 0; i < (bit + 63) / 64; i++) BinaryPrimitives.WriteUInt64LittleEndian(packed[(i * 8)..], words[i]);
        w.Bytes(packed[..((bit + 7) / 8)]);
        w.Varint((ulong)exceptions);
        for (var e = 0; e < exceptions; e++)
        {
            w.Byte(wide[e]);
            w.Varint(ZigZag(unchecked(chunk[wide[e]] - middle)) >> width);
        }
    }

    private static bool ReadChunk(ref VarintReader r, scoped Span<long> chunk)
    {
        if (!r.Signed(out var middle) || !r.Byte(out var width) || width > 64) return false;
        if (!r.Bytes((chunk.Length * width + 7) / 8, out var bytes)) return false;
        Unpack(bytes, chunk, width);
        if (!r.Varint(out var exceptions) || exceptions > (ulong)chunk.Length) return false;
        for (; exceptions > 0; exceptions--)
        {
            if (!r.Byte(out var place) || place >= chunk.Length || !r.Varint(out var high) || width >= 64) return false;
            chunk[place] |= unchecked((long)(high << width));
        }
        for (var i = 0; i < chunk.Length; i++)
        {
            var z = unchecked((ulong)chunk[i]);
            chunk[i] = unchecked(((long)(z >> 1) ^ -(long)(z & 1)) + middle);
        }
        return true;
    }

    private static void Unpack(ReadOnlySpan<byte> bytes, Span<long> chunk, int width)
    {
        if (width == 0)
        {
            chunk.Clear();
            return;
        }
        Span<byte> padded = stackalloc byte[Chunk * 8 + 16]; // so that whole words can be read past the end
        bytes.CopyTo(padded);
        padded.Slice(bytes.Length, 16).Clear();
        var mask = width == 64 ? ulong.MaxValue : (1ul << width) - 1;
        for (int i = 0, bit = 0; i < chunk.Length; i++, bit += width)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(padded[(bit >> 3)..]) >> (bit & 7);
            if ((bit & 7) + width > 64) word |= (ulong)padded[(bit >> 3) + 8] << (64 - (bit & 7));
            chunk[i] = unchecked((long)(word & mask));
        }
    }

    /// <summary>The middle one of up to 15 values from all over the chunk.</summary>
    private static long Middle(ReadOnlySpan<long> chunk)
    {
        Span<long> some = stackalloc long[15];
        var count = Math.Min(some.Length, chunk.Length);
        for (var i = 0; i < count; i++) some[i] = chunk[i * chunk.Length / count];
        some = some[..count];
        some.Sort();
        return count == 0 ? 0 : some[count / 2];
    }

    /// <summary>The width that makes the chunk shortest, and about how many bytes that is.</summary>
    private static int Width(ReadOnlySpan<long> chunk, long middle, out int bytes)
    {
        Span<int> count = stackalloc int[65];
        count.Clear();
        foreach (var value in chunk) count[Bits(ZigZag(unchecked(value - middle)))]++;
        var width = 64;
        while (width > 0 && count[width] == 0) width--;
        var best = width;
        bytes = (chunk.Length * width + 7) / 8 + 3;
        // Narrower by one: those of the old width become exceptions, and every exception gets a bit longer.
        for (int exceptions = 0, bits = 0; width > 0;)
        {
            exceptions += count[width--];
            bits += exceptions;
            var cost = (chunk.Length * width + 7) / 8 + 3 + exceptions + (bits + exceptions * 6) / 7;
            if (cost < bytes) (best, bytes) = (width, cost);
        }
        return best;
    }

    private static int Bits(ulong z) => 64 - BitOperations.LeadingZeroCount(z);

    private static ulong ZigZag(long value) => unchecked((ulong)(value << 1) ^ (ulong)(value >> 63));
}
