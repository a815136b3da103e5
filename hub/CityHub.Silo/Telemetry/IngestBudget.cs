namespace CityHub.Silo.Telemetry;

/// <summary>What may still be queued. Shared by all mailboxes; thread-safe.</summary>
public enum IngestRoom : byte
{
    /// <summary>Everything is taken.</summary>
    Free,

    /// <summary>Over the limit: raw readings are shed, what matters more is taken.</summary>
    RawShed,

    /// <summary>Over the hard cap: nothing is taken.</summary>
    Full,
}

/// <summary>Counts the bytes of messages that wait to be handled. The hub never stops reading its socket: it sheds, and the nodes resend.</summary>
public sealed class IngestBudget(long limitBytes)
{
    private long _queued;

    /// <summary>Bytes waiting now.</summary>
    public long Queued => Interlocked.Read(ref _queued);

    public IngestRoom Room
    {
        get
        {
            var queued = Queued;
            return queued < limitBytes ? IngestRoom.Free : queued < limitBytes + limitBytes / 2 ? IngestRoom.RawShed : IngestRoom.Full;
        }
    }

    public void Add(int bytes) => Interlocked.Add(ref _queued, bytes);

    public void Release(int bytes) => Interlocked.Add(ref _queued, -bytes);
}
