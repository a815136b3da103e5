using System.Text;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Timeline;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SensorNode.Readings;

/// <summary>Where a node's own rules stand, on disk: written whole or not at all, closed by a check sum. Of one outbox: in another one orders begin anew.</summary>
internal sealed class EdgeWatchFile(string path, OutboxId outbox)
{
    private const byte Version = 1;
    private const int MostBytes = 4 * 1024 * 1024;

    public string Path => path;

    /// <summary>What was kept; nothing of another outbox.</summary>
    public Kept Read()
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return Kept.Nothing(damaged: false);
            if (file.Length is < 5 or > MostBytes) return Kept.Nothing(damaged: true);
            var bytes = File.ReadAllBytes(path);
            return Crc32C.TryUnseal(bytes, out var body) && TryRead(body, out var kept) ? kept : Kept.Nothing(damaged: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Kept.Nothing(damaged: true);
        }
    }

    /// <summary>Null: written; else why not.</summary>
    public string? Write(Instant looked, IReadOnlyList<EdgeEpisode> episodes, IEnumerable<(string Device, SensorTwin Twin)> twins)
    {
        var w = new VarintWriter();
        w.Byte(Version);
        w.UInt64(outbox.Value);
        w.Signed(looked.UnixMilliseconds);
        var text = Encoding.UTF8.GetBytes(EdgeEpisode.Write(episodes));
        w.Varint((ulong)text.Length);
        w.Bytes(text);
        var all = twins.ToList();
        w.Varint((ulong)all.Count);
        foreach (var (_, twin) in all) twin.Write(w);
        Crc32C.Seal(w);
        try
        {
            using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
            {
                file.Write(w.Written);
                file.Flush(flushToDisk: true);
            }
            File.Move(path + ".new", path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private bool TryRead(ReadOnlySpan<byte> body, out Kept kept)
    {
        kept = Kept.Nothing(damaged: false);
        var r = new VarintReader(body);
        if (!r.Byte(out var version) || version != Version || !r.UInt64(out var of) || !r.Signed(out var looked)) return false;
        if (of != outbox.Value) return true; // a new card: what was kept is of the old one
        if (!r.Varint(out var length) || length > (ulong)body.Length || !r.Bytes((int)length, out var text) || !r.Varint(out var count)) return false;
        var twins = new Dictionary<string, SensorTwin>(StringComparer.Ordinal);
        for (var i = 0ul; i < count; i++)
        {
            if (!SensorTwin.TryRead(ref r, out var twin)) return false;
            twins[twin.Id.Value] = twin;
        }
        kept = new(new(looked), EdgeEpisode.Read(Encoding.UTF8.GetString(text)), twins, Damaged: false);
        return true;
    }

    /// <param name="Looked">By the watch's own clock, when it was written.</param>
    public sealed record Kept(Instant Looked, IReadOnlyList<EdgeEpisode> Episodes, IReadOnlyDictionary<string, SensorTwin> Twins, bool Damaged)
    {
        public static Kept Nothing(bool damaged) => new(new(0), [], new Dictionary<string, SensorTwin>(), damaged);
    }
}
