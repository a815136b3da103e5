using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace CityHub.Silo.Twins;

/// <summary>
/// Makes durable what the twins took, in this order: rows into the timeline; the events that came before them into the register; checkpoints of
/// the nodes that changed; and only then the ledger answers. What a store refuses is kept and tried again. Takes the wall clock.
/// </summary>
public sealed partial class CommitPipeline(ITwinEngine engine, ITimeline timeline, IRegister register, EpisodeWriter episodes, UnstoredRows unstored,
    Action<NodeKey, byte[]> answer, HubOptions options, TimeProvider wall, HubMetrics metrics, ILogger<CommitPipeline> log)
{
    /// <summary>The node under which the city's time of each cut is kept among the marks, so that a replay judges lateness as it was judged then.</summary>
    public static readonly NodeKey ClockNode = new("", "city-clock");

    /// <summary>Lane of such a mark; its batch is the city's time in Unix ms.</summary>
    public const byte ClockLane = 255;

    /// <summary>Rows of one append; a backlog that waited is stored in parts.</summary>
    private const int AppendLimit = 65_536;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<NodeKey, byte[]> _unsaved = [];
    private readonly List<(NodeKey Node, byte[] Answer)> _answers = [];
    private readonly List<TimelineRow> _rows = [];
    private readonly List<LedgerMark> _marks = [];
    private Task _saving = Task.CompletedTask;
    private bool _storing;
    private long _lastBlock;
    private int _clockNode;

    /// <summary>Why readings wait to be stored, or null: they do not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>When checkpoints were last written (wall clock timestamp).</summary>
    public long LastCheckpoint { get; private set; } = wall.GetTimestamp();

    /// <summary>Commits until cancelled, and once more then.</summary>
    /// <param name="throughBlock">The timeline's last block, all of which is in the twins.</param>
    public async Task Run(long throughBlock, CancellationToken stopping)
    {
        _lastBlock = throughBlock;
        _clockNode = timeline.Node(ClockNode);
        var lastCapture = wall.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(options.CommitInterval, wall, stopping);
                if (_saving.IsFaulted) await _saving;
                var capture = _saving.IsCompleted && wall.GetElapsedTime(lastCapture) >= options.CheckpointInterval;
                if (capture) lastCapture = wall.GetTimestamp();
                await Commit(capture, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await _saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CommitLast();
        }
    }

    private async Task CommitLast()
    {
        using var patience = new CancellationTokenSource(options.StopPatience, wall);
        try
        {
            // Rows that were given up would be missing below a checkpoint that counts them.
            if (!_storing)
            {
                await Commit(true, patience.Token);
                await _saving;
                return;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
        }
        StoppedUnsaved(); // nothing of it was answered: the nodes will resend it
    }

    private async Task Commit(bool capture, CancellationToken stopping)
    {
        var cuts = await engine.Cut(capture, stopping);
        _storing = true;
        await Store(cuts, stopping);
        _storing = false;
        if (capture)
        {
            long events = 0;
            foreach (var cut in cuts)
            {
                events = Math.Max(events, cut.EventsThrough);
                foreach (var node in cut.Nodes)
                {
                    if (node.State is { } state) _unsaved[node.Node] = state;
                    if (node.Answer is { } bytes) _answers.Add((node.Node, bytes));
                }
            }
            _saving = _unsaved.Count + _answers.Count > 0 ? Save(events, _lastBlock, stopping) : Task.CompletedTask;
            if (_unsaved.Count == 0) LastCheckpoint = wall.GetTimestamp();
        }
        engine.Return(cuts);
    }

    /// <summary>Rows of all shards, durable, or not returned from.</summary>
    private async Task Store(IReadOnlyList<Cut> cuts, CancellationToken stopping)
    {
        long arrived = 0;
        foreach (var cut in cuts)
        {
            if (cut.RowCount == 0 && cut.Marks.Count == 0) continue;
            if (cut.Arrived != 0 && (arrived == 0 || cut.Arrived < arrived)) arrived = cut.Arrived;
            var taken = 0;
            foreach (var mark in cut.Marks)
            {
                // Rows between marks are unledgered ones; a mark's rows stay together.
                if (_rows.Count + mark.FirstRow + mark.Rows - taken > AppendLimit && _rows.Count > 0) await Append(cut.CityTime, stopping);
                TakeRows(cut, ref taken, mark.FirstRow);
                _marks.Add(mark with { FirstRow = _rows.Count });
                TakeRows(cut, ref taken, mark.FirstRow + mark.Rows);
            }
            TakeRows(cut, ref taken, cut.RowCount);
            if (_rows.Count > AppendLimit) await Append(cut.CityTime, stopping);
        }
        if (_rows.Count + _marks.Count > 0) await Append(cuts[0].CityTime, stopping);
        if (arrived != 0) metrics.StoredSeconds.Record(wall.GetElapsedTime(arrived).TotalSeconds);
    }

    private void TakeRows(Cut cut, ref int taken, int through)
    {
        if (through <= taken) return;
        _rows.AddRange(cut.Rows.AsSpan(taken, through - taken));
        taken = through;
    }

    private async Task Append(Instant cityTime, CancellationToken stopping)
    {
        _marks.Add(new(_clockNode, 0, ClockLane, (ulong)Math.Max(0, cityTime.UnixMilliseconds), _rows.Count, 0));
        var pause = options.CommitInterval;
        while (true)
        {
            var since = wall.GetTimestamp();
            if (TryAppend(out var block))
            {
                _lastBlock = block;
                metrics.CommitSeconds.Record(wall.GetElapsedTime(since).TotalSeconds);
                break;
            }
            metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "timeline"));
            if (Trouble is null) TimelineAway(_rows.Count);
            Trouble = "the timeline cannot be written";
            await Task.Delay(pause, wall, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        if (Trouble is not null) TimelineBack(_rows.Count);
        Trouble = null;
        unstored.Add(-_rows.Count);
        _rows.Clear();
        _marks.Clear();
    }

    private bool TryAppend(out long block) =>
        timeline.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_marks), out block) == TimelineVerdict.Stored;

    /// <summary>Events first: a checkpoint that knows of an episode must never outlive the episode itself.</summary>
    private async Task Save(long events, long block, CancellationToken stopping)
    {
        await episodes.WrittenThrough(events, stopping);
        var pause = options.CheckpointInterval;
        while (_unsaved.Count > 0)
        {
            var since = wall.GetTimestamp();
            try
            {
                var nodes = new List<NodeCheckpoint>(_unsaved.Count);
                foreach (var (node, state) in _unsaved) nodes.Add(new(node, state));
                await register.SaveCheckpoints(nodes, block);
                timeline.CheckpointedThrough(block);
                metrics.CheckpointSeconds.Record(wall.GetElapsedTime(since).TotalSeconds);
                _unsaved.Clear();
                break;
            }
            catch (RegisterUnavailableException)
            {
                metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "register"));
            }
            await Task.Delay(pause, wall, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        LastCheckpoint = wall.GetTimestamp();
        foreach (var (node, bytes) in _answers) answer(node, bytes);
        metrics.Answers.Add(_answers.Count);
        _answers.Clear();
    }

    [LoggerMessage(LogLevel.Error, "The timeline cannot be written: {Rows} readings wait in memory; no ledger is answered until they are in.")]
    private partial void TimelineAway(int rows);

    [LoggerMessage(LogLevel.Warning, "The timeline can be written again; {Rows} readings that waited are in.")]
    private partial void TimelineBack(int rows);

    [LoggerMessage(LogLevel.Warning, "Stopped with readings or checkpoints that no store took; none of them was answered for, the nodes will resend.")]
    private partial void StoppedUnsaved();
}

/// <summary>How many readings wait to be stored, over all shards. Thread-safe.</summary>
public sealed class UnstoredRows(int limit)
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>No more is to be taken.</summary>
    public bool IsOver => Count >= limit;

    /// <summary>Not even what is urgent.</summary>
    public bool IsFarOver => Count >= 2L * limit;

    public void Add(int rows) => Interlocked.Add(ref _count, rows);
}
