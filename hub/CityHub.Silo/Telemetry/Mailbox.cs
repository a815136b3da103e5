using System.Buffers;
using System.Buffers.Binary;

namespace CityHub.Silo.Telemetry;

/// <summary>
/// Messages on their way from the broker's connection to one shard. The connection's thread copies them into pooled chunks and goes on;
/// the shard takes all chunks at once. No allocation per message.
/// <para>Mail that comes to an idle shard wakes it at once, or at the end of its burst where the connection hears bursts. Where it does not, and mail
/// keeps coming, it is taken a millisecond's worth at a time: to wake a thread for each message would cost more than to handle it.</para>
/// </summary>
public sealed class Mailbox(IngestBudget budget)
{
    /// <summary>Size of a chunk; a longer message gets one of its own.</summary>
    private const int ChunkBytes = 64 * 1024;

    private const int GatherMilliseconds = 1;

    private readonly object _gate = new();
    private readonly Queue<Action> _controls = [];
    private List<MailChunk> _full = [];
    private MailChunk? _open;
    private bool _closed;
    private bool _knocked;
    private bool _busy;
    private bool _gathering;
    private bool _inBurst; // mail lies here of which nobody was told yet
    private bool _comesInBursts;

    /// <summary>Copies a message in. Called from a connection's thread.</summary>
    /// <param name="arrived">Timestamp of the wall clock's <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="more">Whether <see cref="EndBurst"/> follows.</param>
    public void Post(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, long arrived, MailFlags flags, bool more = false)
    {
        var size = MailChunk.SizeOf(topic, payload);
        budget.Add(size);
        lock (_gate)
        {
            if (_open is null || !_open.Fits(size))
            {
                if (_open is not null) _full.Add(_open);
                _open = new MailChunk(ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, size)), arrived);
            }
            _open.Append(topic, payload, flags);
            _comesInBursts = more;
            // A full chunk is work enough to begin with.
            if (more && _full.Count == 0) _inBurst = true;
            else Knock();
        }
    }

    /// <summary>Wakes the shard for what was posted since the last end.</summary>
    public void EndBurst()
    {
        lock (_gate)
        {
            if (!_inBurst) return;
            _inBurst = false;
            Knock();
        }
    }

    /// <summary>Asks the shard to do something between two chunks. False: it takes nothing more.</summary>
    public bool Post(Action control)
    {
        lock (_gate)
        {
            if (_closed) return false;
            _controls.Enqueue(control);
            Knock();
            return true;
        }
    }

    /// <summary>Wakes the shard, so that it looks at its clocks.</summary>
    public void Tick()
    {
        lock (_gate) Knock();
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Knock();
        }
    }

    /// <summary>Waits until there is something to do and takes it all. False: closed.</summary>
    public bool Take(ref List<MailChunk> chunks, List<Action> controls)
    {
        lock (_gate)
        {
            if (_busy && !_comesInBursts && _full.Count == 0 && !_closed) Gather();
            while (!_knocked && !_closed) Monitor.Wait(_gate);
            if (_closed) return false;
            _knocked = false;
            while (_controls.TryDequeue(out var control)) controls.Add(control);
            (chunks, _full) = (_full, chunks);
            if (_open is not null) chunks.Add(_open);
            _open = null;
            _busy = chunks.Count > 0;
            return true;
        }
    }

    private void Gather()
    {
        _gathering = true;
        Monitor.Wait(_gate, GatherMilliseconds);
        _gathering = false;
    }

    /// <summary>After the end: what was still asked.</summary>
    public void Drain(List<Action> controls)
    {
        lock (_gate)
        {
            while (_controls.TryDequeue(out var control)) controls.Add(control);
        }
    }

    /// <summary>Gives a handled chunk back.</summary>
    public void Return(MailChunk chunk)
    {
        budget.Release(chunk.Used);
        ArrayPool<byte>.Shared.Return(chunk.Buffer);
    }

    /// <summary>Whether a control waits; the shard looks between chunks.</summary>
    public bool TryTakeControl(out Action control)
    {
        lock (_gate) return _controls.TryDequeue(out control!);
    }

    private void Knock()
    {
        if (_knocked && !_closed) return;
        _knocked = true;
        if (!_gathering || _closed) Monitor.Pulse(_gate);
    }
}

/// <summary>What the connection says of a message.</summary>
[Flags]
public enum MailFlags : ushort
{
    None = 0,

    /// <summary>Its quality of service, 0 to 2.</summary>
    QosMask = 3,

    /// <summary>From the broker's memory.</summary>
    Retained = 4,

    /// <summary>Only the head of a message that was too long.</summary>
    Cut = 8,
}

/// <summary>Messages one behind the other in a pooled buffer: topic length and flags, payload length, topic, payload.</summary>
public sealed class MailChunk(byte[] buffer, long arrived)
{
    private const int HeadBytes = 8;
    private int _read;

    public byte[] Buffer => buffer;

    /// <summary>When its first message arrived, see <see cref="Mailbox.Post(ReadOnlySpan{byte}, ReadOnlySpan{byte}, long, MailFlags, bool)"/>.</summary>
    public long Arrived => arrived;

    public int Used { get; private set; }

    public static int SizeOf(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload) => HeadBytes + topic.Length + payload.Length;

    public bool Fits(int size) => buffer.Length - Used >= size;

    public void Append(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, MailFlags flags)
    {
        var at = buffer.AsSpan(Used);
        BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)topic.Length | (uint)flags << 16); // MQTT: a topic has at most 65,535 bytes
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], payload.Length);
        topic.CopyTo(at[HeadBytes..]);
        payload.CopyTo(at[(HeadBytes + topic.Length)..]);
        Used += HeadBytes + topic.Length + payload.Length;
    }

    /// <summary>The next message; false at the end.</summary>
    public bool Next(out ReadOnlySpan<byte> topic, out ReadOnlySpan<byte> payload, out MailFlags flags)
    {
        topic = payload = default;
        flags = 0;
        if (_read >= Used) return false;
        var at = buffer.AsSpan(_read);
        var head = BinaryPrimitives.ReadUInt32LittleEndian(at);
        var topicLength = (int)(head & ushort.MaxValue);
        var payloadLength = BinaryPrimitives.ReadInt32LittleEndian(at[4..]);
        flags = (MailFlags)(head >> 16);
        topic = at.Slice(HeadBytes, topicLength);
        payload = at.Slice(HeadBytes + topicLength, payloadLength);
        _read += HeadBytes + topicLength + payloadLength;
        return true;
    }
}
