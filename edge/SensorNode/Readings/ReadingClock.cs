using System.Diagnostics.Metrics;
using SensorNode.Devices;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>
/// Gives samples their order and stamp on their way to the sink, by <see cref="NodeClock"/>. Before the clock is disciplined, what is no alert
/// waits here, at most ten minutes: it is not taken until then, and a node that loses its power in that time has not taken it. Thread-safe.
/// </summary>
public sealed class ReadingClock
{
    /// <summary>Most readings that wait for the clock; over it the oldest go on with the stamp that there is.</summary>
    public const int MaxHeldReadings = 20_000;

    private static readonly Meter Meter = new("SensorNode");
    private static readonly Counter<long> Held = Meter.CreateCounter<long>("sensornode_held_for_clock", description: "Readings that waited for the clock to be disciplined.");

    private readonly IReadingSink _sink;
    private readonly IClockTrust _kernel;
    private readonly TimeProvider _time;
    private readonly EdgeWatch? _watch;
    private readonly Lock _gate = new();
    private readonly Queue<HeldSample> _held = new();
    private readonly Dictionary<string, RisingStamps> _stamps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RisingStamps> _heldStamps = new(StringComparer.Ordinal); // what waited is older than what did not
    private NodeClock _clock;
    private int _heldReadings;

    /// <param name="watch">Sees each sample as soon as it has its order, whatever the clock.</param>
    public ReadingClock(IReadingSink sink, IClockTrust kernel, TimeProvider time, EdgeWatch? watch = null)
    {
        (_sink, _kernel, _time, _watch) = (sink, kernel, time, watch);
        _clock = NodeClock.Started(time.MonotonicNs());
    }

    /// <summary>Readings that wait for the clock.</summary>
    public int HeldReadings
    {
        get { lock (_gate) return _heldReadings; }
    }

    /// <summary>Hands on one sample of one device, now or once the clock is right.</summary>
    /// <param name="atNs">When it was measured, monotonic nanoseconds.</param>
    public void Give(string device, Lane lane, long atNs, ReadOnlySpan<Measure> measures)
    {
        ReadingOrder order;
        lock (_gate) order = Order(device, lane, atNs, measures);
        _watch?.Saw(device, order, atNs, measures);
    }

    private ReadingOrder Order(string device, Lane lane, long atNs, ReadOnlySpan<Measure> measures)
    {
        var now = _time.MonotonicNs();
        _clock = _clock.Look(now, Instant.From(_time.GetUtcNow()), _kernel.Now());
        var order = ReadingOrder.Of(_sink.Boot, _sink.NextSample());
        if (!_clock.Holds(now)) Release(0);
        else if (lane != Lane.Alert)
        {
            _held.Enqueue(new(device, lane, atNs, order, measures.ToArray()));
            _heldReadings += measures.Length;
            Held.Add(measures.Length);
            Release(MaxHeldReadings);
            return order;
        }
        Take(_stamps, device, lane, atNs, order, _clock.Trust, measures);
        return order;
    }

    /// <summary>The node stops: what waits goes on with the stamp that there is.</summary>
    public void ReleaseAll()
    {
        lock (_gate) Release(0);
    }

    private void Release(int most)
    {
        while (_heldReadings > most && _held.TryDequeue(out var sample))
        {
            _heldReadings -= sample.Measures.Length;
            Take(_heldStamps, sample.Device, sample.Lane, sample.AtNs, sample.Order, _clock.TrustOfHeld, sample.Measures);
        }
    }

    private void Take(Dictionary<string, RisingStamps> stamps, string device, Lane lane, long atNs, ReadingOrder order, ClockTrust trust, ReadOnlySpan<Measure> measures)
    {
        (stamps[device], var at) = stamps.GetValueOrDefault(device).Stamp(_clock.At(atNs));
        Span<Reading> sample = new Reading[measures.Length];
        for (var i = 0; i < measures.Length; i++) sample[i] = measures[i].At(at, order, trust);
        _sink.Take(device, lane, sample);
    }

    private sealed record HeldSample(string Device, Lane Lane, long AtNs, ReadingOrder Order, Measure[] Measures);
}
