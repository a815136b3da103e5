namespace SmartCity.Mqtt.Mosquitto;

/// <summary>
/// How many bytes the library holds for us. It names a message by its 16-bit id only, and may be done with it before the publisher has
/// learned that id: whichever of the two comes second gives the bytes back.
/// </summary>
internal sealed class SendQueue(long limitBytes)
{
    private const int DoneFirst = -1;
    private const long None = -1;
    private const int MaxMessages = 60_000; // ids are 16 bits: one must not come round while its message still waits

    private readonly int[] _sizes = new int[ushort.MaxValue + 1];
    private long _bytes;
    private int _messages;
    private long _relief = None; // somebody waits until no more than this is queued

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Nothing waits for the socket or an acknowledgement.</summary>
    public bool IsEmpty => Volatile.Read(ref _messages) == 0;

    /// <summary>Room for a message. An empty queue takes one of any size, or a large one would never go.</summary>
    public bool TryReserve(int size)
    {
        var total = Interlocked.Add(ref _bytes, size);
        var messages = Interlocked.Increment(ref _messages);
        if ((total <= limitBytes || total == size) && messages <= MaxMessages) return true;
        GiveBack(size);
        Volatile.Write(ref _relief, limitBytes / 2);
        return false;
    }

    public void GiveBack(int size)
    {
        Interlocked.Decrement(ref _messages);
        Interlocked.Add(ref _bytes, -size);
    }

    public void Sent(int mid, int size)
    {
        // A size of 0 is stored as 1 off: 0 means nobody has been here yet.
        if (Interlocked.CompareExchange(ref _sizes[mid & 0xFFFF], size + 1, 0) != DoneFirst) return;
        Volatile.Write(ref _sizes[mid & 0xFFFF], 0);
        GiveBack(size);
    }

    public void Done(int mid)
    {
        var size = Interlocked.CompareExchange(ref _sizes[mid & 0xFFFF], DoneFirst, 0);
        if (size <= 0) return;
        Volatile.Write(ref _sizes[mid & 0xFFFF], 0);
        GiveBack(size - 1);
    }

    public bool HasRoom(long bytes)
    {
        if (Bytes < bytes) return true;
        Volatile.Write(ref _relief, bytes / 2);
        return false;
    }

    /// <summary>Whether somebody waits for room that is there by now. Answers true once.</summary>
    public bool TakeRelief()
    {
        var relief = Volatile.Read(ref _relief);
        return relief != None && Bytes <= relief && Volatile.Read(ref _messages) <= MaxMessages / 2 && Interlocked.CompareExchange(ref _relief, None, relief) == relief;
    }
}
