namespace SmartCity.Mqtt;

/// <summary>How many bytes wait, and who waits until fewer do. Thread-safe.</summary>
internal sealed class ByteQueue(long limitBytes)
{
    private const long None = -1;

    private long _bytes;
    private long _relief = None; // somebody waits until no more than this is queued

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Room for a message. An empty queue takes one of any size, or a large one would never go.</summary>
    public bool TryReserve(int size)
    {
        var total = Interlocked.Add(ref _bytes, size);
        if (total <= limitBytes || total == size) return true;
        Volatile.Write(ref _relief, limitBytes / 2);
        GiveBack(size);
        return false;
    }

    public void GiveBack(long size) => Interlocked.Add(ref _bytes, -size);

    /// <summary>The wish is noted before the look: what empties the queue in between finds it.</summary>
    public bool HasRoom(long bytes)
    {
        if (Bytes < bytes) return true;
        Volatile.Write(ref _relief, bytes / 2);
        return Bytes < bytes;
    }

    /// <summary>Whether somebody waits for room that is there by now. Answers true once.</summary>
    public bool TakeRelief()
    {
        var relief = Volatile.Read(ref _relief);
        return relief != None && Bytes <= relief && Interlocked.CompareExchange(ref _relief, None, relief) == relief;
    }
}
