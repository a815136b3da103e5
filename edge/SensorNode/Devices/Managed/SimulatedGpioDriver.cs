using System.Collections.Concurrent;
using System.Device.Gpio;
using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>The simulated lines of one GPIO chip as a driver of the library: edges come to its callbacks from a task of its own, as they do from a real one's threads.</summary>
public sealed class SimulatedGpioDriver : GpioDriver
{
    // A line that was opened meanwhile is seen after this long.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Func<IEdgeSource> _openLines;
    private readonly Func<IOutputLines> _openOutputs;
    private readonly Lock _gate = new(); // the simulated lines are one loop's
    private readonly ConcurrentDictionary<int, PinMode> _modes = new();
    private readonly ConcurrentDictionary<int, bool> _levels = new();
    private readonly ConcurrentDictionary<int, (PinEventTypes Edges, PinChangeEventHandler Told)[]> _told = new();
    private readonly CancellationTokenSource _over = new();
    private IEdgeSource? _lines; // opened with the first input: a witness is one writer's
    private IOutputLines? _outputs; // with the first output
    private Task? _watching;

    public SimulatedGpioDriver(Func<IEdgeSource> openLines, Func<IOutputLines> openOutputs) => (_openLines, _openOutputs) = (openLines, openOutputs);

    protected override int PinCount => 1024;

    protected override void OpenPin(int pinNumber) => _modes[pinNumber] = PinMode.Input;

    protected override void ClosePin(int pinNumber)
    {
        _modes.TryRemove(pinNumber, out _);
        _told.TryRemove(pinNumber, out _);
    }

    protected override void SetPinMode(int pinNumber, PinMode mode) => SetPinMode(pinNumber, mode, PinValue.Low);

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        _modes[pinNumber] = mode;
        lock (_gate)
        {
            if (mode == PinMode.Output)
            {
                _outputs ??= _openOutputs();
                Done(_outputs.Open(pinNumber, initialValue == PinValue.High));
                _levels[pinNumber] = initialValue == PinValue.High;
                return;
            }
            _lines ??= _openLines();
            var opening = _lines.Open(pinNumber, mode switch { PinMode.InputPullUp => LinePull.Up, PinMode.InputPullDown => LinePull.Down, _ => LinePull.AsIs }, prompt: true);
            Done(opening.Fault);
            _levels[pinNumber] = opening.High;
            _watching ??= Watch(_lines);
        }
    }

    protected override PinMode GetPinMode(int pinNumber) => _modes[pinNumber];

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => _levels.GetValueOrDefault(pinNumber);

    protected override void Write(int pinNumber, PinValue value)
    {
        lock (_gate) Done(_outputs?.Set(pinNumber, value == PinValue.High));
        _levels[pinNumber] = value == PinValue.High;
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The node listens; it does not wait for one line.");

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        _told.AddOrUpdate(pinNumber, _ => [(eventTypes, callback)], (_, before) => [.. before, (eventTypes, callback)]);

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        _told.AddOrUpdate(pinNumber, _ => [], (_, before) => [.. before.Where(one => one.Told != callback)]);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _over.Cancel();
            lock (_gate)
            {
                _lines?.Dispose();
                _outputs?.Dispose();
            }
            _over.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task Watch(IEdgeSource lines)
    {
        try
        {
            while (true)
            {
                ValueTask wait;
                lock (_gate) wait = lines.WaitAsync(LookEvery, _over.Token);
                await wait;
                Tell(lines);
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // disposed of
        }
    }

    private void Tell(IEdgeSource lines)
    {
        List<LineEvent> happened = [];
        lock (_gate)
        {
            if (_over.IsCancellationRequested) return;
            while (lines.TryTake(out var next)) happened.Add(next);
        }
        foreach (var next in happened.Where(next => next.Fault is null)) // a line without its witness is silent, as a broken one
        {
            _levels[next.Line] = next.Edge.High;
            var kind = next.Edge.High ? PinEventTypes.Rising : PinEventTypes.Falling;
            foreach (var (edges, told) in _told.GetValueOrDefault(next.Line) ?? [])
            {
                if ((edges & kind) != 0) told(this, new(kind, next.Line));
            }
        }
    }

    private static void Done(ReadFault? fault)
    {
        if (fault is { } why) throw new SimulatedFaultException(why);
    }
}
