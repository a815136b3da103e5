using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// Sends a copy of every reading to a further server, from the same log, by a book of its own. It never holds up an answer or the log: a server that confirms before its disk does
/// (VictoriaMetrics) or drops what is old with a success is no witness for "stored through". What has left the log while the server was away is not sent again.
/// </summary>
internal sealed class Exporter : ITimelineLoop, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly ShipBook _book;
    private readonly InfluxClient _client;
    private readonly Shipper _shipper;
    private readonly TimelineMetrics _metrics;
    private readonly TimeProvider _wall;

    /// <exception cref="IOException">Its book cannot be opened: the text says why.</exception>
    public Exporter(TimelineOptions timeline, ExportOptions options, TimelineLog log, Func<SensorId, SeriesTags> place, TimeProvider wall, ILogger<Exporter> logger)
    {
        _wall = wall;
        _metrics = new(null);
        try
        {
            _book = new(Path.Combine(timeline.Folder, "export.db"));
        }
        catch (Exception error) when (error is SqliteException or InvalidDataException)
        {
            throw new IOException($"The book of the export in {timeline.Folder} cannot be opened: {(error is SqliteException store ? SqliteFault.Name(store) : error.Message)}", error);
        }
        var v1 = options.Dialect == InfluxDialect.V1;
        _client = new(options.Url!, options, new(v1 ? options.PasswordFile : options.TokenFile, v1 ? "EXPORT_PASSWORD" : "EXPORT_TOKEN"), wall);
        _shipper = new(log, _book, new(_client, _book, null, options.RetryLimit, wall, _metrics, logger), options, place, Retention.ForEver, () => default, wall, _metrics, new(_metrics, logger))
        {
            Stored = batch => _book.StoredThrough(batch.Through),
        };
    }

    /// <summary>The last block that the server took, with all before it that the log still had.</summary>
    public long Through => _book.Stored;

    public async Task Run(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] loops = [_shipper.Run(_book.Stored, ending.Token), LookNowAndThen(ending.Token)];
        var first = await Task.WhenAny(loops);
        await ending.CancelAsync();
        foreach (var loop in loops) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    public void Dispose()
    {
        _shipper.Dispose();
        _client.Dispose();
        _book.Dispose();
        _metrics.Dispose();
    }

    private async Task LookNowAndThen(CancellationToken stopping)
    {
        while (true)
        {
            _shipper.Knock();
            await Task.Delay(LookEvery, _wall, stopping);
            try
            {
                _book.Save();
            }
            catch (SqliteException error)
            {
                _metrics.Retry(SqliteFault.Name(error)); // lines are sent twice at worst, onto themselves
            }
        }
    }
}
