using System.Text;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>All twins in this process: shards by the hash of the node, a mailbox and a thread each.</summary>
internal sealed partial class LocalEngine : ITwinEngine
{
    /// <summary>How often shards look at their clocks when nothing else wakes them.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    private readonly Shard[] _shards;
    private readonly Mailbox[] _mailboxes;
    private readonly ShardParts _parts;
    private bool _running;

    public LocalEngine(ShardParts parts, IngestBudget budget)
    {
        _parts = parts;
        // Stamps of one hour come through many nodes; one mailbox keeps them in the order of their arrival.
        var count = parts.City.Kind == CityClockKind.Data ? 1 : parts.Options.Shards > 0 ? parts.Options.Shards : Environment.ProcessorCount;
        _shards = new Shard[count];
        _mailboxes = new Mailbox[count];
        for (var i = 0; i < count; i++) (_shards[i], _mailboxes[i]) = (new Shard(parts, count), new Mailbox(budget));
    }

    public IReadOnlyList<Mailbox> Mailboxes => _mailboxes;

    public void Restore(IEnumerable<NodeCheckpoint> checkpoints)
    {
        foreach (var checkpoint in checkpoints)
        {
            var reader = new VarintReader(checkpoint.State);
            if (NodeTwin.TryRead(ref reader, out var twin) && twin.Key == checkpoint.Node) ShardOf(twin.Key).Restore(twin);
            else CheckpointUnreadable(checkpoint.Node.ToString());
        }
    }

    public void Replay(TimelineBlock block)
    {
        var cityTime = new Instant(0);
        foreach (var mark in block.Marks)
        {
            if (mark.Lane == CommitPipeline.ClockLane) cityTime = new((long)mark.Batch);
        }
        var next = 0;
        foreach (var mark in block.Marks)
        {
            ReplayUnledgered(block, next, mark.FirstRow, cityTime);
            next = mark.FirstRow + mark.Rows;
            if (mark.Lane == CommitPipeline.ClockLane) continue;
            var node = _parts.Timeline.NodeName(mark.Node);
            ShardOf(node).Replay(node, mark, block.Rows.AsSpan(mark.FirstRow, mark.Rows), cityTime);
        }
        ReplayUnledgered(block, next, block.Rows.Length, cityTime);
        foreach (var shard in _shards) shard.EndReplay();
    }

    private void ReplayUnledgered(TimelineBlock block, int from, int to, Instant cityTime)
    {
        for (var i = from; i < to; i++)
        {
            var (sensor, _) = _parts.Timeline.SeriesName(block.Rows[i].Series);
            if (_parts.Places.DeviceOf(sensor) is { } device) ShardOf(device.Node).Replay(device, block.Rows[i], cityTime);
        }
    }

    public async Task Run(CancellationToken stopping)
    {
        var loops = new Task[_shards.Length];
        for (var i = 0; i < loops.Length; i++) loops[i] = Loop(_shards[i], _mailboxes[i], i);
        Volatile.Write(ref _running, true);
        await using var ticks = _parts.Wall.CreateTimer(_ => Tick(), null, LookEvery, LookEvery);
        await using var closing = stopping.Register(Close);
        await await Task.WhenAny(loops); // one that dies must not be waited for by its peers
        Close();
        await Task.WhenAll(loops);
    }

    /// <summary>A thread, not a task: it waits on its mailbox, and the pool must not be short of it.</summary>
    private static Task Loop(Shard shard, Mailbox mailbox, int number)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                shard.Run(mailbox);
                ended.SetResult();
            }
            catch (Exception died)
            {
                mailbox.Close();
                ended.SetException(died); // awaited by Run, which ends the host
            }
        }) { IsBackground = true, Name = $"shard {number}" };
        thread.Start();
        return ended.Task;
    }

    private void Tick()
    {
        _parts.City.Settle();
        foreach (var mailbox in _mailboxes) mailbox.Tick();
    }

    private void Close()
    {
        foreach (var mailbox in _mailboxes) mailbox.Close();
    }

    public void Use(RuleSet rules) => EachShard(shard => shard.Use(rules));

    public void OnlineChanged(string group, bool online) => EachShard(shard => shard.OnlineChanged(group, online));

    public async Task<IReadOnlyList<Cut>> Cut(CutRequest request, CancellationToken cancel)
    {
        var asked = new Task<Cut?>[_shards.Length];
        for (var i = 0; i < asked.Length; i++) asked[i] = Ask(i, shard => shard.TakeCut(request));
        var cuts = new List<Cut>(asked.Length);
        foreach (var answer in asked)
        {
            if (await answer.WaitAsync(cancel) is { } cut) cuts.Add(cut);
        }
        return cuts;
    }

    public void Return(IReadOnlyList<Cut> cuts)
    {
        for (var i = 0; i < cuts.Count; i++) _shards[i].Return(cuts[i]);
    }

    public void Say(OutputCommand command)
    {
        if (_parts.Places.DeviceOf(command.Sensor) is not { } device) return;
        var shard = IndexOf(device.Node);
        _mailboxes[shard].Post(() => _shards[shard].Say(device, command));
    }

    public void Say(NodeCall call)
    {
        var shard = IndexOf(call.Node);
        _mailboxes[shard].Post(() => _shards[shard].Say(call));
    }

    public IReadOnlyList<NodeView> Nodes() => Collect(shard => shard.NodeViews());

    public IReadOnlyList<SensorView> Sensors() => Collect(shard => shard.SensorViews());

    public async Task Latest(Quantity quantity, List<LatestValue> into)
    {
        var asked = new Task<bool>[_shards.Length];
        for (var i = 0; i < asked.Length; i++) asked[i] = Ask(i, shard => shard.Latest(quantity, into));
        await Task.WhenAll(asked);
    }

    public SensorView? Sensor(SensorId id) => _parts.Places.DeviceOf(id) is { } device ? Ask(IndexOf(device.Node), shard => shard.View(device)).GetAwaiter().GetResult() : null;

    private List<T> Collect<T>(Func<Shard, List<T>> look)
    {
        var asked = new Task<List<T>?>[_shards.Length];
        for (var i = 0; i < asked.Length; i++) asked[i] = Ask(i, look);
        var all = new List<T>();
        foreach (var answer in asked) all.AddRange(answer.GetAwaiter().GetResult() ?? []);
        return all;
    }

    /// <summary>What a shard answers between two chunks of mail; the default when it has ended.</summary>
    private Task<T?> Ask<T>(int shard, Func<Shard, T?> question)
    {
        if (!Volatile.Read(ref _running)) return Task.FromResult(question(_shards[shard]));
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_mailboxes[shard].Post(() => answer.SetResult(question(_shards[shard])))) answer.SetResult(default);
        return answer.Task;
    }

    private void EachShard(Action<Shard> what)
    {
        for (var i = 0; i < _shards.Length; i++)
        {
            var shard = _shards[i];
            if (!Volatile.Read(ref _running)) what(shard);
            else _mailboxes[i].Post(() => what(shard));
        }
    }

    private int IndexOf(NodeKey node) => (int)(NodeHash.Of(Encoding.UTF8.GetBytes(node.Group), Encoding.UTF8.GetBytes(node.Node)) % (uint)_shards.Length);

    private Shard ShardOf(NodeKey node) => _shards[IndexOf(node)];

    private void CheckpointUnreadable(string node) => CheckpointUnreadable(_parts.Log, node);

    [LoggerMessage(LogLevel.Error, "The checkpoint of node {Node} cannot be read; the node begins anew. Its sensors' rules start again with the next reading.")]
    private static partial void CheckpointUnreadable(ILogger log, string node);
}
