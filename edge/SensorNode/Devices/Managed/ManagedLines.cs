using System.Collections.Concurrent;
using System.Device.Gpio;
using System.Threading.Channels;
using SensorNode.Options;

namespace SensorNode.Devices.Managed;

/// <summary>
/// The lines of one GPIO chip by the library's controller. Its events carry no stamp of the kernel: an edge's time is when we hear of it, which is good for contacts and
/// counts and not for what is timed by its edges. What a full buffer of the kernel lost, it does not tell.
/// </summary>
public sealed class ManagedLines : IEdgeSource
{
    /// <summary>Edges that wait here for their loop; what is over it is counted as lost.</summary>
    public const int MaxQueued = 4096;

    private readonly Func<GpioController> _openChip;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<LineEvent> _events = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _timer;
    private readonly Lock _queueing = new(); // each line has a thread of the library's
    private readonly Dictionary<int, (PinChangeEventHandler Told, bool Prompt)> _open = [];
    private readonly Dictionary<int, uint> _dropped = []; // by line; under the lock
    private GpioController? _controller;

    /// <param name="openChip">Opens the controller; it throws what the library throws.</param>
    /// <param name="time">The clock of edges and waits.</param>
    public ManagedLines(Func<GpioController> openChip, TimeProvider time)
    {
        (_openChip, _time) = (openChip, time);
        _timer = time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many events wait to be taken.</summary>
    public int Waiting => _events.Count;

    public LineOpening Open(int line, LinePull pull, bool prompt)
    {
        try
        {
            _controller ??= _openChip();
            Close(line);
            _controller.OpenPin(line, Mode(pull));
            PinChangeEventHandler told = (_, happened) => Happened(line, happened.ChangeType == PinEventTypes.Rising, prompt);
            _controller.RegisterCallbackForPinValueChangedEvent(line, PinEventTypes.Rising | PinEventTypes.Falling, told);
            _open[line] = (told, prompt);
            var high = _controller.Read(line) == PinValue.High; // after the listening: an edge between the two is told, and changes nothing
            return new(null, high, _time.MonotonicNs());
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            return new(ManagedFaults.OfOpening(failure), false, 0);
        }
    }

    public bool TryTake(out LineEvent next) => _events.TryDequeue(out next);

    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        _timer.Change(MonotonicClock.RoundedUp(atMost), Timeout.InfiniteTimeSpan);
        await _signal.Reader.ReadAsync(stopping);
    }

    public void Dispose()
    {
        foreach (var line in _open.Keys.ToArray()) Close(line);
        _controller?.Dispose();
        _controller = null;
        _timer.Dispose();
    }

    // Both edges by their pin's own thread: in order for a line, and never two at once into the queue.
    private void Happened(int line, bool rising, bool prompt)
    {
        lock (_queueing)
        {
            var dropped = _dropped.GetValueOrDefault(line);
            if (_events.Count >= MaxQueued)
            {
                _dropped[line] = dropped + 1;
            }
            else
            {
                _events.Enqueue(new(line, new(rising, _time.MonotonicNs()), dropped));
                _dropped.Remove(line);
            }
        }
        if (prompt || _events.Count >= MaxQueued / 2) Signal();
    }

    private void Close(int line)
    {
        if (!_open.Remove(line, out var open)) return;
        _controller!.UnregisterCallbackForPinValueChangedEvent(line, open.Told);
        _controller.ClosePin(line);
    }

    private void Signal() => _signal.Writer.TryWrite(true);

    // "Off" has no word in the library: what the system set stays, as with AsIs.
    private static PinMode Mode(LinePull pull) => pull switch
    {
        LinePull.AsIs or LinePull.Off => PinMode.Input,
        LinePull.Up => PinMode.InputPullUp,
        LinePull.Down => PinMode.InputPullDown,
    };
}
