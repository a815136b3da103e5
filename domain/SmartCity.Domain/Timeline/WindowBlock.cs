using System.Buffers.Binary;
using SmartCity.Telemetry;

namespace SmartCity.Timeline;

/// <summary>
/// Windows of one series in one block, each under its place (the minute of an hour, the hour of a day), in columns like a <see cref="SeriesBlock"/>. Lossless always.
/// </summary>
public static class WindowBlock
{
    private const byte Version = 1;
    private const byte RawBits = 255;

    /// <summary>Most windows in one block.</summary>
    public const int MaxWindows = 64;

    /// <summary>Writes the block, sealed with its check sum. The writer is cleared first.</summary>
    /// <param name="windows">Places rising.</param>
    public static void Write(VarintWriter w, ReadOnlySpan<(byte Place, Window Window)> windows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows.Length, MaxWindows);
        w.Clear();
        w.Byte(Version);
        w.Varint((ulong)windows.Length);
        Span<long> column = stackalloc long[windows.Length];
        Span<double> values = stackalloc double[windows.Length];
        for (var i = 0; i < column.Length; i++) column[i] = windows[i].Place;
        PackedColumn.Write(w, column);
        for (var i = 0; i < column.Length; i++) column[i] = windows[i].Window.Count;
        PackedColumn.Write(w, column);
        for (var i = 0; i < column.Length; i++) column[i] = windows[i].Window.Count - windows[i].Window.Measured;
        PackedColumn.Write(w, column);
        for (var i = 0; i < column.Length; i++) column[i] = windows[i].Window.Measured - windows[i].Window.Good;
        PackedColumn.Write(w, column);
        for (var i = 0; i < values.Length; i++) values[i] = windows[i].Window.Min;
        WriteValues(w, values, column);
        for (var i = 0; i < values.Length; i++) values[i] = windows[i].Window.Max;
        WriteValues(w, values, column);
        for (var i = 0; i < values.Length; i++) values[i] = windows[i].Window.Sum;
        WriteValues(w, values, column);
        Crc32C.Seal(w);
    }

    /// <summary>Adds the windows of a block to a list. False, and the list as it was, when the block is damaged or of a kind not known here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, List<(byte Place, Window Window)> windows)
    {
        if (!Crc32C.TryUnseal(block, out var content)) return false;
        var r = new VarintReader(content);
        if (!r.Byte(out var version) || version != Version || !r.Varint(out var length) || length > MaxWindows) return false;
        var n = (int)length;
        Span<long> places = stackalloc long[n], counts = stackalloc long[n], failed = stackalloc long[n], doubtful = stackalloc long[n];
        Span<double> min = stackalloc double[n], max = stackalloc double[n], sum = stackalloc double[n];
        if (!PackedColumn.Read(ref r, places) || !PackedColumn.Read(ref r, counts) || !PackedColumn.Read(ref r, failed) || !PackedColumn.Read(ref r, doubtful)) return false;
        if (!ReadValues(ref r, min) || !ReadValues(ref r, max) || !ReadValues(ref r, sum) || !r.AtEnd) return false;
        var before = windows.Count;
        for (var i = 0; i < n; i++)
        {
            if (places[i] is < 0 or >= MaxWindows || counts[i] is < 0 or > int.MaxValue || failed[i] < 0 || failed[i] > counts[i] || doubtful[i] < 0 || doubtful[i] > counts[i] - failed[i])
            {
                windows.RemoveRange(before, windows.Count - before);
                return false;
            }
            windows.Add(((byte)places[i], new(min[i], sum[i], max[i], (int)counts[i], (int)(counts[i] - failed[i] - doubtful[i]), (int)(counts[i] - failed[i]))));
        }
        return true;
    }

    private static void WriteValues(VarintWriter w, ReadOnlySpan<double> values, Span<long> column)
    {
        var scale = ValueScale.FindCommon(values, column);
        w.Byte(scale < 0 ? RawBits : (byte)scale);
        if (scale >= 0)
        {
            PackedColumn.Write(w, column);
            return;
        }
        // Sums rarely fit a step, and their bits are noise to a column.
        Span<byte> bytes = stackalloc byte[8];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
            w.Bytes(bytes);
        }
    }

    private static bool ReadValues(ref VarintReader r, scoped Span<double> values)
    {
        if (!r.Byte(out var scale)) return false;
        if (scale == RawBits)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (!r.Bytes(8, out var bytes)) return false;
                values[i] = BinaryPrimitives.ReadDoubleBigEndian(bytes);
            }
            return true;
        }
        if (scale >= ValueScale.Count) return false;
        Span<long> column = stackalloc long[values.Length];
        if (!PackedColumn.Read(ref r, column)) return false;
        for (var i = 0; i < values.Length; i++) values[i] = ValueScale.Unscale(column[i], scale);
        return true;
    }
}
