using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>What a start finds in the outbox's directory.</summary>
internal sealed record OutboxScan(OutboxState? State, IReadOnlyList<Segment> Segments, IReadOnlyDictionary<(string Device, Quantity Quantity), Reading> Newest, long TornBytes, int SetAside)
{
    private const string SetAsideSuffix = ".set-aside";

    /// <summary>Reads everything once: heads, records, their CRCs.</summary>
    public static OutboxScan Run(IFileLayer files)
    {
        var state = OutboxState.TryRead(files);
        var heads = new List<(Segment Segment, OutboxId Outbox)>();
        var setAside = 0;
        foreach (var name in files.List().Where(Segment.IsNameOfSegment).Order(StringComparer.Ordinal))
        {
            using var file = files.Open(name);
            if (Segment.TryRead(name, file) is { } head) heads.Add(head);
            else if (file.Length <= Segment.HeadBytes) files.Delete(name); // its making was cut off
            else setAside += Rename(files, name);
        }
        var outbox = state?.Outbox ?? (heads.Count > 0 ? heads[0].Outbox : null);
        foreach (var (segment, _) in heads.Where(head => head.Outbox != outbox)) setAside += Rename(files, segment.Name);

        var newest = new Dictionary<(string, Quantity), Reading>();
        var (torn, boot) = (0L, 0u);
        var segments = heads.Where(head => head.Outbox == outbox).Select(head => head.Segment).OrderBy(segment => segment.Lane).ThenBy(segment => segment.First).ToList();
        for (var i = 0; i < segments.Count; i++)
        {
            var limit = i + 1 < segments.Count && segments[i + 1].Lane == segments[i].Lane ? segments[i + 1].First : ulong.MaxValue;
            using var file = files.Open(segments[i].Name);
            var behind = segments[i].Scan(file, limit, batch =>
            {
                if (batch.Position.Samples.Count > 0) boot = Math.Max(boot, batch.Position.Samples[0].Order.Boot);
                foreach (var reading in batch.Readings) Note(newest, batch.Device, reading);
            });
            if (limit == ulong.MaxValue) torn += behind;
        }
        // Without its state an outbox still knows itself by its segments; the next boot is above every one that took anything.
        if (state is null && outbox is { } id) state = new(id, boot, null, new ulong[Lanes.Count]);
        else if (state is not null && state.Boot < boot) state = state with { Boot = boot };
        return new(state, segments, newest, torn, setAside);
    }

    /// <summary>Keeps the newest reading by its order.</summary>
    public static void Note(Dictionary<(string, Quantity), Reading> newest, string device, Reading reading)
    {
        if (!newest.TryGetValue((device, reading.Quantity), out var known) || known.Order <= reading.Order) newest[(device, reading.Quantity)] = reading;
    }

    private static int Rename(IFileLayer files, string name)
    {
        files.Rename(name, name + SetAsideSuffix);
        return 1;
    }
}
