using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace CityHub.Silo.Twins;

/// <summary>How far a start came.</summary>
/// <param name="Through">The block of the log through which checkpoints reach.</param>
/// <param name="Last">The log's last block, with all that was brought back.</param>
public readonly record struct Recovered(long Through, long Last);

/// <summary>
/// Takes groups over, and brings back into the twins what their last owner took and no checkpoint has: from this hub's own log where that owner was this hub, and else from the journal in the register.
/// What comes from the journal goes into this hub's log as well, so that the timeline's store has it before its nodes are answered. What is met twice is known by the ledger's marks.
/// </summary>
public sealed partial class GroupRecovery(IRegister register, ITimeline timeline, ITwinEngine engine, Places places, TimeProvider wall, ILogger<GroupRecovery> log)
{
    private const int BlocksAtOnce = 16;

    private readonly Dictionary<string, JournalNames> _names = new(StringComparer.Ordinal);
    private IReadOnlyList<GroupTaking> _taken = [];
    private LogPosition _log;

    /// <summary>Makes this hub the owner of groups. Whoever had them writes nothing more that would be missing in what is read after it.</summary>
    /// <exception cref="RegisterUnavailableException">It is not the owner.</exception>
    public async Task<IReadOnlyList<GroupTenure>> TakeOver(IReadOnlyList<string> groups, string owner)
    {
        _log = timeline.Position;
        if (register.KeepsJournal && register.Journalled(_log.Log).Number > _log.Last)
        {
            OlderCopy(_log.Last);
            _log = timeline.Renew();
        }
        _taken = await register.TakeOver(groups, owner, Instant.From(wall.GetUtcNow()), _log);
        return [.. _taken.Select(one => one.Tenure)];
    }

    /// <summary>After the checkpoints of the groups are in the twins: what came after them.</summary>
    public async Task<Recovered> Replay(CancellationToken cancel)
    {
        var blocks = 0;
        if (register.KeepsJournal)
        {
            foreach (var taking in _taken) blocks += await ReplayJournal(taking, cancel);
            if (blocks > 0) Inherited(blocks);
        }
        var own = _taken.Where(one => one.FromOwnLog).ToArray();
        var through = own.Length == 0 ? _log.Last : own.Min(one => one.Through);
        ReplayOwn(own.Select(one => one.Tenure.Group).ToHashSet(StringComparer.Ordinal), through);
        return new(through, timeline.Position.Last);
    }

    private void ReplayOwn(HashSet<string> groups, long through)
    {
        if (groups.Count == 0) return;
        var blocks = 0;
        foreach (var block in timeline.BlocksAfter(through))
        {
            if (block.Number > _log.Last) break; // appended since, from the journal
            engine.Replay(Of(groups, block));
            blocks++;
        }
        if (blocks > 0) Replayed(blocks);
    }

    /// <summary>What of a block is of some groups: others have other owners.</summary>
    private TimelineBlock Of(HashSet<string> groups, TimelineBlock block)
    {
        var rows = new List<TimelineRow>(block.Rows.Length);
        var marks = new List<LedgerMark>(block.Marks.Length);
        var pieces = new GroupPieces(timeline, places, block.Rows, block.Marks);
        while (pieces.Next(out var piece))
        {
            if (piece.Group.Length > 0 && !groups.Contains(piece.Group)) continue;
            if (piece.Mark >= 0) marks.Add(block.Marks[piece.Mark] with { FirstRow = rows.Count });
            rows.AddRange(block.Rows.AsSpan(piece.First, piece.Rows));
        }
        return new(block.Number, [.. rows], [.. marks]);
    }

    private async Task<int> ReplayJournal(GroupTaking taking, CancellationToken cancel)
    {
        var count = 0;
        JournalBlock? last = null;
        while (register.ReadJournal(taking.Tenure.Group, last, BlocksAtOnce) is { Count: > 0 } blocks)
        {
            last = blocks[^1];
            foreach (var block in blocks)
            {
                var isOwn = block.Log == _log.Log;
                if (isOwn && taking.FromOwnLog) continue; // the log has it
                foreach (var (rows, marks) in Unpack(block))
                {
                    engine.Replay(new(block.Number, rows, marks));
                    if (!isOwn) await Append(rows, marks, cancel);
                }
                count++;
            }
        }
        return count;
    }

    private async Task Append(TimelineRow[] rows, LedgerMark[] marks, CancellationToken cancel)
    {
        while (timeline.Append(rows, marks, out _) != TimelineVerdict.Stored) await Task.Delay(TimeSpan.FromSeconds(1), wall, cancel);
    }

    private List<(TimelineRow[] Rows, LedgerMark[] Marks)> Unpack(JournalBlock block)
    {
        if (!_names.TryGetValue(block.Log, out var names)) _names.Add(block.Log, names = register.ReadJournalNames(block.Log));
        var unpacked = new List<(TimelineRow[], LedgerMark[])>();
        var page = new VarintReader(block.Data);
        while (!page.AtEnd)
        {
            if (!page.Varint(out var length) || length > int.MaxValue || !page.Bytes((int)length, out var packed) || !TryUnpack(packed, names, out var rows, out var marks))
            {
                Damaged(block.Group, block.Epoch, block.Number);
                break;
            }
            unpacked.Add((rows, marks));
        }
        return unpacked;
    }

    /// <summary>In the numbers of this hub's own log.</summary>
    private bool TryUnpack(ReadOnlySpan<byte> packed, JournalNames names, out TimelineRow[] rows, out LedgerMark[] marks)
    {
        (rows, marks) = ([], []);
        if (!AppendBlockReader.TryOpen(packed, out var reader)) return false;
        rows = new TimelineRow[reader.Rows];
        marks = new LedgerMark[reader.Marks];
        for (var i = 0; i < rows.Length; i++)
        {
            if (!reader.NextRow(out var series, out var reading) || series < 1 || series > names.Series.Count) return false;
            var (sensor, quantity) = names.Series[series - 1];
            rows[i] = new(timeline.Series(sensor, quantity), reading.ToReading(quantity));
        }
        for (var i = 0; i < marks.Length; i++)
        {
            if (!reader.NextMark(out var mark) || mark.Node < 1 || mark.Node > names.Nodes.Count) return false;
            marks[i] = new(timeline.Node(names.Nodes[mark.Node - 1]), mark.Outbox, mark.Lane, mark.Batch, mark.FirstRow, mark.Rows);
        }
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Took {Blocks} blocks of the timeline into the twins that came after their last checkpoint")]
    private partial void Replayed(int blocks);

    [LoggerMessage(LogLevel.Warning, "Took {Blocks} blocks of the journal into the twins, of an owner before this hub")]
    private partial void Inherited(int blocks);

    [LoggerMessage(LogLevel.Warning, "The timeline's log ends at block {Last} and the register knows later ones of it: this is an older copy. It goes on as another log.")]
    private partial void OlderCopy(long last);

    [LoggerMessage(LogLevel.Error, "Block {Number} of group {Group}, epoch {Epoch}, is damaged in the journal; what is behind it in the block is lost")]
    private partial void Damaged(string group, long epoch, long number);
}
