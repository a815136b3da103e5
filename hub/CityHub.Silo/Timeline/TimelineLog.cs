using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>The front of every timeline: appends to the log, which is durable here, and gives back what a restart has to replay. One writer; any number of readers.</summary>
internal sealed partial class TimelineLog(AppendLog append, TimelineMetrics metrics, DamageLog damage, ILogger log)
{
    private string? _fault;
    private long _retries;

    /// <summary>Why the last append was not stored, by name; null when it was.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    public AppendLog Blocks => append;

    public TimelineNames Names => append.Names;

    public TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block)
    {
        try
        {
            (block, var bytes) = append.Append(rows, marks);
            metrics.Append(rows.Length, bytes);
        }
        catch (SqliteException error)
        {
            block = 0;
            var name = SqliteFault.Name(error);
            metrics.Retry(name);
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
        return TimelineVerdict.Stored;
    }

    public IEnumerable<TimelineBlock> BlocksAfter(long block)
    {
        var after = block;
        while (Packed(after, 16) is { Count: > 0 } blocks)
        {
            foreach (var (number, _, data) in blocks)
            {
                if (Unpack(data) is { } unpacked) yield return unpacked with { Number = number };
                else damage.Found("log", $"block {number} of the append log");
                after = number;
            }
        }
    }

    /// <summary>Some blocks above a number, as they are in the log.</summary>
    public List<(long Number, long Rows, byte[] Data)> Packed(long after, int limit)
    {
        var lease = append.Snapshot();
        var broken = true;
        try
        {
            var blocks = AppendLog.Blocks(lease.Session, after).Take(limit).ToList();
            broken = false;
            return blocks;
        }
        finally
        {
            AppendLog.Release(lease, broken);
        }
    }

    /// <summary>Adds the readings of a block that are of one series and in [from, to). False: the block is damaged.</summary>
    public static bool TakeSeries(byte[] data, int series, Instant from, Instant to, List<PackedReading> into)
    {
        if (!AppendBlockReader.TryOpen(data, out var reader)) return false;
        for (var row = 0; row < reader.Rows; row++)
        {
            if (!reader.NextRow(out var found, out var reading)) return false;
            if (found == series && reading.At >= from && reading.At < to) into.Add(reading);
        }
        return true;
    }

    public (SensorId Sensor, Quantity Quantity) SeriesName(int series) =>
        append.Names.SeriesName(series) ?? throw new ArgumentOutOfRangeException(nameof(series), series, "No series has this number.");

    public NodeKey NodeName(int node) =>
        append.Names.NodeName(node) ?? throw new ArgumentOutOfRangeException(nameof(node), node, "No node has this number.");

    private TimelineBlock? Unpack(byte[] data)
    {
        if (!AppendBlockReader.TryOpen(data, out var reader)) return null;
        var rows = new TimelineRow[reader.Rows];
        var marks = new LedgerMark[reader.Marks];
        for (var i = 0; i < rows.Length; i++)
        {
            if (!reader.NextRow(out var series, out var reading) || append.Names.SeriesName(series) is not { } name) return null;
            rows[i] = new(series, reading.ToReading(name.Quantity));
        }
        for (var i = 0; i < marks.Length; i++)
        {
            if (!reader.NextMark(out var mark)) return null;
            marks[i] = new(mark.Node, mark.Outbox, mark.Lane, mark.Batch, mark.FirstRow, mark.Rows);
        }
        return new(0, rows, marks);
    }

    [LoggerMessage(LogLevel.Error, "The timeline cannot be written: {Fault}. Readings wait and are tried again")]
    private partial void Failing(string fault);

    [LoggerMessage(LogLevel.Information, "The timeline can be written again, after {Retries} failed appends")]
    private partial void Recovered(long retries);
}
