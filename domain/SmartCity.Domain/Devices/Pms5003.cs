using System.Buffers.Binary;
using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>
/// A frame of the Plantower PMS5003 (PMS5003 series data manual V2.3, appendix I): concentrations "under atmospheric environment", data 4 to 6,
/// in whole µg/m³. Those "for CF = 1", data 1 to 3, are for the maker's factory and are not read.
/// </summary>
public readonly record struct Pms5003Frame(ushort Pm1, ushort Pm2_5, ushort Pm10)
{
    /// <summary>Length of a frame: two start bytes, length, 13 words of data, check.</summary>
    public const int Length = 32;

    /// <summary>The first start byte, "B".</summary>
    public const byte Start1 = 0x42;

    /// <summary>The second start byte, "M".</summary>
    public const byte Start2 = 0x4D;

    /// <summary>What the length word says: the bytes after it, 13 words and the check.</summary>
    public const ushort LengthWord = 28;

    /// <summary>The check: the sum of all bytes before it.</summary>
    public static ushort Check(ReadOnlySpan<byte> before)
    {
        var sum = 0;
        foreach (var one in before) sum += one;
        return (ushort)(sum & 0xFFFF);
    }

    /// <summary>Decodes 32 bytes; null when start, length or check are not those of a frame.</summary>
    public static Pms5003Frame? Decode(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length && bytes[0] == Start1 && bytes[1] == Start2 && Word(bytes, 2) == LengthWord && Word(bytes, 30) == Check(bytes[..30])
            ? new(Word(bytes, 10), Word(bytes, 12), Word(bytes, 14))
            : null;

    /// <summary>Writes it as the chip sends it, with the factory's concentrations equal to these and no particle counts.</summary>
    public void Encode(Span<byte> bytes)
    {
        bytes[..Length].Clear();
        (bytes[0], bytes[1]) = (Start1, Start2);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], LengthWord);
        for (var at = 4; at <= 10; at += 6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], Pm1);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(at + 2)..], Pm2_5);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(at + 4)..], Pm10);
        }
        BinaryPrimitives.WriteUInt16BigEndian(bytes[30..], Check(bytes[..30]));
    }

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}

/// <summary>
/// The bytes of a PMS5003 as they come, cut anywhere: a pure fold that finds its frames again after anything that is none. The same bytes
/// give the same frames, however they are cut. It keeps at most 31 bytes. Never throws on what comes.
/// </summary>
public sealed record Pms5003Stream
{
    private ReadOnlyMemory<byte> Pending { get; init; }

    /// <summary>Frames whose start and length were right and whose check was not.</summary>
    public long BadFrames { get; private init; }

    /// <summary>Bytes that belonged to no frame.</summary>
    public long Skipped { get; private init; }

    /// <summary>A stream of which nothing has come yet.</summary>
    public static Pms5003Stream Empty { get; } = new();

    /// <summary>Takes the next bytes and hands on the frames that they complete.</summary>
    public Pms5003Stream Observe(ReadOnlySpan<byte> bytes, IList<Pms5003Frame> frames)
    {
        var all = new byte[Pending.Length + bytes.Length];
        Pending.Span.CopyTo(all);
        bytes.CopyTo(all.AsSpan(Pending.Length));
        var at = 0;
        long bad = 0, skipped = 0;
        while (at < all.Length)
        {
            var rest = all.AsSpan(at);
            if (MayBegin(rest))
            {
                if (rest.Length < Pms5003Frame.Length) break;
                if (Pms5003Frame.Decode(rest[..Pms5003Frame.Length]) is { } frame)
                {
                    frames.Add(frame);
                    at += Pms5003Frame.Length;
                    continue;
                }
                bad++;
            }
            at++; // a frame may begin within what looked like one
            skipped++;
        }
        return new() { Pending = all.AsMemory(at), BadFrames = BadFrames + bad, Skipped = Skipped + skipped };
    }

    // Whether these bytes are the beginning of a frame, as far as they go.
    private static bool MayBegin(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> begin = [Pms5003Frame.Start1, Pms5003Frame.Start2, 0, (byte)Pms5003Frame.LengthWord];
        var known = Math.Min(begin.Length, bytes.Length);
        return bytes[..known].SequenceEqual(begin[..known]);
    }
}

/// <summary>The Plantower PMS5003: particle concentrations from the frames that it sends by itself.</summary>
public static class Pms5003
{
    /// <summary>In its active mode it sends a frame at least this often (data manual V2.3, "Communication protocol"): 2.3 s when the air is steady.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(2.3);

    /// <summary>The quantities of one sample, in the order of <see cref="Measured"/>.</summary>
    public static IReadOnlyList<Quantity> Quantities { get; } = [Quantity.Pm1, Quantity.Pm2_5, Quantity.Pm10];

    /// <summary>The sample of a frame.</summary>
    public static (Measure Pm1, Measure Pm2_5, Measure Pm10) Measured(Pms5003Frame frame) =>
        (Measure.Of(Quantity.Pm1, frame.Pm1), Measure.Of(Quantity.Pm2_5, frame.Pm2_5), Measure.Of(Quantity.Pm10, frame.Pm10));

    /// <summary>The sample of a chip that gave nothing.</summary>
    public static (Measure Pm1, Measure Pm2_5, Measure Pm10) AllFailed(ReadFault fault) =>
        (Measure.Failed(Quantity.Pm1, fault), Measure.Failed(Quantity.Pm2_5, fault), Measure.Failed(Quantity.Pm10, fault));
}
