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

    private const byte Version = 2;

    /// <summary>Without the node's own figures: what hubs before them wrote.</summary>
    private const byte VersionBefore = 1;

    private const double Hundredths = 100; // of a degree, in a checkpoint

    private NodeBytes? _sent;

    public NodeKey Key { get; } = key;

    public NodePresence Presence { get; private set; }

    /// <summary>Since when <see cref="Presence"/> is what it is (wall clock); null while unheard.</summary>
    public Instant? Since { get; private set; }

    /// <summary>When anything at all came from it last (wall clock); null: never.</summary>
    public Instant? LastHeard { get; private set; }

    /// <summary>Whether its readings carry no ledger: no promise of completeness.</summary>
    public bool Unledgered { get; set; }

    public NodeLedger Ledger { get; private set; } = new();

    /// <summary>What it said of itself last; null: it has said nothing of the kind.</summary>
    public NodeVitals? Vitals { get; private set; }

    /// <summary>Bytes of MQTT packets that came from it, as they are on the wire without TLS; as of the last checkpoint after a restart of the hub.</summary>
    public ulong ReceivedBytes { get; private set; }

    /// <summary>Bytes that it has sent by its own count, see <see cref="NodeBytes"/>; null: it does not count.</summary>
    public ulong? SentBytes => _sent?.InAll;

    /// <summary>The sensors behind its devices, by device name. At most <see cref="MaxSensors"/> are kept and read back.</summary>
    public Dictionary<string, SensorTwin> Sensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Something came from it. Never goes back.</summary>
    public void Heard(Instant wallNow)
    {
        if (LastHeard is not { } last || last < wallNow) LastHeard = wallNow;
    }

    /// <summary>Bytes came from it.</summary>
    public void Received(long bytes) => ReceivedBytes += (ulong)bytes;

    /// <summary>It said how it is.</summary>
    public void Told(NodeVitals vitals, Instant wallNow)
    {
        Vitals = vitals;
        if (vitals.SentBytes is { } sinceStart) _sent = (_sent ?? default).Tell(sinceStart, wallNow, isFirst: _sent is null);
    }

    /// <summary>Of <see cref="SentBytes"/>, what it sent since midnight UTC; null: it does not count.</summary>
    public ulong? SentToday(Instant wallNow) => _sent?.Today(wallNow);

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
        w.Varint(ReceivedBytes);
        w.Byte((byte)((Vitals is null ? 0 : 1) | (Vitals?.BoardCelsius is null ? 0 : 2) | (Vitals?.SentBytes is null ? 0 : 4) | (Vitals?.BytesADay is null ? 0 : 8) | (_sent is null ? 0 : 16)));
        if (Vitals?.BoardCelsius is { } celsius) w.Signed((long)Math.Round(celsius * Hundredths));
        if (Vitals?.SentBytes is { } sinceStart) w.Varint(sinceStart);
        if (Vitals?.BytesADay is { } budget) w.Varint(budget);
        _sent?.Write(w);
        w.Varint((ulong)Sensors.Count);
        foreach (var (device, sensor) in Sensors)
        {
            Texts.Write(w, device);
            sensor.Write(w);
        }
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote, now or before nodes had figures of their own.</summary>
    public static bool TryRead(ref VarintReader r, out NodeTwin twin)
    {
        twin = new NodeTwin(new("", ""));
        if (!r.Byte(out var version) || version is not (Version or VersionBefore)) return false;
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
        if (version == Version && !twin.TryReadFigures(ref r)) return false;
        if (!r.Varint(out var count) || count > MaxSensors) return false;
        for (var i = 0ul; i < count; i++)
        {
            if (!Texts.Read(ref r, out var device) || !SensorTwin.TryRead(ref r, out var sensor) || !twin.Sensors.TryAdd(device, sensor)) return false;
        }
        return true;
    }

    private bool TryReadFigures(ref VarintReader r)
    {
        if (!r.Varint(out var received) || !r.Byte(out var facts) || facts > 31 || (facts & 1) == 0 && (facts & 14) != 0) return false;
        long hundredths = 0;
        ulong sinceStart = 0, budget = 0;
        if ((facts & 2) != 0 && !r.Signed(out hundredths)) return false;
        if ((facts & 4) != 0 && !r.Varint(out sinceStart)) return false;
        if ((facts & 8) != 0 && !r.Varint(out budget)) return false;
        var sent = default(NodeBytes);
        if ((facts & 16) != 0 && !NodeBytes.TryRead(ref r, out sent)) return false;
        ReceivedBytes = received;
        if ((facts & 1) != 0) Vitals = new((facts & 2) != 0 ? hundredths / Hundredths : null, (facts & 4) != 0 ? sinceStart : null, (facts & 8) != 0 ? budget : null);
        _sent = (facts & 16) != 0 ? sent : null;
        return true;
    }
}
