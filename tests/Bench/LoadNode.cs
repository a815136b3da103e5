using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace Bench;

/// <summary>One of many nodes of the load: a real Sparkplug session and send window over a queue in memory. Driven by one thread.</summary>
internal sealed class LoadNode
{
    public static readonly Quantity[] Quantities = [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.AirPressure, Quantity.Pm2_5];
    private static readonly LaneExtent Nothing = new(1, 1);

    private readonly EdgeSession _session;
    private readonly OutboxId _outbox = new(BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)));
    private readonly SendWindow _window;
    private readonly string[] _devices;
    private readonly MqttTopic[] _topics;
    private readonly Dictionary<ulong, Offer> _unanswered = [];
    private readonly Reading[] _readings;
    private readonly int _metrics;
    private ulong _next = 1;
    private ulong _oldest = 1;
    private ulong _sample;

    /// <param name="metrics">Quantities a message carries, 1 to 4.</param>
    public LoadNode(string group, string name, int devices, int metrics)
    {
        Name = name;
        _metrics = metrics;
        _readings = new Reading[metrics];
        _devices = Enumerable.Range(1, devices).Select(d => $"s{d}").ToArray();
        var key = new NodeKey(group, name);
        _topics = _devices.Select(d => new MqttTopic(SparkplugTopic.Of(MessageKind.DData, new DeviceKey(key, d)).ToString())).ToArray();
        _session = new(new(key, _devices.Select(d => new EdgeDevice(d, Quantities[..metrics])).ToArray(), new("harbour", name), null), null);
        _window = new(_outbox);
    }

    public string Name { get; }

    public int Unanswered => _unanswered.Count;

    public long Resent => _window.Resent;

    public OutgoingMessage Connect(Instant now) => _session.Connect(now);

    public IReadOnlyList<OutgoingMessage> Birth(Instant now, TimeSpan clock)
    {
        _window.Born(clock);
        return _session.Birth(now, new(_outbox, 1, [Nothing, Nothing, Nothing, new(_oldest, _next)]), []);
    }

    /// <summary>Takes a message into the queue.</summary>
    public void Take(int device, bool hot, TimeSpan clock, Instant now)
    {
        _unanswered[_next++] = new(device, hot, clock, now, ++_sample);
        _window.Extend(Lane.Raw, new(_oldest, _next));
    }

    /// <summary>Sends what the window allows.</summary>
    /// <returns>Messages sent.</returns>
    public int Pump(LoadLink link, TimeSpan clock)
    {
        var sent = 0;
        while (_window.TryNext(clock, out var position))
        {
            if (!_unanswered.TryGetValue(position.Batch, out var offer)) continue;
            if (!Send(link, position, offer))
            {
                _window.TakeBack(position);
                return sent;
            }
            sent++;
        }
        return sent;
    }

    /// <summary>Sends one message without a window, as to a subscriber that answers nothing.</summary>
    public bool SendUnanswered(LoadLink link, int device, bool hot, TimeSpan clock, Instant now) =>
        Send(link, new(Lane.Raw, _next++), new(device, hot, clock, now, ++_sample));

    public void Tick(TimeSpan clock) => _window.Tick(clock);

    /// <param name="answered">Called with the time at which each answered message was taken.</param>
    public bool OnCommand(string topic, byte[] payload, TimeSpan clock, Action<TimeSpan> answered)
    {
        var outcome = _session.OnCommand(topic, payload);
        if (outcome.Answer is { } answer)
        {
            _window.Take(answer, clock);
            foreach (var lane in answer.Lanes)
            {
                if (lane.Lane != Lane.Raw) continue;
                for (; _oldest <= lane.Through; _oldest++) Forget(_oldest, answered);
                foreach (var range in lane.Above)
                {
                    for (var batch = range.First; batch <= range.Last; batch++) Forget(batch, answered);
                }
            }
            _window.Extend(Lane.Raw, new(Math.Min(_oldest, _next), _next));
        }
        return outcome.Rebirth;
    }

    private void Forget(ulong batch, Action<TimeSpan> answered)
    {
        if (_unanswered.Remove(batch, out var offer)) answered(offer.Clock);
    }

    private bool Send(LoadLink link, Position position, Offer offer)
    {
        var order = ReadingOrder.Of(1, offer.Sample);
        for (var i = 0; i < _metrics; i++)
        {
            var value = i switch { 0 => offer.Hot ? 45 : 20 + offer.Sample % 100 * 0.01, 1 => 50 + offer.Sample % 64 * 0.1, 2 => 1013.25, _ => 12.5 };
            _readings[i] = Reading.Measured(Quantities[i], offer.At, order, value);
        }
        var message = _session.Data(offer.At, _devices[offer.Device], new(position, [new(order, ClockTrust.Synced, (byte)_metrics)]), _readings, historical: false);
        return message is { } data && link.Publish(_topics[offer.Device], data.Payload);
    }

    private readonly record struct Offer(int Device, bool Hot, TimeSpan Clock, Instant At, ulong Sample);
}
