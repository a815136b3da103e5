using SmartCity.Telemetry;

namespace SmartCity.Timeline;

/// <summary>
/// A block of readings of one series in rising (time, order), in columns: flags in runs, then times, orders and values, each a <see cref="PackedColumn"/>.
/// Values are whole numbers of the coarsest step that loses no bit of any of them (<see cref="ValueScale"/>), else their bits. Lossless always.
/// </summary>
public static class SeriesBlock
{
    private const byte Version = 1;
    private const byte RawBits = 255;

    /// <summary>Most readings in one block.</summary>
    public const int MaxReadings = 65_536;

    /// <summary>Writes the block, sealed with its check sum. The writer is cleared first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxReadings"/>.</exception>
    public static void Write(VarintWriter w, ReadOnlySpan<PackedReading> readings)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(readings.Length, MaxReadings);
        w.Clear();
        w.Byte(Version);
        w.Varint((ulong)readings.Length);
        var measured = WriteFlags(w, readings);
        var column = new long[readings.Length];
        for (var i = 0; i < column.Length; i++) column[i] = readings[i].At.UnixMilliseconds;
        PackedColumn.Write(w, column);
        for (var i = 0; i < column.Length; i++) column[i] = unchecked((long)readings[i].Order.Packed);
        PackedColumn.Write(w, column);
        var values = new double[measured];
        var next = 0;
        foreach (ref readonly var reading in readings)
        {
            if (reading.Flags.Measured) values[next++] = reading.Value;
        }
        var wholes = column.AsSpan(0, measured);
        var scale = ValueScale.FindCommon(values, wholes);
        w.Byte(scale < 0 ? RawBits : (byte)scale);
        for (var i = 0; scale < 0 && i < measured; i++) wholes[i] = BitConverter.DoubleToInt64Bits(values[i]);
        PackedColumn.Write(w, wholes);
        Crc32C.Seal(w);
    }

    /// <summary>Adds the readings of a block to a list. False, and the list as it was, when the block is damaged or of a kind not known here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, List<PackedReading> readings)
    {
        if (!Crc32C.TryUnseal(block, out var content)) return false;
        var r = new VarintReader(content);
        if (!r.Byte(out var version) || version != Version || !r.Varint(out var count) || count > MaxReadings) return false;
        var flags = new ReadingFlags[count];
        if (!ReadFlags(ref r, flags, out var measured)) return false;
        var times = new long[count];
        var orders = new long[count];
        var wholes = new long[measured];
        if (!PackedColumn.Read(ref r, times) || !PackedColumn.Read(ref r, orders) || !r.Byte(out var scale)) return false;
        if (scale != RawBits && scale >= ValueScale.Count || !PackedColumn.Read(ref r, wholes) || !r.AtEnd) return false;
        readings.EnsureCapacity(readings.Count + flags.Length);
        for (int i = 0, next = 0; i < flags.Length; i++)
        {
            var value = 0.0;
            if (flags[i].Measured)
            {
                var whole = wholes[next++];
                value = scale == RawBits ? BitConverter.Int64BitsToDouble(whole) : ValueScale.Unscale(whole, scale);
            }
            readings.Add(new(new(times[i]), new(unchecked((ulong)orders[i])), value, flags[i]));
        }
        return true;
    }

    private static int WriteFlags(VarintWriter w, ReadOnlySpan<PackedReading> readings)
    {
        var measured = 0;
        for (var start = 0; start < readings.Length;)
        {
            var flags = readings[start].Flags;
            var end = start + 1;
            while (end < readings.Length && readings[end].Flags == flags) end++;
            w.Varint(flags.Bits);
            w.Varint((ulong)(end - start));
            if (flags.Measured) measured += end - start;
            start = end;
        }
        return measured;
    }

    private static bool ReadFlags(ref VarintReader r, Span<ReadingFlags> flags, out int measured)
    {
        measured = 0;
        while (!flags.IsEmpty)
        {
            if (!r.Varint(out var bits) || bits > ushort.MaxValue || !r.Varint(out var run) || run == 0 || run > (ulong)flags.Length) return false;
            var value = new ReadingFlags((ushort)bits);
            flags[..(int)run].Fill(value);
            if (value.Measured) measured += (int)run;
            flags = flags[(int)run..];
        }
        return true;
    }
}
