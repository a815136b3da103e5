using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace CityHub.Silo.Twins;

/// <summary>
/// Makes durable what the twins took, in this order: rows into the timeline; the events that came of them into the register; only then the
/// ledger answers, and checkpoints of the nodes that changed. What a store refuses is kept and tried again. Takes the wall clock.
/// <para>What a batch did to its twin survives in the last checkpoint together with the timeline's blocks after it, which a restart replays mark by
/// mark. So a checkpoint need not be rewritten for every batch: a sweep goes through the nodes that changed, some bytes a round. With a city's
/// usual load each round is a whole sweep; under the heaviest a restart has some seconds of blocks to replay, and no more is written than the disk
/// and the processor have to spare.</para>
/// </summary>
internal sealed partial class CommitPipeline(ITwinEngine engine, ITimeline timeline, IRegister register, EpisodeWriter episodes, DistrictWatches districts, Places places, UnstoredRows unstored,
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
    private long _sweepThrough;
    private long _savedThrough;
    private bool _sweeping;
    private readonly List<(NodeKey Node, byte[] Answer)> _answers = [];
    private readonly HeldAnswers _held = new();
    private readonly List<TimelineRow> _rows = [];
    private readonly List<LedgerMark> _marks = [];
    private Task _saving = Task.CompletedTask;
    private bool _storing;
    private long _lastBlock;
    private int _clockNode;
    private GroupJournal? _journal;
    private bool _sweptOnce;

    /// <summary>Why readings wait to be stored, or null: they do not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Why the register does not take what others would need to take over, or null: it does.</summary>
    public string? JournalTrouble => _journal?.Trouble;

    /// <summary>Bytes that the register keeps of what no checkpoint has.</summary>
    public long JournalBytes => _journal?.Bytes ?? 0;

    /// <summary>When every node that had changed was last in a checkpoint (wall clock timestamp).</summary>
    public long LastCheckpoint { get; private set; } = wall.GetTimestamp();

    /// <summary>Commits until cancelled, and once more then.</summary>
    /// <param name="start">What is in the twins, and how much of it in checkpoints.</param>
    public async Task Run(Recovered start, CancellationToken stopping)
    {
        (_lastBlock, _savedThrough) = (start.Last, start.Through);
        if (register.KeepsJournal && episodes.Under is { Count: > 0 } under) _journal = new(register, timeline, places, under, start.Last, wall, metrics, log);
        _clockNode = timeline.Node(ClockNode);
        var lastAnswers = wall.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(options.CommitInterval, wall, stopping);
                if (_saving.IsFaulted) await _saving;
                if (_saving.IsCompleted) Release();
                var answers = _saving.IsCompleted && wall.GetElapsedTime(lastAnswers) >= options.AnswerInterval;
                if (answers) lastAnswers = wall.GetTimestamp();
                await Commit(answers, options.CheckpointKilobytes * 1024, stopping);
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
                for (var rounds = _sweeping ? 2 : 1; rounds > 0; rounds--) // the sweep that is under way, and a whole one after it
                {
                    await Commit(answers: true, int.MaxValue, patience.Token);
                    await _saving;
                }
                return;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
        }
        StoppedUnsaved(); // nothing of it was answered: the nodes will resend it
    }

    private async Task Commit(bool answers, int stateBytes, CancellationToken stopping)
    {
        var newSweep = answers && !_sweeping;
        var cuts = await engine.Cut(new(answers, newSweep, answers ? stateBytes : 0), stopping);
        // Without all of them a sweep would vouch for nodes that it never saw.
        if (cuts.Count < engine.Mailboxes.Count) throw new InvalidOperationException("A mailbox has ended; nothing more is committed.");
        _storing = true;
        await Store(cuts, stopping);
        _storing = false;
        if (answers)
        {
            if (newSweep) (_sweeping, _sweepThrough) = (true, _lastBlock);
            long events = 0;
            var left = 0;
            foreach (var cut in cuts)
            {
                events = Math.Max(events, cut.EventsThrough);
                left += cut.SweepLeft;
                foreach (var state in cut.States) _unsaved[state.Node] = state.State;
                _answers.AddRange(cut.Answers);
            }
            // Whatever these rows told of districts was handed over before the cut.
            if (left == 0) TakeDistricts(ref events);
            _saving = Save(events, _lastBlock, _journal?.Cut(), sweepEnds: left == 0, stopping);
        }
        engine.Return(cuts);
    }

    private void TakeDistricts(ref long events)
    {
        foreach (var state in districts.Capture()) _unsaved[state.Node] = state.State;
        events = Math.Max(events, districts.EventsThrough);
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
                _journal?.Take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_marks), block);
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
        if (_journal is null) unstored.Add(-_rows.Count);
        _rows.Clear();
        _marks.Clear();
    }

    private bool TryAppend(out long block) =>
        timeline.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_marks), out block) == TimelineVerdict.Stored;

    /// <summary>Events first: neither an answer nor a checkpoint that knows of an episode may outlive the episode itself.</summary>
    private async Task Save(long events, long block, (JournalPage Page, int Rows)? journal, bool sweepEnds, CancellationToken stopping)
    {
        if (journal is { } cut)
        {
            await places.Saved(stopping); // who replays the page finds the sensors behind its rows
            await _journal!.Write(cut.Page, _savedThrough, stopping);
            unstored.Add(-cut.Rows);
        }
        await episodes.WrittenThrough(events, stopping);
        _held.Add(block, _answers);
        _answers.Clear();
        Release();
        await SaveStates(sweepEnds ? _sweepThrough : _savedThrough, stopping);
        if (sweepEnds)
        {
            (_sweeping, _sweptOnce, _savedThrough, LastCheckpoint) = (false, true, _sweepThrough, wall.GetTimestamp());
            timeline.CheckpointedThrough(_savedThrough);
        }
        if (_journal is not null) await _journal.Trim(_savedThrough, _sweptOnce);
    }

    /// <summary>Answers for what has reached the store itself.</summary>
    private void Release()
    {
        foreach (var (node, bytes) in _held.TakeThrough(timeline.StoredThrough))
        {
            answer(node, bytes);
            metrics.Answers.Add(1);
        }
    }

    private async Task SaveStates(long through, CancellationToken stopping)
    {
        var pause = options.AnswerInterval;
        while (_unsaved.Count > 0)
        {
            var since = wall.GetTimestamp();
            try
            {
                var nodes = new List<NodeCheckpoint>(_unsaved.Count);
                foreach (var (node, state) in _unsaved) nodes.Add(new(node, state));
                await register.SaveCheckpoints(nodes, through, episodes.Under);
                metrics.CheckpointSeconds.Record(wall.GetElapsedTime(since).TotalSeconds);
                _unsaved.Clear();
                return;
            }
            catch (RegisterUnavailableException)
            {
                metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "register"));
            }
            await Task.Delay(pause, wall, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
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
