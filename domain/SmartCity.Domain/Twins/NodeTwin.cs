using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>Whether a node is known to be there.</summary>
public enum NodePresence : byte
{
    /// <summary>Known, and nothing heard of it yet.</summary>
    Unheard = 0,

    /// <summary>Born, and not dead since.</summary>
    Online = 1,

    /// <summary>Its death was heard.</summary>
    Offline = 2,

    /// <summary>It should have spoken by now, or we have not listened for a while.</summary>
    Stale = 3,
}

/// <summary>
/// A node: whether it is there, which of its batches are accounted for, and the twins of its sensors by device name.
/// Presence goes by the wall clock, its sensors by the city clock. Mutable, single owner; <see cref="Write"/> is its checkpoint.
/// </summary>
public sealed class NodeTwin(NodeKey key)
{
    /// <summary>Most sensors (devices) of one node.</summary>
    public const int MaxSensors = 4096;

    private const byte Version = 1;

    public NodeKey Key { get; } = key;

    public NodePresence Presence { get; private set; }

    /// <summary>Since when <see cref="Presence"/> is what it is (wall clock); null while unheard.</summary>
    public Instant? Since { get; private set; }

    /// <summary>When anything at all came from it last (wall clock); null: never.</summary>
    public Instant? LastHeard { get; private set; }

    /// <summary>Whether its readings carry no ledger: no promise of completeness.</summary>
    public bool Unledgered { get; set; }

    public NodeLedger Ledger { get; private set; } = new();

    /// <summary>The sensors behind its devices, by device name. At most <see cref="MaxSensors"/> are kept and read back.</summary>
    public Dictionary<string, SensorTwin> Sensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Something came from it. Never goes back.</summary>
    public void Heard(Instant wallNow)
    {
        if (LastHeard is not { } last || last < wallNow) LastHeard = wallNow;
    }

    /// <summary>Presence is something else from now on. False when it is what it was: the first instant stands.</summary>
    public bool Becomes(NodePresence presence, Instant wallNow)
    {
        if (Presence == presence) return false;
        Presence = presence;
        Since = wallNow;
        return true;
    }

    public void Write(VarintWriter w)
    {
        w.Byte(Version);
        Texts.Write(w, Key.Group);
        Texts.Write(w, Key.Node);
        w.Byte((byte)Presence);
        w.Byte((byte)((Unledgered ? 1 : 0) | (Since is null ? 0 : 2) | (LastHeard is null ? 0 : 4)));
        if (Since is { } since) w.Signed(since.UnixMilliseconds);
        if (LastHeard is { } heard) w.Signed(heard.UnixMilliseconds);
        Ledger.Write(w);
        w.Varint((ulong)Sensors.Count);
        foreach (var (device, sensor) in Sensors)
        {
            Texts.Write(w, device);
            sensor.Write(w);
        }
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out NodeTwin twin)
    {
        twin = new NodeTwin(new("", ""));
        if (!r.Byte(out var version) || version != Version) return false;
        if (!Texts.Read(ref r, out var group) || !Texts.Read(ref r, out var node)) return false;
        if (!r.Byte(out var presence) || presence > (byte)NodePresence.Stale || !r.Byte(out var facts) || facts > 7) return false;
        long since = 0, heard = 0;
        if ((facts & 2) != 0 && !r.Signed(out since)) return false;
        if ((facts & 4) != 0 && !r.Signed(out heard)) return false;
        if (!NodeLedger.TryRead(ref r, out var ledger)) return false;
        twin = new NodeTwin(new(group, node))
        {
            Presence = (NodePresence)presence,
            Since = (facts & 2) != 0 ? new Instant(since) : null,
            LastHeard = (facts & 4) != 0 ? new Instant(heard) : null,
            Unledgered = (facts & 1) != 0,
            Ledger = ledger,
        };
        if (!r.Varint(out var count) || count > MaxSensors) return false;
        for (var i = 0ul; i < count; i++)
        {
            if (!Texts.Read(ref r, out var device) || !SensorTwin.TryRead(ref r, out var sensor) || !twin.Sensors.TryAdd(device, sensor)) return false;
        }
        return true;
    }
}
