using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Options;
using SmartCity.Mqtt;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices.Buses;

/// <summary>What every GPIO chip's lines and outputs promise, whatever they speak through.</summary>
public abstract class LinesContract : IDisposable
{
    private readonly List<IDisposable> _opened = [];

    public void Dispose()
    {
        _opened.ForEach(one => one.Dispose());
        GC.SuppressFinalize(this);
    }

    /// <summary>The lines under test.</summary>
    private protected abstract IEdgeSource OpenLines();

    private protected abstract IOutputLines OpenOutputs();

    /// <summary>Sets what an input that is not opened yet stands at.</summary>
    private protected abstract void Stands(int line, bool high);

    /// <summary>Makes an edge on an opened input.</summary>
    private protected abstract void Edge(int line, bool rising);

    /// <summary>What an output stands at; null: nobody has it.</summary>
    private protected abstract bool? LevelOf(int line);

    /// <summary>How many edges were heard and wait.</summary>
    private protected abstract int Waiting(IEdgeSource lines);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_opened_line_tells_its_level(bool high)
    {
        Stands(17, high);
        var opening = Lines().Open(17, LinePull.AsIs, prompt: true);
        Assert.Equal((null, high), (opening.Fault, opening.High));
        Assert.InRange(opening.AtNs, 1, TimeProvider.System.MonotonicNs());
    }

    [Fact]
    public async Task Edges_come_in_order_and_none_is_lost()
    {
        var lines = Lines();
        lines.Open(17, LinePull.Up, prompt: true);
        for (var i = 0; i < 6; i++) Edge(17, i % 2 == 0);
        var last = 0L;
        for (var i = 0; i < 6; i++)
        {
            var next = await NextAsync(lines);
            Assert.Equal((17, i % 2 == 0, 0u, null), (next.Line, next.Edge.High, next.Lost, next.Fault));
            Assert.True(next.Edge.AtNs >= last, "its time goes on");
            last = next.Edge.AtNs;
        }
    }

    [Fact]
    public async Task A_line_that_is_only_counted_ends_no_wait_and_its_edges_are_there_afterwards()
    {
        var lines = Lines();
        lines.Open(5, LinePull.AsIs, prompt: false);
        lines.Open(6, LinePull.AsIs, prompt: true);
        var waiting = lines.WaitAsync(TimeSpan.FromHours(1), CancellationToken.None).AsTask();
        Edge(5, true);
        Edge(5, false);
        Until.True(() => Waiting(lines) == 2, () => $"{Waiting(lines)} edges are queued");
        Assert.False(waiting.IsCompleted);
        Edge(6, true);
        await waiting;
        Until.True(() => Waiting(lines) == 3, () => $"{Waiting(lines)} edges are queued");
        Assert.Equal([5, 5, 6], Enumerable.Range(0, 3).Select(_ => lines.TryTake(out var next) ? next.Line : -1));
    }

    [Fact]
    public void An_output_is_taken_at_off_set_as_told_and_off_again_at_the_end()
    {
        var outputs = OpenOutputs();
        Assert.Null(outputs.Open(20, offHigh: false));
        Assert.Null(outputs.Open(21, offHigh: true));
        Assert.Equal((false, true), (LevelOf(20), LevelOf(21)));
        Assert.Null(outputs.Set(20, true));
        Assert.Null(outputs.Set(21, false));
        Assert.Equal((true, false), (LevelOf(20), LevelOf(21)));
        outputs.Dispose();
        Assert.Equal((false, true), (LevelOf(20), LevelOf(21)));
    }

    [Fact]
    public void An_output_that_was_not_opened_is_not_set_and_one_is_opened_again_at_off()
    {
        var outputs = OpenOutputs();
        _opened.Add(outputs);
        Assert.Equal(ReadFault.BusUnavailable, outputs.Set(20, true));
        Assert.Null(outputs.Open(20, offHigh: false));
        Assert.Null(outputs.Set(20, true));
        Assert.Null(outputs.Open(20, offHigh: false));
        Assert.Equal(false, LevelOf(20));
    }

    private IEdgeSource Lines()
    {
        var lines = OpenLines();
        _opened.Add(lines);
        return lines;
    }

    private static async Task<LineEvent> NextAsync(IEdgeSource lines)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        LineEvent next;
        while (!lines.TryTake(out next)) await lines.WaitAsync(TimeSpan.FromSeconds(30), deadline.Token);
        return next;
    }
}

/// <summary>The kernel's rim, with the kernel's lines made of pipes.</summary>
public sealed class KernelLinesContract : LinesContract
{
    private readonly AnsweringLinux _linux = new();
    private uint _sequence;
    private readonly Dictionary<int, uint> _sequences = [];

    private protected override IEdgeSource OpenLines() => new KernelLines("/dev/gpiochip0", _linux, TimeProvider.System);

    private protected override IOutputLines OpenOutputs() => new KernelOutputs("/dev/gpiochip0", _linux);

    private protected override void Stands(int line, bool high) => _linux.Levels[line] = high;

    private protected override void Edge(int line, bool rising) => _linux.Edge(line, rising, ++_sequence * 1_000, _sequences[line] = _sequences.GetValueOrDefault(line) + 1);

    private protected override bool? LevelOf(int line) => _linux.Levels.TryGetValue(line, out var level) ? level : null;

    private protected override int Waiting(IEdgeSource lines) => ((KernelLines)lines).Waiting;
}
