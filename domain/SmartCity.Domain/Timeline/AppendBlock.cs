using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Timeline;

/// <summary>
/// Writes a block of readings of many series as they arrived, with the marks of the ledger, for the append log. Kept and cleared by one writer.
/// A row is one byte that says what differs from the row before, then those differences: a byte or two each for the rows of one message.
/// </summary>
public sealed class AppendBlockWriter
{
    internal const byte Version = 1;
    internal const int SameTime = 1, SameOrder = 2, SameFlags = 4, NextSeries = 8, ScaleShift = 4;

    /// <summary>In the place of a scale: eight raw bytes follow; or nothing does, the reading failed.</summary>
    internal const int RawValue = 15, NoValue = 14;

    private readonly VarintWriter _rows = new();
    private readonly VarintWriter _marks = new();
    private readonly VarintWriter _block = new();
    private readonly sbyte[] _likely = new sbyte[256];
    private int _rowCount, _markCount, _series;
    private long _at;
    private ulong _order;
    private ushort _flags;

    public int Count => _rowCount;

    public void Clear()
    {
        _rows.Clear();
        _marks.Clear();
        (_rowCount, _markCount, _series, _at, _order, _flags) = (0, 0, 0, 0, 0, 0);
    }

    public void Add(int series, in Reading reading) => Add(series, PackedReading.Of(reading), (byte)reading.Quantity);

    /// <param name="kind">Rows of one kind have values of like steps; any number will do.</param>
    public void Add(int series, in PackedReading packed, byte kind)
    {
        long whole = 0;
        var scale = NoValue;
        if (packed.Flags.Measured)
        {
            ref var likely = ref _likely[kind];
            var found = ValueScale.Find(packed.Value, likely, out whole);
            if (found >= 0) likely = (sbyte)found;
            scale = found is >= 0 and < NoValue ? found : RawValue;
        }
        var sameTime = packed.At.UnixMilliseconds == _at;
        var sameOrder = packed.Order.Packed == _order;
        var sameFlags = packed.Flags.Bits == _flags;
        var nextSeries = series == _series + 1;
        _rows.Byte((byte)((sameTime ? SameTime : 0) | (sameOrder ? SameOrder : 0) | (sameFlags ? SameFlags : 0) | (nextSeries ? NextSeries : 0) | scale << ScaleShift));
        if (!nextSeries) _rows.Signed((long)series - _series);
        if (!sameTime) _rows.Signed(unchecked(packed.At.UnixMilliseconds - _at));
        if (!sameOrder) _rows.Signed(unchecked((long)(packed.Order.Packed - _order)));
        if (!sameFlags) _rows.Varint(packed.Flags.Bits);
        if (scale == RawValue) _rows.UInt64(BitConverter.DoubleToUInt64Bits(packed.Value));
        else if (scale != NoValue) _rows.Signed(whole);
        (_series, _at, _order, _flags) = (series, packed.At.UnixMilliseconds, packed.Order.Packed, packed.Flags.Bits);
        _rowCount++;
    }

    /// <summary>Says which rows belong to which batch of which node's outbox.</summary>
    public void Mark(int node, ulong outbox, byte lane, ulong batch, int firstRow, int rows)
    {
        _marks.Signed(node);
        _marks.UInt64(outbox);
        _marks.Byte(lane);
        _marks.Varint(batch);
        _marks.Signed(firstRow);
        _marks.Signed(rows);
        _markCount++;
    }

    /// <summary>The block, valid until the next call of this writer.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        _block.Clear();
        _block.Byte(Version);
        _block.Varint((ulong)_rowCount);
        _block.Varint((ulong)_markCount);
        _block.Varint((ulong)_rows.Length);
        _block.Bytes(_rows.Written);
        _block.Bytes(_marks.Written);
        Crc32C.Seal(_block);
        return _block.Written;
    }
}

/// <summary>Reads what <see cref="AppendBlockWriter"/> wrote, from bytes that may be anything: answers false at the end or on nonsense.</summary>
public ref struct AppendBlockReader
{
    private VarintReader _rows;
    private VarintReader _marks;
    private int _rowsLeft, _marksLeft, _series;
    private long _at;
    private ulong _order;
    private ushort _flags;

    /// <summary>Rows and marks that the block says it holds.</summary>
    public int Rows { get; private set; }

    public int Marks { get; private set; }

    /// <summary>False when the check sum is wrong or the block is of a kind that this release does not know.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> block, out AppendBlockReader reader)
    {
        reader = default;
        if (!Crc32C.TryUnseal(block, out var content)) return false;
        var r = new VarintReader(content);
        if (!r.Byte(out var version) || version != AppendBlockWriter.Version) return false;
        // Every row and mark takes a byte at least, so a count cannot promise more memory than there are bytes.
        if (!r.Varint(out var rows) || rows > (ulong)content.Length || !r.Varint(out var marks) || marks > (ulong)content.Length) return false;
        if (!r.Varint(out var length) || length > (ulong)content.Length || !r.Bytes((int)length, out var rowBytes)) return false;
        reader._rows = new(rowBytes);
        reader._marks = r;
        reader.Rows = reader._rowsLeft = (int)rows;
        reader.Marks = reader._marksLeft = (int)marks;
        return true;
    }

    public bool NextRow(out int series, out PackedReading reading)
    {
        (series, reading) = (0, default);
        if (_rowsLeft == 0 || !_rows.Byte(out var tag)) return false;
        long change = 1;
        if ((tag & AppendBlockWriter.NextSeries) == 0 && !_rows.Signed(out change)) return false;
        if (unchecked(_series + change) is not (>= 0 and <= int.MaxValue) || Math.Abs(change / 2) > int.MaxValue) return false;
        _series = (int)(_series + change);
        long delta = 0;
        if ((tag & AppendBlockWriter.SameTime) == 0 && !_rows.Signed(out delta)) return false;
        _at = unchecked(_at + delta);
        delta = 0;
        if ((tag & AppendBlockWriter.SameOrder) == 0 && !_rows.Signed(out delta)) return false;
        _order = unchecked(_order + (ulong)delta);
        if ((tag & AppendBlockWriter.SameFlags) == 0)
        {
            if (!_rows.Varint(out var flags) || flags > ushort.MaxValue) return false;
            _flags = (ushort)flags;
        }
        if (!Value(tag >> AppendBlockWriter.ScaleShift, out var value)) return false;
        series = _series;
        reading = new(new(_at), new(_order), value, new(_flags));
        _rowsLeft--;
        return true;
    }

    /// <summary>The next mark: node, outbox, lane, batch, first row, rows.</summary>
    public bool NextMark(out (int Node, ulong Outbox, byte Lane, ulong Batch, int FirstRow, int Rows) mark)
    {
        mark = default;
        if (_marksLeft == 0 || !_marks.Signed(out var node) || !_marks.UInt64(out var outbox) || !_marks.Byte(out var lane)
            || !_marks.Varint(out var batch) || !_marks.Signed(out var first) || !_marks.Signed(out var rows)) return false;
        if (node is < int.MinValue or > int.MaxValue || first < 0 || rows < 0 || first > Rows || rows > Rows - first) return false;
        mark = ((int)node, outbox, lane, batch, (int)first, (int)rows);
        _marksLeft--;
        return true;
    }

    private bool Value(int scale, out double value)
    {
        value = 0;
        if (scale == AppendBlockWriter.NoValue) return true;
        if (scale == AppendBlockWriter.RawValue)
        {
            if (!_rows.UInt64(out var bits)) return false;
            value = BitConverter.UInt64BitsToDouble(bits);
            return true;
        }
        if (scale >= ValueScale.Count || !_rows.Signed(out var whole)) return false;
        value = ValueScale.Unscale(whole, scale);
        return true;
    }
}
