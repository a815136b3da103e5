using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace SensorNode.Readings.Outbox;

/// <summary>
/// One batch in a segment. Numbers are LEB128 varints; times are differences, so that a reading takes few bytes.
/// <code>
/// record:  length payload crc        crc: CRC-32C of batch number (8 bytes, little endian) and payload, 4 bytes, little endian
/// payload: device [name-length name] boot samples { sample-delta time-delta (readings &lt;&lt; 2 | clock) { quantity form value } }
/// device:  an index into the segment's names &lt;&lt; 1; plus 1 when the name follows, which is when it comes up first
/// time:    ms, zigzag; the first against the segment's base, the others against the one before
/// form:    quality &lt;&lt; 3 | kind: 0 a double of 8 bytes, 1 a float of 4 that is exactly it, 2 a whole number (zigzag), 3 a fault (1 byte),
///          4 hundredths: the difference (zigzag) from those of the same quantity before it in the batch, or from 0
/// </code>
/// </summary>
internal static class BatchRecord
{
    public const int MaxLength = 1 << 20;
    private const int CrcBytes = 4;
    private const int MaxNameBytes = 1024;
    private const double WholeLimit = 1L << 40;
    private const int Hundredths = 2; // of ValueScale

    /// <summary>Appends the record. A device that is new to the segment is added to <paramref name="names"/>.</summary>
    public static void Append(VarintWriter into, VarintWriter scratch, ulong batch, long baseMs, NameTable names, string device, uint boot, IReadOnlyList<PendingSample> samples, ReadOnlySpan<Reading> readings)
    {
        scratch.Clear();
        var index = names.IndexOf(device);
        scratch.Varint(index < 0 ? (ulong)names.Count << 1 | 1 : (ulong)index << 1);
        if (index < 0)
        {
            var name = Encoding.UTF8.GetBytes(device);
            scratch.Varint((ulong)name.Length);
            scratch.Bytes(name);
            names.Add(device);
        }
        scratch.Varint(boot);
        scratch.Varint((ulong)samples.Count);
        var (last, lastMs, at) = (0ul, baseMs, 0);
        Span<long> hundredths = stackalloc long[QuantityCatalogue.Numbers];
        hundredths.Clear();
        foreach (var sample in samples)
        {
            scratch.Varint(sample.Sample - last);
            scratch.Signed(sample.AtMs - lastMs);
            scratch.Varint((ulong)sample.Count << 2 | (byte)sample.Clock);
            (last, lastMs) = (sample.Sample, sample.AtMs);
            for (var i = 0; i < sample.Count; i++) AppendReading(scratch, readings[at++], hundredths);
        }
        into.Varint((ulong)scratch.Length);
        into.Bytes(scratch.Written);
        Span<byte> crc = stackalloc byte[CrcBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc(batch, scratch.Written));
        into.Bytes(crc);
    }

    /// <summary>How long the whole record at the start of these bytes is, if it is whole and its CRC is right; else 0.</summary>
    public static int Check(ReadOnlySpan<byte> bytes, ulong batch, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        var size = Size(bytes, out var head);
        if (size == 0 || size > bytes.Length) return 0;
        payload = bytes[head..(size - CrcBytes)];
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[(size - CrcBytes)..]) == Crc(batch, payload) ? size : 0;
    }

    /// <summary>The record's whole length by its head; 0 when that is nonsense or not there. The caller needs that many bytes to check it.</summary>
    public static int Size(ReadOnlySpan<byte> bytes, out int head)
    {
        head = 0;
        for (int value = 0, i = 0; i < Math.Min(bytes.Length, 3); i++)
        {
            value |= (bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            head = i + 1;
            return value is 0 or > MaxLength ? 0 : head + value + CrcBytes;
        }
        return 0;
    }

    /// <summary>Decodes a payload whose CRC is right. False when it still makes no sense: written by another version.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, Position position, long baseMs, NameTable names, out StoredBatch batch)
    {
        batch = Unreadable(position);
        var r = new VarintReader(payload);
        if (!r.Varint(out var device) || device >> 1 > (ulong)names.Count) return false;
        var index = (int)(device >> 1);
        if ((device & 1) != 0)
        {
            if (!r.Varint(out var length) || length > MaxNameBytes || !r.Bytes((int)length, out var utf8)) return false;
            if (index == names.Count) names.Add(Encoding.UTF8.GetString(utf8));
        }
        if (index >= names.Count) return false;
        if (!r.Varint(out var boot) || boot > ReadingOrder.MaxBoot || !r.Varint(out var count) || count is 0 or > LedgerCodec.MaxSamples) return false;
        var runs = new SampleRun[(int)count];
        var readings = new List<Reading>((int)count * 3);
        var (last, ms) = (0ul, baseMs);
        Span<long> hundredths = stackalloc long[QuantityCatalogue.Numbers];
        hundredths.Clear();
        for (var i = 0; i < runs.Length; i++)
        {
            if (!r.Varint(out var delta) || delta > ReadingOrder.MaxSample - last || !r.Signed(out var time) || !r.Varint(out var packed)) return false;
            if (packed >> 2 is 0 or > 255 || (packed & 3) > (ulong)ClockTrust.Unsynced || Math.Abs((double)ms + time) > Instant.Max.UnixMilliseconds) return false;
            last += delta;
            ms += time;
            runs[i] = new(ReadingOrder.Of((uint)boot, last), (ClockTrust)(packed & 3), (byte)(packed >> 2));
            for (var k = 0ul; k < packed >> 2; k++)
            {
                if (!TryReading(ref r, new(ms), runs[i].Order, runs[i].Clock, hundredths, out var reading)) return false;
                readings.Add(reading);
            }
        }
        batch = new(names[index], new(position, runs), [.. readings]);
        return r.AtEnd;
    }

    public static StoredBatch Unreadable(Position position) => new("", new(position, []), []);

    public static uint Crc(ulong seed, ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, seed);
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    private static void AppendReading(VarintWriter w, Reading reading, Span<long> hundredths)
    {
        w.Byte((byte)reading.Quantity);
        var quality = (byte)((byte)reading.Quality << 3);
        if (reading.Fault is { } fault)
        {
            w.Byte((byte)(quality | 3));
            w.Byte((byte)fault);
        }
        else if (reading.TryGetValue(out var value) && Math.Abs(value) <= WholeLimit && value == Math.Floor(value) && !(value == 0 && double.IsNegative(value)))
        {
            w.Byte((byte)(quality | 2));
            w.Signed((long)value);
        }
        else if (Math.Abs(value) <= WholeLimit && ValueScale.TryScale(value, Hundredths, out var scaled))
        {
            w.Byte((byte)(quality | 4));
            w.Signed(scaled - hundredths[(byte)reading.Quantity]);
            hundredths[(byte)reading.Quantity] = scaled;
        }
        else if ((float)value == value)
        {
            w.Byte((byte)(quality | 1));
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
            w.Bytes(bytes);
        }
        else
        {
            w.Byte(quality);
            w.UInt64(BitConverter.DoubleToUInt64Bits(value));
        }
    }

    private static bool TryReading(ref VarintReader r, Instant at, ReadingOrder order, ClockTrust clock, scoped Span<long> hundredths, out Reading reading)
    {
        reading = default;
        if (!r.Byte(out var quantity) || !QuantityCatalogue.Knows(quantity) || !r.Byte(out var form)) return false;
        var quality = (Quality)(form >> 3);
        double value;
        switch (form & 7)
        {
            case 0 when r.UInt64(out var bits):
                value = BitConverter.UInt64BitsToDouble(bits);
                break;
            case 1 when r.Bytes(4, out var bytes):
                value = BinaryPrimitives.ReadSingleLittleEndian(bytes);
                break;
            case 2 when r.Signed(out var whole):
                value = whole;
                break;
            case 3 when r.Byte(out var fault):
                reading = Reading.Failed((Quantity)quantity, at, order, (ReadFault)fault, clock);
                return fault != 0;
            case 4 when r.Signed(out var step):
                value = ValueScale.Unscale(hundredths[quantity] = unchecked(hundredths[quantity] + step), Hundredths);
                break;
            default:
                return false;
        }
        reading = Reading.Measured((Quantity)quantity, at, order, value, clock, quality);
        return true;
    }
}

/// <summary>A sample that waits for the next commit.</summary>
internal readonly record struct PendingSample(ulong Sample, long AtMs, ClockTrust Clock, byte Count);
