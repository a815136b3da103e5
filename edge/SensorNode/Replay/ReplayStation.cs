using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Readings.Outbox;
using SensorNode.Telemetry;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Replay;

/// <summary>A station as a node of its own: the same outbox, ledger and session as a node on a pole.</summary>
internal sealed class ReplayStation : IAsyncDisposable
{
    public const string Group = "city";

    /// <summary>The device of the hourly values; daily ones are another instrument's.</summary>
    private const string Hourly = "station", Daily = "daily";

    private readonly Station _station;
    private readonly DiskFileLayer _files;
    private readonly DiskOutbox _outbox;
    private readonly MosquittoLink _link;
    private readonly TelemetrySession _session;
    private int _next;

    /// <param name="folder">Of its outbox: made, and gone with the replay.</param>
    public ReplayStation(Station station, string folder, ReplayArguments arguments, TimeProvider time, ILoggerFactory logs)
    {
        _station = station;
        _files = new(Path.Combine(folder, station.Node));
        _outbox = new(_files, 1L << 30, NullLogger<DiskOutbox>.Instance);
        _link = new(time, NullLogger<MosquittoLink>.Instance);
        var devices = new List<EdgeDevice>();
        foreach (var device in station.Values.Select(value => value.Quantity).Distinct().Order().GroupBy(DeviceOf)) devices.Add(new(device.Key, [.. device]));
        var node = new EdgeNode(new(Group, station.Node), devices, new(station.Town, station.Node), $"cityhub-{Group}");
        var broker = new MqttConnect { Host = arguments.BrokerHost, Port = arguments.BrokerPort, ClientId = $"{Group}-{station.Node}" };
        _session = new(new(node, broker), _outbox, _link, time, logs.CreateLogger<TelemetrySession>());
    }

    public string Name => _station.Name;

    /// <summary>The next stamp that it has not taken; null at the end.</summary>
    public Instant? Next => _next < _station.Values.Count ? _station.Values[_next].At : null;

    public bool IsLive => _session.Status is SessionStatus.Live or SessionStatus.CatchingUp;

    /// <summary>Everything taken is stored, by the hub's own answer.</summary>
    public bool IsAnswered => _outbox.AnsweredThrough(Lane.Raw) + 1 >= _outbox.Kept(Lane.Raw).Next;

    public Task StartAsync(CancellationToken cancel) => _session.StartAsync(cancel);

    /// <summary>Takes everything stamped up to an instant, and commits it.</summary>
    /// <returns>Readings taken.</returns>
    public int TakeThrough(Instant end)
    {
        var taken = 0;
        Span<Reading> sample = stackalloc Reading[32];
        while (_next < _station.Values.Count && _station.Values[_next].At <= end)
        {
            var (at, device) = (_station.Values[_next].At, DeviceOf(_station.Values[_next].Quantity));
            var order = ReadingOrder.Of(_outbox.Boot, _outbox.NextSample());
            var count = 0;
            for (; _next < _station.Values.Count && _station.Values[_next] is var value && value.At == at && DeviceOf(value.Quantity) == device; _next++)
            {
                sample[count++] = Reading.Measured(value.Quantity, at, order, value.Value);
            }
            _outbox.Take(device, Lane.Raw, sample[..count]);
            taken += count;
        }
        if (taken > 0) _outbox.Commit(Lane.Raw);
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.StopAsync(CancellationToken.None);
        _session.Dispose();
        _link.Dispose();
        _outbox.Dispose();
        _files.Dispose();
    }

    private static string DeviceOf(Quantity quantity) => quantity is Quantity.Pm10Daily or Quantity.Pm2_5Daily ? Daily : Hourly;
}
