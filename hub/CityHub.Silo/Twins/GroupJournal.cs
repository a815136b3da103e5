using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace CityHub.Silo.Twins;

/// <summary>
/// Keeps in the register, beside the log on this hub's disk, what its groups' owner took and no checkpoint has yet: whoever takes over after a loss of this machine finds it there.
/// An answer waits for the page that has its batch. A block leaves the journal when a committed checkpoint counts it and the timeline's store has it. Takes the wall clock.
/// <para>Blocks go by the numbers of this hub's log, and each name is written once, when its number is first used. Measured with 2,500 nodes of four
/// quantities a second: 7.5 bytes a reading, marks included; the names in each block would be 26 more.</para>
/// </summary>
internal sealed partial class GroupJournal
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(2);

    private readonly IRegister _register;
    private readonly ITimeline _timeline;
    private readonly Places _places;
    private readonly IReadOnlyList<GroupTenure> _under;
    private readonly TimeProvider _wall;
    private readonly HubMetrics _metrics;
    private readonly ILogger _log;
    private readonly Share[] _shares;
    private readonly string _identity;
    private readonly long _replayedThrough; // blocks up to it are in the journal under earlier owners, or in no journal and not answered
    private int _maxSeries, _maxNode, _savedSeries, _savedNodes, _rows;
    private long _last, _trimmed, _trimmedAt, _bytes;
    private bool _earlier = true; // those of earlier owners are still there

    /// <param name="replayedThrough">The last block that was brought back into the twins at the start.</param>
    /// <exception cref="RegisterUnavailableException">It cannot be read.</exception>
    public GroupJournal(IRegister register, ITimeline timeline, Places places, IReadOnlyList<GroupTenure> under, long replayedThrough, TimeProvider wall, HubMetrics metrics, ILogger log)
    {
        (_register, _timeline, _places, _under, _wall, _metrics, _log) = (register, timeline, places, under, wall, metrics, log);
        _shares = [.. under.Select(tenure => new Share(tenure))];
        _identity = timeline.Position.Log;
        (_last, _trimmed, _replayedThrough, _trimmedAt) = (replayedThrough, replayedThrough, replayedThrough, wall.GetTimestamp());
        (_, _savedSeries, _savedNodes) = register.Journalled(_identity);
        (_maxSeries, _maxNode) = (_savedSeries, _savedNodes);
        _bytes = under.Sum(tenure => register.JournalBytes(tenure.Group));
    }

    /// <summary>Why pages wait, or null: they do not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Bytes in the register.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes what was appended to the log.</summary>
    public void Take(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, long block)
    {
        if (_shares.Length > 1) TakeApart(rows, marks);
        else
        {
            _shares[0].Take(rows, marks);
            _shares[0].EndBlock(null);
        }
        foreach (ref readonly var row in rows) _maxSeries = Math.Max(_maxSeries, row.Series);
        foreach (ref readonly var mark in marks) _maxNode = Math.Max(_maxNode, mark.Node);
        _last = block;
        _rows += rows.Length;
    }

    /// <summary>What came since the last page; null: nothing. Not before that one is written.</summary>
    public (JournalPage Page, int Rows)? Cut()
    {
        var blocks = _shares.Where(share => share.Page.Length > 0).Select(share => new JournalBlock(share.Tenure.Group, share.Tenure.Epoch, _last, _identity, share.Page.ToArray())).ToArray();
        if (blocks.Length == 0) return null;
        var page = new JournalPage(_identity, _last, blocks)
        {
            FirstSeries = _savedSeries + 1,
            Series = [.. Enumerable.Range(_savedSeries + 1, _maxSeries - _savedSeries).Select(_timeline.SeriesName)],
            FirstNode = _savedNodes + 1,
            Nodes = [.. Enumerable.Range(_savedNodes + 1, _maxNode - _savedNodes).Select(_timeline.NodeName)],
        };
        foreach (var share in _shares) share.Page.Clear();
        var rows = _rows;
        _rows = 0;
        return (page, rows);
    }

    /// <summary>Writes a page; returns when it is committed. Waits for room, and for the register, as long as it takes.</summary>
    /// <param name="checkpointed">Through which block checkpoints are committed.</param>
    public async Task Write(JournalPage page, long checkpointed, CancellationToken stopping)
    {
        var bytes = page.Blocks.Sum(block => (long)block.Data.Length);
        var pause = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                if (Bytes + bytes <= _register.JournalLimit || Bytes == 0)
                {
                    await _register.WriteJournal(page, _under);
                    break;
                }
                Say("the journal is full");
                await TrimNow(checkpointed);
                if (Bytes + bytes <= _register.JournalLimit) continue;
            }
            catch (RegisterUnavailableException away)
            {
                _metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "register"));
                Say(away.Message);
            }
            await Task.Delay(pause, _wall, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        if (Trouble is not null) JournalBack(_log);
        Trouble = null;
        Interlocked.Add(ref _bytes, bytes);
        (_savedSeries, _savedNodes) = (page.FirstSeries + page.Series.Count - 1, page.FirstNode + page.Nodes.Count - 1);
    }

    /// <summary>Now and then drops what is vouched for elsewhere. Nothing is lost when it cannot: what is there too long is known when it is replayed.</summary>
    /// <param name="checkpointed">Through which block checkpoints are committed.</param>
    /// <param name="sweptOnce">Whether that includes all that the start brought back.</param>
    public async Task Trim(long checkpointed, bool sweptOnce)
    {
        if (_wall.GetElapsedTime(_trimmedAt) < TrimEvery) return;
        try
        {
            await TrimNow(checkpointed, sweptOnce);
        }
        catch (RegisterUnavailableException)
        {
            // The next time.
        }
    }

    private async Task TrimNow(long checkpointed, bool sweptOnce = false)
    {
        var through = Math.Min(checkpointed, _timeline.StoredThrough);
        var earlier = _earlier && sweptOnce && through >= _replayedThrough;
        if (through <= _trimmed && !earlier) return;
        _trimmedAt = _wall.GetTimestamp();
        var gone = await _register.TrimJournal(_under, through, earlier);
        Interlocked.Add(ref _bytes, -gone);
        _trimmed = Math.Max(_trimmed, through);
        _earlier &= !earlier;
    }

    private void TakeApart(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks)
    {
        LedgerMark? clock = null;
        var pieces = new GroupPieces(_timeline, _places, rows, marks);
        while (pieces.Next(out var piece))
        {
            if (piece.Mark >= 0 && marks[piece.Mark].Lane == CommitPipeline.ClockLane) clock = marks[piece.Mark];
            else ShareOf(piece.Group).Take(rows.Slice(piece.First, piece.Rows), piece.Mark < 0 ? [] : [marks[piece.Mark] with { FirstRow = 0 }]);
        }
        foreach (var share in _shares) share.EndBlock(clock);
    }

    /// <summary>What is no group's goes with the first: it is not for the twins, but the store is to have it.</summary>
    private Share ShareOf(string group)
    {
        foreach (var share in _shares)
        {
            if (share.Tenure.Group == group) return share;
        }
        return _shares[0];
    }

    private void Say(string why)
    {
        if (Trouble is null) JournalAway(_log, why);
        Trouble = why;
    }

    [LoggerMessage(LogLevel.Error, "The journal of groups cannot be written: {Cause}. No ledger is answered until it is.")]
    private static partial void JournalAway(ILogger log, string cause);

    [LoggerMessage(LogLevel.Warning, "The journal of groups can be written again.")]
    private static partial void JournalBack(ILogger log);

    private sealed class Share(GroupTenure tenure)
    {
        public GroupTenure Tenure => tenure;
        public AppendBlockWriter Block { get; } = new();
        public VarintWriter Page { get; } = new();
        public bool IsEmpty { get; set; } = true;

        /// <param name="marks">By the rows given with them.</param>
        public void Take(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks)
        {
            var first = Block.Count;
            foreach (ref readonly var row in rows) Block.Add(row.Series, row.Reading);
            foreach (ref readonly var mark in marks) Block.Mark(mark.Node, mark.Outbox, mark.Lane, mark.Batch, first + mark.FirstRow, mark.Rows);
            IsEmpty = false;
        }

        /// <param name="clock">The city's time; null: the block has it already.</param>
        public void EndBlock(LedgerMark? clock)
        {
            if (IsEmpty) return;
            if (clock is { } time) Block.Mark(time.Node, time.Outbox, time.Lane, time.Batch, Block.Count, 0);
            var packed = Block.Finish();
            Page.Varint((ulong)packed.Length);
            Page.Bytes(packed);
            Block.Clear();
            IsEmpty = true;
        }
    }
}
