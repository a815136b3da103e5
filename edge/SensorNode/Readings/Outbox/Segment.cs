using System.Buffers.Binary;
using System.Globalization;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>
/// One file of one lane: a head, then records with consecutive batch numbers. What we keep of it in memory: where it begins and ends, the names
/// of its devices, and the place of every 64th record.
/// <code>head: "OBX1" lane(1) outbox(8) first-batch(8) base-ms(8) crc(4), little endian</code>
/// </summary>
internal sealed class Segment(string name, Lane lane, ulong first, long baseMs)
{
    public const int HeadBytes = 33;
    public const int Stride = 64;
    private const string Suffix = ".obx";
    private static ReadOnlySpan<byte> Magic => "OBX1"u8;

    public string Name => name;
    public Lane Lane => lane;
    public ulong First => first;
    public long BaseMs => baseMs;

    /// <summary>Records that are safe on disk.</summary>
    public ulong Count { get; set; }

    /// <summary>Where the next record goes: the end of what is safe.</summary>
    public long End { get; set; } = HeadBytes;

    public long Readings { get; set; }

    /// <summary>The number after its last batch.</summary>
    public ulong Next => first + Count;

    public NameTable Names { get; } = new();

    /// <summary>Offsets of the records first, first + 64, first + 128 …</summary>
    public List<long> Marks { get; } = [];

    public static string NameOf(Lane lane, ulong first) =>
        string.Create(CultureInfo.InvariantCulture, $"{lane.ToString().ToLowerInvariant()}-{first:D20}{Suffix}");

    public static bool IsNameOfSegment(string name) => name.EndsWith(Suffix, StringComparison.Ordinal);

    public static byte[] Head(Lane lane, OutboxId outbox, ulong first, long baseMs)
    {
        var head = new byte[HeadBytes];
        Magic.CopyTo(head);
        head[4] = (byte)lane;
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(5), outbox.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(13), first);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(21), baseMs);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(29), BatchRecord.Crc(0, head.AsSpan(0, 29)));
        return head;
    }

    /// <summary>Null when the head is not whole: its making was cut off before anything was in it.</summary>
    public static (Segment Segment, OutboxId Outbox)? TryRead(string name, IOutboxFile file)
    {
        var head = new byte[HeadBytes];
        if (file.Read(0, head) < HeadBytes || !head.AsSpan(0, 4).SequenceEqual(Magic) || head[4] >= Lanes.Count) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(29)) != BatchRecord.Crc(0, head.AsSpan(0, 29))) return null;
        var segment = new Segment(name, (Lane)head[4], BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(13)), BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(21)));
        return (segment, new(BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(5))));
    }

    /// <summary>Notes one more record.</summary>
    public void Add(long offset, int length, int readings)
    {
        if (Count % Stride == 0) Marks.Add(offset);
        Count++;
        End = offset + length;
        Readings += readings;
    }

    /// <summary>
    /// Reads all records up to the first that is not whole or not right, or to <paramref name="limit"/>, the first number of the segment after
    /// this: what stands beyond was cut off by a crash and its numbers were given anew. Returns the bytes that stand behind the last good one.
    /// </summary>
    public long Scan(IOutboxFile file, ulong limit, Action<StoredBatch> seen)
    {
        var reader = new SegmentReader(file, this);
        while (Next < limit)
        {
            var offset = End;
            var length = reader.ReadAt(offset, new(lane, Next), out var batch);
            if (length == 0) break;
            Add(offset, length, batch.Readings.Length);
            seen(batch);
        }
        return Math.Max(0, file.Length - End);
    }
}

/// <summary>Reads records of one segment through one buffer: cheap when they are asked for in their order.</summary>
internal sealed class SegmentReader(IOutboxFile file, Segment segment)
{
    private const int ChunkBytes = 64 * 1024;

    private byte[] _buffer = [];
    private long _start;
    private int _length;

    /// <summary>The record's length, or 0: nothing whole and right stands there.</summary>
    public int ReadAt(long offset, Position position, out StoredBatch batch)
    {
        batch = BatchRecord.Unreadable(position);
        var bytes = Window(offset, 3);
        var size = BatchRecord.Size(bytes, out _);
        if (size == 0) return 0;
        if (size > bytes.Length) bytes = Window(offset, size);
        var length = BatchRecord.Check(bytes, position.Batch, out var payload);
        if (length == 0) return 0;
        // Right by its CRC and yet not understood: it keeps its number, and is sent as a batch of nothing.
        if (!BatchRecord.TryDecode(payload, position, segment.BaseMs, segment.Names, out batch)) batch = BatchRecord.Unreadable(position);
        return length;
    }

    /// <summary>Skips a record without decoding it.</summary>
    public int SizeAt(long offset) => BatchRecord.Size(Window(offset, 3), out _);

    private ReadOnlySpan<byte> Window(long offset, int need)
    {
        var at = offset - _start;
        if (at < 0 || at + need > _length)
        {
            if (_buffer.Length < Math.Max(need, ChunkBytes)) _buffer = new byte[Math.Max(need, ChunkBytes)];
            _length = file.Read(offset, _buffer);
            _start = offset;
            at = 0;
        }
        return _buffer.AsSpan((int)at, _length - (int)at);
    }
}
