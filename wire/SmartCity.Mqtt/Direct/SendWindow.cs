namespace SmartCity.Mqtt.Direct;

/// <summary>A message of QoS 1 that waits for its turn.</summary>
internal readonly record struct WaitingMessage(MqttTopic Topic, byte[] Payload, bool Retain)
{
    public int Size => Topic.Utf8.Length + Payload.Length;
}

/// <summary>
/// Messages of QoS 1 on their way: so many unacknowledged at a time (section 4.4 asks for their order, not for a number), the rest waits in order.
/// Gives packet identifiers, to subscriptions too. Not thread-safe.
/// </summary>
/// <param name="mostUnacknowledged">From 1.</param>
internal sealed class SendWindow(int mostUnacknowledged)
{
    private readonly Dictionary<ushort, int> _unacknowledged = []; // identifier → bytes
    private readonly Dictionary<ushort, string> _asked = [];       // identifier → filter
    private readonly Queue<WaitingMessage> _waiting = new();
    private ushort _last;

    /// <summary>Nothing is unacknowledged and nothing waits.</summary>
    public bool IsEmpty => _unacknowledged.Count == 0 && _waiting.Count == 0;

    /// <summary>An identifier for a message of so many bytes; null: it has to wait for its turn.</summary>
    public ushort? TryTake(int size)
    {
        if (_waiting.Count > 0 || _unacknowledged.Count >= mostUnacknowledged) return null;
        var id = Next();
        _unacknowledged[id] = size;
        return id;
    }

    public void Wait(WaitingMessage message) => _waiting.Enqueue(message);

    /// <summary>An identifier for a subscription; null: 65,535 are in use.</summary>
    public ushort? TryAsk(string filter)
    {
        if (_asked.Count + _unacknowledged.Count >= ushort.MaxValue) return null;
        var id = Next();
        _asked[id] = filter;
        return id;
    }

    /// <summary>The filter that a SUBACK answers; null: none of ours.</summary>
    public string? Answered(ushort id) => _asked.Remove(id, out var filter) ? filter : null;

    /// <summary>Bytes that an acknowledgement frees; 0: of no message of ours.</summary>
    public int Acknowledged(ushort id) => _unacknowledged.Remove(id, out var size) ? size : 0;

    /// <summary>The next of those that wait, if there is room for it now.</summary>
    public (WaitingMessage Message, ushort Id)? TryNext()
    {
        if (_waiting.Count == 0 || _unacknowledged.Count >= mostUnacknowledged) return null;
        var message = _waiting.Dequeue();
        var id = Next();
        _unacknowledged[id] = message.Size;
        return (message, id);
    }

    private ushort Next()
    {
        do _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        while (_unacknowledged.ContainsKey(_last) || _asked.ContainsKey(_last));
        return _last;
    }
}
