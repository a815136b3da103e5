using System.Text;
using InfluxDB.Client;
using InfluxDB.Client.Api.Domain;
using InfluxDB.Client.Core.Exceptions;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx.Managed;

/// <summary>
/// Lines by InfluxDB.Client: each attempt is one of its asynchronous writes. Its own batches and retries are not used: lines wait on disk, and what became of each attempt is the delivery's to judge.
/// The client takes text, so lines are made into a string for it. Thread-safe.
/// </summary>
internal sealed class ManagedLineWriter(Uri url, LineServerSettings options, InfluxSecret secret, TimeProvider wall) : ILineWriter
{
    private readonly Lock _gate = new();
    private InfluxDBClient? _client; // null: made anew, with the secret as it is by then

    public async Task<WriteAnswer> Write(string database, ReadOnlyMemory<byte> lines, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, wall);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            await Client().GetWriteApiAsync().WriteRecordAsync(Encoding.UTF8.GetString(lines.Span), WritePrecision.Ns, database, options.Organization, both.Token);
            return WriteAnswer.Of(204, "");
        }
        catch (Exception) when (deadline.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new(WriteVerdict.RetryLater, "timed out");
        }
        catch (Exception cause) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException("The write was cancelled.", cause, cancel); // the client wraps it in one of its own
        }
        catch (HttpException refused) when (refused.Status > 0)
        {
            if (refused.Status is 401 or 403) Forget();
            return WriteAnswer.Of(refused.Status, refused.Message, refused.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        }
        catch (Exception error) when (error is InfluxException or HttpRequestException or IOException)
        {
            return new(WriteVerdict.RetryLater, error.InnerException is System.Net.Http.HttpRequestException http ? InfluxClient.Name(http) : InfluxClient.Name(error));
        }
    }

    public void Dispose()
    {
        lock (_gate) _client?.Dispose();
    }

    private InfluxDBClient Client()
    {
        lock (_gate)
        {
            if (_client is { } known) return known;
            var settings = new InfluxDBClientOptions(url.AbsoluteUri) { Timeout = options.Timeout, AllowHttpRedirects = false };
            if (secret.Value is { Length: > 0 } token) settings.Token = token; // it takes no empty one
            var client = new InfluxDBClient(settings);
            if (options.Gzip) client.EnableGzip();
            return _client = client;
        }
    }

    /// <summary>The secret may have been changed: the next attempt reads it again. The client that others still use ends with the last of them.</summary>
    private void Forget()
    {
        secret.Forget();
        lock (_gate) _client = null;
    }
}
