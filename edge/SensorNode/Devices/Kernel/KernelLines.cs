using System.Collections.Concurrent;
using System.Threading.Channels;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>
/// The lines of a /dev/gpiochipN by uAPI v2. Each line is a request of its own, so that one that is taken or missing leaves the others alone;
/// one thread waits for the edges of all of them and queues them with the kernel's stamps.
/// </summary>
public sealed class KernelLines : IEdgeSource
{
    /// <summary>Edges that the kernel keeps for a line until they are read.</summary>
    public const uint KernelBuffer = 256;

    /// <summary>Edges that wait here for their loop; what is over it is counted as lost.</summary>
    public const int MaxQueued = 4096;

    private readonly string _path;
    private readonly ILinux _linux;
    private readonly TimeProvider _time;
    private readonly Channel<LineEvent> _events = Channel.CreateBounded<LineEvent>(new BoundedChannelOptions(MaxQueued) { SingleReader = true, SingleWriter = true });
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _timer;
    private readonly ConcurrentQueue<LineEvent> _failed = new(); // for when the queue is full: at most one of each line
    private readonly Lock _lock = new();
    private readonly Dictionary<int, OpenLine> _open = []; // by file descriptor; under the lock
    private readonly int _wake;
    private Thread? _waiting;
    private bool _disposed;

    public KernelLines(string path, ILinux linux, TimeProvider time)
    {
        _path = path;
        _linux = linux;
        _time = time;
        _timer = time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _wake = linux.EventFile();
    }

    public unsafe LineOpening Open(int line, LinePull pull, bool prompt)
    {
        if (_wake < 0) return new(ReadFault.BusUnavailable, false, 0);
        var chip = _linux.Open(_path);
        if (chip < 0) return Refused(chip);
        var request = new GpioLineRequest
        {
            Offset = (uint)line,
            LineCount = 1,
            EventBufferSize = KernelBuffer,
            Flags = GpioUapi.Input | GpioUapi.EdgeRising | GpioUapi.EdgeFalling | Bias(pull),
        };
        "sensornode"u8.CopyTo(request.Consumer);
        var requested = _linux.Ioctl(chip, GpioUapi.GetLine, &request);
        _linux.Close(chip); // the line's own descriptor is all that is needed
        if (requested < 0) return Refused(requested);
        var values = new GpioLineValues { Mask = 1 };
        var read = _linux.Ioctl(request.File, GpioUapi.GetValues, &values);
        if (read < 0)
        {
            _linux.Close(request.File);
            return Refused(read);
        }
        var atNs = _time.MonotonicNs();
        lock (_lock)
        {
            _open.Add(request.File, new OpenLine(line, prompt));
            if (_waiting is null)
            {
                _waiting = new Thread(Wait, maxStackSize: 128 * 1024) { IsBackground = true, Name = _path };
                _waiting.Start();
            }
        }
        Wake();
        return new(null, (values.Bits & 1) != 0, atNs);
    }

    /// <summary>How many events wait to be taken.</summary>
    public int Waiting => _events.Reader.Count + _failed.Count;

    public bool TryTake(out LineEvent next) => _events.Reader.TryRead(out next) || _failed.TryDequeue(out next);

    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        var delay = MonotonicClock.RoundedUp(atMost);
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
        await _signal.Reader.ReadAsync(stopping);
    }

    public void Dispose()
    {
        lock (_lock) _disposed = true;
        Wake();
        _waiting?.Join();
        _timer.Dispose();
        foreach (var file in _open.Keys) _linux.Close(file);
        _open.Clear();
        if (_wake >= 0) _linux.Close(_wake);
    }

    private unsafe void Wait()
    {
        while (true)
        {
            int[] files;
            lock (_lock)
            {
                if (_disposed) return;
                files = [_wake, .. _open.Keys];
            }
            var polled = new PollFile[files.Length];
            for (var i = 0; i < files.Length; i++) polled[i] = new() { File = files[i], Events = PollFile.In };
            int ready;
            fixed (PollFile* first = polled) ready = _linux.Poll(first, polled.Length, -1);
            if (ready < 0) // a signal; or out of memory: try again a moment later, there is nothing better to do with it
            {
                if (-ready != Errno.Interrupted) _linux.Poll(null, 0, 100);
                continue;
            }
            if ((polled[0].Returned & PollFile.In) != 0)
            {
                ulong count;
                _ = _linux.Read(_wake, &count, sizeof(ulong));
            }
            foreach (var file in polled.AsSpan(1))
            {
                if ((file.Returned & PollFile.In) != 0) TakeEdges(file.File);
                else if (file.Returned != 0) Lose(file.File, ReadFault.BusUnavailable); // the chip was removed
            }
        }
    }

    private unsafe void TakeEdges(int file)
    {
        const int most = 16;
        var events = stackalloc GpioLineEvent[most];
        var read = _linux.Read(file, events, most * sizeof(GpioLineEvent));
        if (read <= 0)
        {
            if (read == 0 || -read is not (Errno.Interrupted or Errno.TryAgain)) Lose(file, read == 0 ? ReadFault.BusUnavailable : Errno.Fault(-read));
            return;
        }
        OpenLine line;
        lock (_lock) line = _open[file];
        for (var i = 0; i < read / sizeof(GpioLineEvent); i++)
        {
            var lost = line.Dropped + unchecked(events[i].SequenceOfLine - line.LastSequence - 1);
            line.LastSequence = events[i].SequenceOfLine;
            var edge = new LineEdge(events[i].Id == GpioUapi.RisingEdge, (long)events[i].TimestampNs);
            line.Dropped = _events.Writer.TryWrite(new(line.Line, edge, lost)) ? 0 : lost + 1;
        }
        if (line.Prompt || _events.Reader.Count >= MaxQueued / 2) Signal();
    }

    private void Lose(int file, ReadFault fault)
    {
        OpenLine? line;
        lock (_lock) _open.Remove(file, out line);
        _linux.Close(file);
        if (line is null) return;
        var lost = new LineEvent(line.Line, default, line.Dropped, fault);
        if (!_events.Writer.TryWrite(lost)) _failed.Enqueue(lost);
        Signal();
    }

    private void Signal() => _signal.Writer.TryWrite(true);

    private unsafe void Wake()
    {
        var one = 1ul;
        if (_wake >= 0) _ = _linux.Write(_wake, &one, sizeof(ulong));
    }

    private static LineOpening Refused(int result) => new(Errno.Fault(-result), false, 0);

    private static ulong Bias(LinePull pull) => pull switch
    {
        LinePull.AsIs => 0,
        LinePull.Up => GpioUapi.BiasPullUp,
        LinePull.Down => GpioUapi.BiasPullDown,
        LinePull.Off => GpioUapi.BiasDisabled,
    };

    private sealed class OpenLine(int line, bool prompt)
    {
        public int Line { get; } = line;
        public bool Prompt { get; } = prompt;
        public uint LastSequence { get; set; }
        public uint Dropped { get; set; }
    }
}
