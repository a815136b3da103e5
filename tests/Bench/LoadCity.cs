using System.Diagnostics;
using System.Globalization;
using System.Text;
using SmartCity.Readings;

namespace Bench;

/// <summary>What one run of the load came to.</summary>
/// <param name="Taken">Messages that fell due.</param>
/// <param name="Settled">Whether everything was answered (or, without answers, written to the socket) within the patience.</param>
/// <param name="Dropped">Messages that the broker dropped meanwhile.</param>
/// <param name="Answer">Publish to answered: durable in timeline and checkpoint.</param>
internal sealed record LoadResult(long Taken, long Resent, bool Settled, long Dropped, TimeSpan Length, Percentiles Answer);

/// <summary>
/// Many Sparkplug nodes over one connection, open loop: messages fall due by the clock, whatever the hub does; each node honours the hub's
/// answers as a real one does.
/// </summary>
internal sealed class LoadCity : IDisposable
{
    private const string Group = "city";
    private readonly LoadLink _link;
    private readonly Dictionary<string, LoadNode> _byName;
    private readonly LoadNode[] _nodes;
    private readonly int _devices;
    private readonly int[] _hotNext; // per sensor: 1 when its next message clears
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly long _epochMilliseconds = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private readonly uint[] _dice = [2463534242];
    private long _dropped;
    private int _turn;

    private LoadCity(LoadLink link, int nodes, int devices, int metrics)
    {
        (_link, _devices) = (link, devices);
        _nodes = Enumerable.Range(1, nodes).Select(i => new LoadNode(Group, $"n{i}", devices, metrics)).ToArray();
        _byName = _nodes.ToDictionary(n => n.Name);
        _hotNext = new int[nodes * devices];
    }

    public int Sensors => _hotNext.Length;

    /// <summary>Called for every message that is hot, with its sensor's number and the time it fell due.</summary>
    public Action<int, TimeSpan>? Hot { get; set; }

    /// <summary>The clock that <see cref="Hot"/> speaks of.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>The sensor id that the hub suggests for a sensor of ours.</summary>
    public static int SensorNumber(string sensorId, int devices)
    {
        var parts = sensorId.Split('.'); // city.n12.s3
        return (int.Parse(parts[1].AsSpan(1), CultureInfo.InvariantCulture) - 1) * devices + int.Parse(parts[2].AsSpan(1), CultureInfo.InvariantCulture) - 1;
    }

    public static async Task<LoadCity> Open(int port, int nodes, int devices, int metrics) =>
        new(await LoadLink.Open(port, "load", $"spBv1.0/{Group}/NCMD/+", "$SYS/broker/publish/messages/dropped"), nodes, devices, metrics);

    /// <summary>All nodes' births.</summary>
    public async Task Birth()
    {
        foreach (var node in _nodes)
        {
            node.Connect(Stamp());
            Birth(node);
            await Drain();
        }
    }

    /// <param name="rate">Messages a second.</param>
    /// <param name="answered">Whether somebody answers.</param>
    /// <param name="hotShare">Share of all messages that are over the threshold, below one half; each is followed by one that clears.</param>
    public async Task<LoadResult> Run(double rate, TimeSpan length, bool answered, double hotShare, TimeSpan patience)
    {
        var answers = new Percentiles();
        var resent = _nodes.Sum(n => n.Resent);
        var dropped = Interlocked.Read(ref _dropped);
        var start = Now;
        long taken = 0;
        var nextTick = start;
        while (Now - start < length)
        {
            for (var due = (long)((Now - start).TotalSeconds * rate); taken < due; taken++) One(answered, hotShare);
            Hear(answers);
            if (answered) Pump(ref nextTick);
            await Task.Delay(1);
        }
        var end = Now + patience;
        while (Now < end && (_link.QueuedBytes > 0 || answered && _nodes.Any(n => n.Unanswered > 0)))
        {
            Hear(answers);
            if (answered) Pump(ref nextTick);
            await Task.Delay(1);
        }
        var settled = _link.QueuedBytes == 0 && (!answered || _nodes.All(n => n.Unanswered == 0));
        await Task.Delay(1200); // the broker tells its counts once a second
        Hear(answers);
        return new(taken, _nodes.Sum(n => n.Resent) - resent, settled, Interlocked.Read(ref _dropped) - dropped, length, answers);
    }

    public void Dispose() => _link.Dispose();

    private void One(bool answered, double hotShare)
    {
        _turn = (_turn + 1) % Sensors;
        // Neighbouring turns go to different nodes, as in a city.
        var (node, device) = (_turn % _nodes.Length, _turn / _nodes.Length);
        var sensor = node * _devices + device;
        var hot = _hotNext[sensor] == 0 && Dice() < hotShare / (1 - hotShare); // of those that need not clear
        _hotNext[sensor] = hot ? 1 : 0;
        var now = Now;
        if (hot) Hot?.Invoke(sensor, now);
        if (answered) _nodes[node].Take(device, hot, now, Stamp());
        else _nodes[node].SendUnanswered(_link, device, hot, now, Stamp());
        if (answered) _nodes[node].Pump(_link, now);
    }

    private void Pump(ref TimeSpan nextTick)
    {
        if (Now < nextTick) return;
        nextTick = Now + TimeSpan.FromMilliseconds(50);
        foreach (var node in _nodes)
        {
            node.Tick(Now);
            node.Pump(_link, Now);
        }
    }

    private void Hear(Percentiles answers)
    {
        while (_link.Heard.TryDequeue(out var heard))
        {
            if (heard.Topic.StartsWith("$SYS", StringComparison.Ordinal))
            {
                Interlocked.Exchange(ref _dropped, long.Parse(Encoding.UTF8.GetString(heard.Payload), CultureInfo.InvariantCulture));
                continue;
            }
            if (!_byName.TryGetValue(heard.Topic[(heard.Topic.LastIndexOf('/') + 1)..], out var node)) continue;
            var now = Now;
            if (node.OnCommand(heard.Topic, heard.Payload, now, taken => answers.Add((now - taken).TotalMilliseconds))) Birth(node);
            node.Pump(_link, now);
        }
    }

    private void Birth(LoadNode node)
    {
        foreach (var message in node.Birth(Stamp(), Now))
        {
            // A birth that finds the queue full is half a birth: the hub asks again.
            if (!_link.Publish(new(message.Topic), message.Payload)) return;
        }
    }

    private async Task Drain()
    {
        while (_link.QueuedBytes > 1 << 20) await Task.Delay(1);
    }

    private Instant Stamp() => new(_epochMilliseconds + _clock.ElapsedMilliseconds);

    private double Dice()
    {
        var x = _dice[0];
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        _dice[0] = x;
        return x / (double)uint.MaxValue;
    }
}
