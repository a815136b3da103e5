using CityHub.Contracts;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// The timeline in SQLite files: an append log (<c>log.db</c>), sorted runs (<c>runs.db</c>) and one file a day (<c>days/2026-11-23.db</c>).
/// An append is one row, synced. A thread of its own moves readings on; see <see cref="TimelineCompactor"/>.
/// Takes the wall clock, to know which hours are over.
/// </summary>
public sealed partial class SqliteTimeline : ITimeline, IDisposable
{
    private readonly TimelineOptions _options;
    private readonly TimeProvider _wall;
    private readonly ILogger _log;
    private readonly TimelineMetrics _metrics;
    private readonly DamageLog _damage;
    private readonly AppendLog _append;
    private readonly RunFile _runs;
    private readonly DayFiles _days;
    private readonly TimelineReader _reader;
    private long _tailRows;
    private string? _fault;
    private long _retries;

    /// <summary>Opens or makes the folder. Compaction starts with it.</summary>
    /// <exception cref="IOException">It cannot be opened: the text says why.</exception>
    public SqliteTimeline(TimelineOptions options, TimeProvider wall, ILogger<SqliteTimeline> log)
    {
        (_options, _wall, _log) = (options, wall, log);
        _metrics = new(() => Interlocked.Read(ref _tailRows));
        _damage = new(_metrics, log);
        try
        {
            Directory.CreateDirectory(options.Folder);
            _append = new(Path.Combine(options.Folder, "log.db"), options.MaxLogPages);
            _runs = new(Path.Combine(options.Folder, "runs.db"));
            _days = new(Path.Combine(options.Folder, "days"));
            var through = RunFile.Through(_runs.Session);
            _append.StartAfter(through);
            _tailRows = _append.RowsAfter(through);
        }
        catch (Exception error) when (error is SqliteException or InvalidDataException or UnauthorizedAccessException)
        {
            var why = error is SqliteException store ? SqliteFault.Name(store) : error.Message;
            throw new IOException($"The timeline in {options.Folder} cannot be opened: {why}", error);
        }
        _reader = new(_append, _runs, _days, _damage);
        _compactor = new(_append, _runs, _days, options.FlushRows, _metrics, _damage);
        StartCompaction();
    }

    /// <summary>Why the last append was not stored, by name; null when it was.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Blocks that were met damaged and skipped since the start.</summary>
    public long DamagedBlocks => Interlocked.Read(ref _metrics.DamagedCount);

    /// <summary>Readings in the append log that are in no run yet.</summary>
    public long TailReadings => Interlocked.Read(ref _tailRows);

    public int Series(SensorId sensor, Quantity quantity) => _append.Names.Series(sensor, quantity);

    public int Node(NodeKey node) => _append.Names.Node(node);

    public (SensorId Sensor, Quantity Quantity) SeriesName(int series) =>
        _append.Names.SeriesName(series) ?? throw new ArgumentOutOfRangeException(nameof(series), series, "No series has this number.");

    public NodeKey NodeName(int node) =>
        _append.Names.NodeName(node) ?? throw new ArgumentOutOfRangeException(nameof(node), node, "No node has this number.");

    public TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block)
    {
        try
        {
            (block, var bytes) = _append.Append(rows, marks);
            _metrics.Append(rows.Length, bytes);
        }
        catch (SqliteException error)
        {
            block = 0;
            var name = SqliteFault.Name(error);
            _metrics.Retry(name);
            _retries++;
            if (_fault != name) Failing(name);
            Volatile.Write(ref _fault, name);
            return TimelineVerdict.RetryLater;
        }
        if (_fault is not null)
        {
            Recovered(_retries);
            _retries = 0;
            Volatile.Write(ref _fault, null);
        }
        if (Interlocked.Add(ref _tailRows, rows.Length) >= _options.FlushRows) _wake.Set();
        return TimelineVerdict.Stored;
    }

    public IEnumerable<TimelineBlock> BlocksAfter(long block)
    {
        var after = block;
        while (true)
        {
            List<(long Number, long Rows, byte[] Data)> blocks;
            var lease = _append.Snapshot();
            var broken = true;
            try
            {
                blocks = AppendLog.Blocks(lease.Session, after, 16);
                broken = false;
            }
            finally
            {
                AppendLog.Release(lease, broken);
            }
            if (blocks.Count == 0) yield break;
            foreach (var (number, _, data) in blocks)
            {
                if (Unpack(number, data) is { } unpacked) yield return unpacked;
                else _damage.Found("log", $"block {number} of the append log");
                after = number;
            }
        }
    }

    public IEnumerable<Reading> Read(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        if (_append.Names.FindSeries(sensor, quantity) is not { } series) yield break;
        foreach (var chunk in _reader.Chunks(series, from, to))
        {
            foreach (var reading in chunk)
            {
                if (reading.At >= from && reading.At < to) yield return reading.ToReading(quantity);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Steps are counted from <paramref name="from"/>, each named by its start. Min, mean and max are those of the good readings; of a step without any,
    /// those of all that have a value. Count is all readings, failed ones too.</remarks>
    public IReadOnlyList<HistoryPoint> History(SensorId sensor, Quantity quantity, Instant from, Instant to, TimeSpan step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.FromMilliseconds(1));
        if (_append.Names.FindSeries(sensor, quantity) is not { } series) return [];
        var fold = new HistoryFold(from, step);
        foreach (var chunk in _reader.Chunks(series, from, to))
        {
            foreach (ref readonly var reading in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(chunk))
            {
                if (reading.At >= from && reading.At < to) fold.Add(reading);
            }
        }
        return fold.Finish();
    }

    public void Dispose()
    {
        StopCompaction();
        _append.Dispose();
        _runs.Dispose();
        _metrics.Dispose();
    }

    private TimelineBlock? Unpack(long number, byte[] data)
    {
        if (!AppendBlockReader.TryOpen(data, out var reader)) return null;
        var rows = new TimelineRow[reader.Rows];
        var marks = new LedgerMark[reader.Marks];
        for (var i = 0; i < rows.Length; i++)
        {
            if (!reader.NextRow(out var series, out var reading) || _append.Names.SeriesName(series) is not { } name) return null;
            rows[i] = new(series, reading.ToReading(name.Quantity));
        }
        for (var i = 0; i < marks.Length; i++)
        {
            if (!reader.NextMark(out var mark)) return null;
            marks[i] = new(mark.Node, mark.Outbox, mark.Lane, mark.Batch, mark.FirstRow, mark.Rows);
        }
        return new(number, rows, marks);
    }

    [LoggerMessage(LogLevel.Error, "The timeline cannot be written: {Fault}. Readings wait and are tried again")]
    private partial void Failing(string fault);

    [LoggerMessage(LogLevel.Information, "The timeline can be written again, after {Retries} failed appends")]
    private partial void Recovered(long retries);
}
