using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// The timeline in SQLite files: an append log (<c>log.db</c>), sorted runs (<c>runs.db</c>), one file a day (<c>days/2026-11-23.db</c>), and windows of minutes and hours
/// in one file a month and a year.
/// An append is one row, synced. A thread of its own moves readings on; see <see cref="TimelineCompactor"/>.
/// Takes the wall clock, to know which hours are over.
/// </summary>
public sealed partial class SqliteTimeline : ITimeline, IHasLog, IDisposable
{
    private readonly TimelineOptions _options;
    private readonly TimeProvider _wall;
    private readonly ILogger _log;
    private readonly TimelineMetrics _metrics;
    private readonly DamageLog _damage;
    private readonly AppendLog _append;
    private readonly RunFile _runs;
    private readonly TimelineReader _reader;
    private long _tailRows;
    private readonly TimelineLog _front;
    private readonly PeriodFiles _days;
    private readonly WindowFiles _windows;
    private readonly Retention _retention;
    private readonly Func<Instant> _city;

    /// <summary>Opens or makes the folder. Compaction starts with it.</summary>
    /// <param name="city">The city's time, which decides what has had its time; without it nothing expires.</param>
    /// <exception cref="IOException">It cannot be opened: the text says why.</exception>
    public SqliteTimeline(TimelineOptions options, TimeProvider wall, ILogger<SqliteTimeline> log, Func<Instant>? city = null)
    {
        (_options, _wall, _log) = (options, wall, log);
        (_retention, _city) = city is null ? (Retention.ForEver, () => default) : (options.Retention(), city);
        _metrics = new(() => Interlocked.Read(ref _tailRows));
        _damage = new(_metrics, log);
        try
        {
            Directory.CreateDirectory(options.Folder);
            _append = new(Path.Combine(options.Folder, "log.db"), options.MaxLogPages);
            _runs = new(Path.Combine(options.Folder, "runs.db"));
            _days = new(Path.Combine(options.Folder, "days"), Resolution.Raw, _retention);
            _windows = new(options.Folder, _retention, _damage);
            var through = RunFile.Through(_runs.Session);
            _append.StartAfter(through);
            _tailRows = _append.RowsAfter(through);
        }
        catch (Exception error) when (error is SqliteException or InvalidDataException or UnauthorizedAccessException)
        {
            var why = error is SqliteException store ? SqliteFault.Name(store) : error.Message;
            throw new IOException($"The timeline in {options.Folder} cannot be opened: {why}", error);
        }
        _front = new(_append, _metrics, _damage, log);
        _reader = new(_append, _runs, _days, _windows, _damage);
        _compactor = new(_append, _runs, _days, _windows, _retention, _city, options.FlushRows, _metrics, _damage);
        StartCompaction();
    }

    /// <summary>Why the last append was not stored, by name; null when it was.</summary>
    public string? Fault => _front.Fault;

    /// <summary>Blocks that were met damaged and skipped since the start.</summary>
    public long DamagedBlocks => Interlocked.Read(ref _metrics.DamagedCount);

    /// <summary>Readings in the append log that are in no run yet.</summary>
    public long TailReadings => Interlocked.Read(ref _tailRows);

    TimelineLog IHasLog.Front => _front;

    public int Series(SensorId sensor, Quantity quantity) => _append.Names.Series(sensor, quantity);

    public int Node(NodeKey node) => _append.Names.Node(node);

    public (SensorId Sensor, Quantity Quantity) SeriesName(int series) => _front.SeriesName(series);

    public NodeKey NodeName(int node) => _front.NodeName(node);

    public TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block)
    {
        var verdict = _front.Append(rows, marks, out block);
        if (verdict != TimelineVerdict.Stored) return verdict;
        if (Interlocked.Add(ref _tailRows, rows.Length) >= _options.FlushRows) _wake.Set();
        return verdict;
    }

    public LogPosition Position => new(_append.Identity, _append.Last);

    public LogPosition Renew()
    {
        _append.Renew();
        return Position;
    }

    public IEnumerable<TimelineBlock> BlocksAfter(long block) => _front.BlocksAfter(block);

    /// <inheritdoc/>
    /// <remarks>The files are the store: what is appended is there.</remarks>
    public long StoredThrough => long.MaxValue;

    public string? Trouble => null;

    public Task Run(CancellationToken stopping) => Task.Delay(Timeout.InfiniteTimeSpan, _wall, stopping);

    public IEnumerable<Reading> Read(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        if (_append.Names.FindSeries(sensor, quantity) is not { } series) yield break;
        foreach (var reading in Packed(series, quantity, from, to)) yield return reading.ToReading(quantity);
    }

    /// <inheritdoc/>
    /// <remarks>Min, mean and max are those of the good readings; of a step without any, those of all that have a value. Count is all readings, failed ones too.</remarks>
    public HistoryAnswer History(HistoryQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Step, TimeSpan.FromMilliseconds(1));
        var resolution = query.Quality == HistoryQuality.Any ? Resolution.Raw : _retention.Serving(query.Quantity, query.From, query.Step, _city());
        if (_append.Names.FindSeries(query.Sensor, query.Quantity) is not { } series || query.To <= query.From) return new(resolution, []);
        return new(resolution, resolution == Resolution.Raw
            ? HistoryFold.OfReadings(query, Packed(series, query.Quantity, query.From, query.To))
            : HistoryFold.OfWindows(query, _reader.Windows(resolution, series, query.Quantity, query.From, query.To)));
    }

    private IEnumerable<PackedReading> Packed(int series, Quantity quantity, Instant from, Instant to)
    {
        foreach (var chunk in _reader.Chunks(series, quantity, from, to))
        {
            foreach (var reading in chunk)
            {
                if (reading.At >= from && reading.At < to) yield return reading;
            }
        }
    }

    public void Dispose()
    {
        StopCompaction();
        _append.Dispose();
        _runs.Dispose();
        _metrics.Dispose();
    }
}
