using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// The timeline in an InfluxDB. In front of it stands the append log: an append is durable here at once, and a shipper takes it on. What the ledger may answer for is what
/// InfluxDB has confirmed. Readings are found in the log as long as they are not in the store.
/// </summary>
public sealed partial class InfluxTimeline : ITimeline, IHasLog, IDisposable
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);
    private readonly TimelineMetrics _metrics;
    private readonly DamageLog _damage;
    private readonly AppendLog _append;
    private readonly TimelineLog _front;
    private readonly ShipBook _book;
    private readonly InfluxClient _client;
    private readonly InfluxReader _reader;
    private readonly WindowHistory _windows;
    private readonly LineDelivery _delivery, _windowDelivery;
    private readonly Shipper _shipper;
    private readonly RollUps _rollUps;
    private readonly Retention _retention;
    private readonly Func<Instant> _city;
    private readonly TimeProvider _wall;
    private readonly ILogger _log;
    private readonly TimeSpan _retryLimit;
    private long _checkpointed, _stored, _waiting;

    /// <summary>Opens or makes the log's folder. Nothing is sent before <see cref="Run"/>.</summary>
    /// <param name="place">Where a sensor stands now.</param>
    /// <param name="city">The city's time, which decides what has had its time.</param>
    /// <exception cref="IOException">The folder cannot be opened: the text says why.</exception>
    public InfluxTimeline(TimelineOptions options, InfluxOptions influx, Func<SensorId, SeriesTags> place, Func<Instant> city, TimeProvider wall, ILogger<InfluxTimeline> log)
    {
        (_city, _wall, _log, _retryLimit) = (city, wall, log, influx.RetryLimit);
        _retention = options.Retention();
        _metrics = new(() => Interlocked.Read(ref _waiting));
        _damage = new(_metrics, log);
        try
        {
            Directory.CreateDirectory(options.Folder);
            _append = new(Path.Combine(options.Folder, "log.db"), options.MaxLogPages);
            _book = new(Path.Combine(options.Folder, "ship.db"));
            _append.StartAfter(_book.Stored);
            _stored = _book.Stored;
            _waiting = _append.RowsAfter(_stored);
        }
        catch (Exception error) when (error is SqliteException or InvalidDataException or UnauthorizedAccessException)
        {
            var why = error is SqliteException store ? SqliteFault.Name(store) : error.Message;
            throw new IOException($"The timeline in {options.Folder} cannot be opened: {why}", error);
        }
        _front = new(_append, _metrics, _damage, log);
        _client = new(influx.Url, influx, new(influx.Dialect == InfluxDialect.V1 ? influx.PasswordFile : influx.TokenFile, influx.Dialect == InfluxDialect.V1 ? "INFLUX_PASSWORD" : "INFLUX_TOKEN"), wall);
        _reader = new(_client);
        _windows = new(_reader, new(_client), Packed);
        _delivery = OwnDelivery();
        _windowDelivery = OwnDelivery();
        _shipper = new(_front, _book, _delivery, influx, place, _retention, city, wall, _metrics, _damage) { Stored = Stored };
        _rollUps = new(_client, _book, _windowDelivery, _retention, city, influx.RollUpEvery, wall, log);
        _metrics.Gauge("cityhub_timeline_windows_due", "Hours with windows to be computed", () => _book.DueCount);
    }

    /// <summary>Why the last append to the log was not stored, by name; null when it was.</summary>
    public string? Fault => _front.Fault;

    TimelineLog IHasLog.Front => _front;

    /// <summary>A way of its own into the same server.</summary>
    internal LineDelivery OwnDelivery() => new(_client, _book, _retention, _retryLimit, _wall, _metrics, _log);

    /// <summary>One attempt to write lines that may be lost: figures, never readings.</summary>
    public Task<WriteAnswer> Offer(string database, LineWriter lines, CancellationToken cancel) => _client.Write(database, lines.Written, cancel);

    public int Series(SensorId sensor, Quantity quantity) => _append.Names.Series(sensor, quantity);

    public int Node(NodeKey node) => _append.Names.Node(node);

    public (SensorId Sensor, Quantity Quantity) SeriesName(int series) => _front.SeriesName(series);

    public NodeKey NodeName(int node) => _front.NodeName(node);

    public TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block)
    {
        var verdict = _front.Append(rows, marks, out block);
        if (verdict != TimelineVerdict.Stored) return verdict;
        Interlocked.Add(ref _waiting, rows.Length);
        _shipper.Knock();
        return verdict;
    }

    public LogPosition Position => new(_append.Identity, _append.Last);

    public LogPosition Renew()
    {
        _append.Renew();
        return Position;
    }

    public IEnumerable<TimelineBlock> BlocksAfter(long block) => _front.BlocksAfter(block);

    public void CheckpointedThrough(long block)
    {
        if (block > Interlocked.Read(ref _checkpointed)) Interlocked.Exchange(ref _checkpointed, block);
    }

    public long StoredThrough => Interlocked.Read(ref _stored);

    public string? Trouble => _delivery.Trouble ?? _windowDelivery.Trouble;

    /// <summary>Lines that the store refused, the newest first.</summary>
    /// <param name="before">Only those with a smaller number.</param>
    public RefusedLines Refused(long? before, int limit) => _book.Refused(before, limit);

    public async Task Run(CancellationToken stopping)
    {
        // A database that is missing is made when the first line finds it so; its retention is set here, when the server is up.
        try
        {
            await Task.Run(() => _client.MakeDatabases(_retention), stopping);
        }
        catch (TimelineUnavailableException cause)
        {
            NotYetThere(_client.Url, cause.Message);
        }
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] loops = [_shipper.Run(_book.Stored, ending.Token), _rollUps.Run(ending.Token), SaveNowAndThen(ending.Token)];
        var first = await Task.WhenAny(loops);
        await ending.CancelAsync();
        foreach (var loop in loops) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Save();
        await first;
    }

    /// <summary>Computes the windows that ended by an instant, now. False: the store is away.</summary>
    public Task<bool> RollUp(Instant endedBy, CancellationToken cancel) => _rollUps.Turn(endedBy, cancel);

    public IEnumerable<Reading> Read(SensorId sensor, Quantity quantity, Instant from, Instant to) => Packed(sensor, quantity, from, to).Select(reading => reading.ToReading(quantity));

    /// <inheritdoc/>
    /// <remarks>Min, mean and max are those of the good readings; of a step without any, those of all that have a value. Count is all readings, failed ones too.</remarks>
    public HistoryAnswer History(HistoryQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Step, TimeSpan.FromMilliseconds(1));
        var resolution = query.Quality == HistoryQuality.Any ? Resolution.Raw : _retention.Serving(query.Quantity, query.From, query.Step, _city());
        if (query.To <= query.From) return new(resolution, []);
        return new(resolution, resolution == Resolution.Raw
            ? HistoryFold.OfReadings(query, Packed(query.Sensor, query.Quantity, query.From, query.To))
            : HistoryFold.OfWindows(query, Windows(resolution, query)));
    }

    public IEnumerable<Repair> Repairs(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        var waiting = to <= from ? [] : Waiting(SensorId.OfRepairs(sensor), quantity, from, to);
        var stored = to <= from ? [] : _reader.Repairs(sensor, quantity, from, to);
        return RepairRows.Of(Merged(waiting, stored.Select(repair => PackedReading.Of(repair.ToReading()))).Select(row => row.ToReading(quantity)));
    }

    public void Dispose()
    {
        _shipper.Dispose();
        _rollUps.Dispose();
        _client.Dispose();
        _append.Dispose();
        _book.Dispose();
        _metrics.Dispose();
    }

    /// <summary>What waits in the log is looked at first: it leaves the log only after it is in the store, so each reading is met at least once; twice met is a repeat.</summary>
    private IEnumerable<PackedReading> Packed(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        if (to <= from) return [];
        return Merged(Waiting(sensor, quantity, from, to), _reader.Readings(sensor, quantity, from, to));
    }

    private List<PackedReading> Waiting(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        var waiting = new List<PackedReading>();
        if (_append.Names.FindSeries(sensor, quantity) is not { } series) return waiting;
        var after = StoredThrough;
        while (_front.Packed(after, 16) is { Count: > 0 } blocks)
        {
            foreach (var (number, _, data) in blocks)
            {
                if (!TimelineLog.TakeSeries(data, series, from, to, waiting)) _damage.Found("log", $"block {number} of the append log");
                after = number;
            }
        }
        waiting.RemoveAll(reading => !TimelineSchema.Fits(reading.At));
        Chunk.SortAndDropRepeats(waiting);
        return waiting;
    }

    private static IEnumerable<PackedReading> Merged(List<PackedReading> waiting, IEnumerable<PackedReading> stored)
    {
        var next = 0;
        foreach (var reading in stored)
        {
            while (next < waiting.Count && waiting[next].CompareTo(reading) < 0) yield return waiting[next++];
            // The log has the whole line; in the store a field of it may still be missing.
            yield return next < waiting.Count && waiting[next].IsRepeatOf(reading) ? waiting[next++] : reading;
        }
        while (next < waiting.Count) yield return waiting[next++];
    }

    private IEnumerable<(Instant Start, Window Window)> Windows(Resolution resolution, HistoryQuery query)
    {
        var from = query.From.UnixMilliseconds < 0 ? new(0) : query.From;
        var to = HistoryFold.Clip(query.To);
        if (to <= from) return [];
        var end = Chunk.HourOf(new(to.UnixMilliseconds - 1)) + 1;
        // Hours whose windows are not up to date, and the one that the end cuts, are folded from readings.
        var anew = Waiting(query.Sensor, query.Quantity, from, to).Select(reading => Chunk.HourOf(reading.At)).ToHashSet();
        anew.UnionWith(_book.DueHours(query.Quantity, Chunk.HourOf(from), end));
        if (to.UnixMilliseconds % Chunk.HourMilliseconds != 0) anew.Add(end - 1);
        return _windows.Of(resolution, query, from, to, anew).Select(pair => (pair.Key, pair.Value));
    }

    private void Stored(ShippedBatch batch)
    {
        foreach (var ((quantity, hour, sensor), minutes) in batch.Minutes) _book.Touch(Resolution.Minute, quantity, hour, minutes, sensor.Value);
        _book.StoredThrough(batch.Through);
        Interlocked.Exchange(ref _stored, batch.Through);
        Interlocked.Add(ref _waiting, -Math.Min(batch.Lines.Lines, Interlocked.Read(ref _waiting)));
    }

    private async Task SaveNowAndThen(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(SaveEvery, _wall, stopping);
            Save();
            var through = Math.Min(_book.Saved, Interlocked.Read(ref _checkpointed));
            if (through > 0) _append.DropThrough(through, stopping);
        }
    }

    private void Save()
    {
        try
        {
            _book.Save();
        }
        catch (SqliteException error)
        {
            _metrics.Retry(SqliteFault.Name(error)); // the log is kept meanwhile
        }
    }

    [LoggerMessage(LogLevel.Warning, "InfluxDB at {Url} is not there yet: {Cause}. Readings wait on disk")]
    private partial void NotYetThere(Uri url, string cause);
}
