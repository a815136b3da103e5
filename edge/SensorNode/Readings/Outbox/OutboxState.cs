using System.Buffers.Binary;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>What an outbox knows beside its batches; one small file, replaced whole.</summary>
/// <param name="Outbox">Random, made with the outbox.</param>
/// <param name="Boot">The boot that runs now.</param>
/// <param name="BdSeq">Of the last CONNECT; null before the first.</param>
/// <param name="Answered">Per lane, through which batch the hub has answered, as of when this was written: a hint, not a promise.</param>
internal sealed record OutboxState(OutboxId Outbox, uint Boot, byte? BdSeq, ulong[] Answered)
{
    public const string Name = "state";
    private const string TempName = "state.new";
    private const byte Version = 1;

    public static OutboxState? TryRead(IFileLayer files)
    {
        if (!files.List().Contains(Name)) return null;
        using var file = files.Open(Name);
        var bytes = new byte[Math.Min(file.Length, 256)];
        if (file.Read(0, bytes) != bytes.Length || bytes.Length < 5) return null;
        var body = bytes.AsSpan(0, bytes.Length - 4);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(body.Length)) != BatchRecord.Crc(0, body)) return null;
        var r = new VarintReader(body);
        if (!r.Byte(out var version) || version != Version || !r.UInt64(out var id) || !r.Varint(out var boot) || boot > ReadingOrder.MaxBoot) return null;
        if (!r.Byte(out var hasBdSeq) || !r.Byte(out var bdSeq)) return null;
        var answered = new ulong[Lanes.Count];
        for (var i = 0; i < answered.Length; i++)
        {
            if (!r.Varint(out answered[i])) return null;
        }
        return new(new(id), (uint)boot, hasBdSeq == 0 ? null : bdSeq, answered);
    }

    /// <summary>The old one or the new one is there after a crash, never half of one.</summary>
    public void Write(IFileLayer files)
    {
        var w = new VarintWriter();
        w.Byte(Version);
        w.UInt64(Outbox.Value);
        w.Varint(Boot);
        w.Byte(BdSeq is null ? (byte)0 : (byte)1);
        w.Byte(BdSeq ?? 0);
        foreach (var through in Answered) w.Varint(through);
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, BatchRecord.Crc(0, w.Written));
        w.Bytes(crc);
        using (var file = files.Create(TempName))
        {
            file.Write(0, w.Written);
            file.Flush();
        }
        files.Rename(TempName, Name);
        files.SyncDirectory();
    }
}
