using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Options;
using SmartCity.Mqtt;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public sealed class KernelLinesTests : IDisposable
{
    private readonly AnsweringLinux _linux = new();
    private readonly KernelLines _lines;

    public KernelLinesTests() => _lines = new("/dev/gpiochip0", _linux, TimeProvider.System);

    public void Dispose() => _lines.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_opened_line_tells_its_level(bool high)
    {
        _linux.Levels[17] = high;
        var opening = _lines.Open(17, LinePull.AsIs, prompt: true);
        Assert.Equal((null, high), (opening.Fault, opening.High));
        Assert.InRange(opening.AtNs, 1, TimeProvider.System.MonotonicNs());
    }

    [Theory]
    [InlineData(LinePull.AsIs, 0x34ul)]
    [InlineData(LinePull.Up, 0x134ul)]
    [InlineData(LinePull.Down, 0x234ul)]
    [InlineData(LinePull.Off, 0x434ul)]
    public void A_line_is_asked_for_as_an_input_with_both_edges_and_its_pull(LinePull pull, ulong flags)
    {
        _lines.Open(22, pull, prompt: true);
        var request = _linux.LastRequest;
        Assert.Equal((22u, 1u, flags, KernelLines.KernelBuffer, (byte)'s'), (request.Offset, request.LineCount, request.Flags, request.EventBufferSize, request.Consumer[0]));
    }

    [Fact]
    public async Task Edges_come_in_order_with_the_kernels_stamps_and_what_was_lost_is_counted()
    {
        _lines.Open(17, LinePull.AsIs, prompt: true);
        _linux.Edge(17, true, 1_000, 1);
        _linux.Edge(17, false, 2_000, 2);
        _linux.Edge(17, true, 9_000, 6); // 3, 4 and 5 fell out of a full buffer
        Assert.Equal(new(17, new(true, 1_000), 0), await NextAsync());
        Assert.Equal(new(17, new(false, 2_000), 0), await NextAsync());
        Assert.Equal(new(17, new(true, 9_000), 3), await NextAsync());
    }

    [Fact]
    public async Task Several_lines_are_waited_for_by_one_thread()
    {
        _lines.Open(1, LinePull.AsIs, prompt: true);
        _lines.Open(2, LinePull.AsIs, prompt: true);
        _linux.Edge(2, true, 5_000, 1);
        Assert.Equal(new(2, new(true, 5_000), 0), await NextAsync());
        _linux.Edge(1, false, 6_000, 1);
        Assert.Equal(new(1, new(false, 6_000), 0), await NextAsync());
    }

    [Fact]
    public async Task A_line_that_is_only_counted_ends_no_wait_and_its_edges_are_there_afterwards()
    {
        var time = new PoleTime();
        using var lines = new KernelLines("/dev/gpiochip0", _linux, time);
        lines.Open(5, LinePull.AsIs, prompt: false);
        lines.Open(6, LinePull.AsIs, prompt: true);
        var waiting = lines.WaitAsync(TimeSpan.FromSeconds(1), CancellationToken.None).AsTask();
        _linux.Edge(5, true, 1_000, 1);
        _linux.Edge(5, false, 2_000, 2);
        Until.True(() => lines.Waiting == 2, () => $"{lines.Waiting} edges are queued");
        Assert.False(waiting.IsCompleted);
        _linux.Edge(6, true, 3_000, 1);
        await waiting;
        Until.True(() => lines.Waiting == 3, () => $"{lines.Waiting} edges are queued");
        Assert.Equal([5, 5, 6], Enumerable.Range(0, 3).Select(_ => lines.TryTake(out var next) ? next.Line : -1));
    }

    [Fact]
    public async Task A_chip_that_is_removed_is_a_fault_of_its_line_which_can_be_opened_again()
    {
        _lines.Open(17, LinePull.AsIs, prompt: true);
        _linux.Close(_linux.Pins[17]); // the pipe hangs up, as the kernel's line does
        Assert.Equal(ReadFault.BusUnavailable, (await NextAsync()).Fault);
        Assert.Null(_lines.Open(17, LinePull.AsIs, prompt: true).Fault);
        _linux.Edge(17, true, 7_000, 1);
        Assert.Equal(new(17, new(true, 7_000), 0), await NextAsync());
    }

    [Fact]
    public void A_line_that_somebody_else_holds_cannot_be_opened_and_the_others_can()
    {
        _linux.Failing[GpioUapi.GetLine] = Errno.Busy;
        Assert.Equal(ReadFault.BusUnavailable, _lines.Open(17, LinePull.AsIs, prompt: true).Fault);
        _linux.Failing.Clear();
        Assert.Null(_lines.Open(18, LinePull.AsIs, prompt: true).Fault);
    }

    [Fact]
    public void The_real_kernel_refuses_a_chip_that_is_not_there_and_a_file_that_is_no_chip()
    {
        using var missing = new KernelLines("/dev/gpiochip-none", new LinuxCalls(), TimeProvider.System);
        Assert.Equal(ReadFault.BusUnavailable, missing.Open(1, LinePull.AsIs, prompt: true).Fault);
        using var other = new KernelLines("/dev/null", new LinuxCalls(), TimeProvider.System);
        Assert.Equal(ReadFault.BusUnavailable, other.Open(1, LinePull.AsIs, prompt: true).Fault);
    }

    [Fact]
    public async Task Waiting_ends_when_its_time_is_over_or_it_is_told_to_stop()
    {
        var time = new PoleTime();
        using var lines = new KernelLines("/dev/gpiochip0", _linux, time);
        var waiting = lines.WaitAsync(TimeSpan.FromSeconds(1), CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await waiting;
        using var stopping = new CancellationTokenSource();
        var stopped = lines.WaitAsync(TimeSpan.FromSeconds(1), stopping.Token).AsTask();
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
    }

    private async Task<LineEvent> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        LineEvent next;
        while (!_lines.TryTake(out next)) await _lines.WaitAsync(TimeSpan.FromSeconds(30), deadline.Token);
        return next;
    }
}
