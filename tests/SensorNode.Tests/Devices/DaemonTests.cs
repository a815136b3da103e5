using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace SensorNode.Tests.Devices;

public class DaemonTests
{
    private readonly List<string> _said = [];
    private readonly Daemon _daemon = new(TimeProvider.System, NullLogger<Daemon>.Instance);

    [Fact]
    public async Task Loops_are_started_in_order_and_stopped_in_the_opposite_one_when_told_to()
    {
        using var stop = new CancellationTokenSource();
        var running = _daemon.RunAsync([new Loop("outbox", _said), new Loop("session", _said), new Loop("samples", _said)], stop.Token);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        Assert.True(await running);
        Assert.Equal(["outbox starts", "session starts", "samples starts", "samples stops", "session stops", "outbox stops"], _said);
    }

    [Fact]
    public async Task The_first_loop_that_dies_takes_the_others_with_it_and_the_node_has_failed()
    {
        Assert.False(await _daemon.RunAsync([new Loop("outbox", _said), new Loop("samples", _said) { Ends = () => throw new IOException("gone") }], CancellationToken.None));
        Assert.Equal(["outbox starts", "samples starts", "samples stops", "outbox stops"], _said);
    }

    [Fact]
    public async Task A_loop_that_is_done_ends_the_node_without_a_failure()
    {
        Assert.True(await _daemon.RunAsync([new Loop("outbox", _said), new Loop("drain", _said) { Ends = () => { } }], CancellationToken.None));
        Assert.Equal("outbox stops", _said[^1]);
    }

    private sealed class Loop(string name, List<string> said) : BackgroundService
    {
        public Action? Ends { get; init; }

        public override Task StartAsync(CancellationToken cancellationToken)
        {
            said.Add($"{name} starts");
            return base.StartAsync(cancellationToken);
        }

        public override Task StopAsync(CancellationToken cancellationToken)
        {
            said.Add($"{name} stops");
            return base.StopAsync(cancellationToken);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            if (Ends is { } end) end();
            else await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
