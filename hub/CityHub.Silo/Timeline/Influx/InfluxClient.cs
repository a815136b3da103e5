using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CityHub.Contracts;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>One server that takes line protocol over HTTP and, if it is an InfluxDB, answers InfluxQL. Thread-safe.</summary>
internal sealed class InfluxClient : ILineWriter
{
    private const int ErrorBytes = 4096;
    private readonly Uri _url;
    private readonly LineServerSettings _options;
    private readonly InfluxSecret _secret;
    private readonly TimeProvider _wall;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(10) })
    {
        Timeout = Timeout.InfiniteTimeSpan, // ours run by our clock
    };

    private readonly ILineWriter? _writer; // null: ours

    public InfluxClient(Uri url, LineServerSettings options, InfluxSecret secret, TimeProvider wall)
    {
        (_url, _options, _secret, _wall) = (url.AbsoluteUri.EndsWith('/') ? url : new(url.AbsoluteUri + "/"), options, secret, wall);
#if INFLUXCLIENT
        _writer = options.Client == LineClient.Managed ? new Managed.ManagedLineWriter(_url, options, secret, wall) : null;
#else
        _writer = null;
#endif
    }

    public Uri Url => _url;

    /// <inheritdoc cref="ILineWriter.Write"/>
    public async Task<WriteAnswer> Write(string database, ReadOnlyMemory<byte> lines, CancellationToken cancel)
    {
        if (_writer is { } writer) return await writer.Write(database, lines, cancel);
        using var deadline = new CancellationTokenSource(_options.Timeout, _wall);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            using var request = Signed(HttpMethod.Post, _options.Dialect == InfluxDialect.V1
                ? $"write?precision=ns&db={Uri.EscapeDataString(database)}"
                : $"api/v2/write?precision=ns&bucket={Uri.EscapeDataString(database)}&org={Uri.EscapeDataString(_options.Organization)}");
            request.Content = Body(lines);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var status = (int)answer.StatusCode;
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) _secret.Forget();
            return WriteAnswer.Of(status, status is >= 200 and < 300 ? "" : await Beginning(answer, both.Token), Wait(answer.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new(WriteVerdict.RetryLater, "timed out");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return new(WriteVerdict.RetryLater, Name(error));
        }
    }

    /// <summary>Asks in the written subset.</summary>
    /// <exception cref="TimelineUnavailableException">The server is away, or refuses.</exception>
    /// <exception cref="ArgumentException">The query is outside of the subset.</exception>
    public InfluxAnswer Query(string database, string influxQl)
    {
        if (InfluxQlSubset.Refusal(influxQl) is { } refusal) throw new ArgumentException($"The query {refusal}: {influxQl}", nameof(influxQl));
        return Ask(HttpMethod.Post, $"query?epoch=ns&db={Uri.EscapeDataString(database)}", new FormUrlEncodedContent([new("q", influxQl)]));
    }

    /// <summary>Makes databases and buckets that are missing, each with its retention.</summary>
    /// <exception cref="TimelineUnavailableException">The server is away, or refuses.</exception>
    public void MakeDatabases(Retention retention)
    {
        foreach (var resolution in Enum.GetValues<Resolution>())
        {
            // A day more than the hub keeps: what is too old is the hub's to say, by its clock, and no window loses a part of its readings.
            var (name, keep) = (TimelineSchema.Database(resolution), retention.Longest(resolution) + TimeSpan.FromDays(1));
            if (_options.Dialect == InfluxDialect.V1)
            {
                // A shard is what expires at once: a day of readings, a week of minutes, a quarter of hours.
                var shard = resolution switch { Resolution.Raw => "1d", Resolution.Minute => "7d", Resolution.Hour => "90d" };
                Admin($"CREATE DATABASE \"{name}\"");
                Admin(string.Create(CultureInfo.InvariantCulture, $"ALTER RETENTION POLICY \"autogen\" ON \"{name}\" DURATION {(keep is { } time ? $"{(long)time.TotalMinutes}m" : "INF")} SHARD DURATION {shard} DEFAULT"));
            }
            else if (_options.Dialect == InfluxDialect.V2)
            {
                MakeBucket(name, keep);
            }
        }
    }

    /// <summary>InfluxDB 3 Core deletes nothing.</summary>
    public bool CanDelete => _options.Dialect != InfluxDialect.V3;

    /// <summary>Deletes readings of a measurement before an instant (V1, V2): for quantities that are kept shorter than their database.</summary>
    /// <exception cref="TimelineUnavailableException">The server is away, or refuses.</exception>
    public void DeleteBefore(string database, string measurement, SmartCity.Readings.Instant before)
    {
        if (_options.Dialect == InfluxDialect.V1)
        {
            Ask(HttpMethod.Post, $"query?db={Uri.EscapeDataString(database)}", new FormUrlEncodedContent([new("q", string.Create(CultureInfo.InvariantCulture, $"DELETE FROM \"{measurement}\" WHERE time < {TimelineSchema.Nanoseconds(before)}"))])).Dispose();
            return;
        }
        var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["start"] = "1970-01-01T00:00:00Z", ["stop"] = before.ToString(), ["predicate"] = $"_measurement=\"{measurement}\"" });
        Ask(HttpMethod.Post, $"api/v2/delete?org={Uri.EscapeDataString(_options.Organization)}&bucket={Uri.EscapeDataString(database)}", new StringContent(body, Encoding.UTF8, "application/json")).Dispose();
    }

    public void Dispose()
    {
        _http.Dispose();
        _writer?.Dispose();
    }

    private void Admin(string statement) => Ask(HttpMethod.Post, "query", new FormUrlEncodedContent([new("q", statement)])).Dispose();

    private void MakeBucket(string name, TimeSpan? keep)
    {
        using var orgs = Ask(HttpMethod.Get, $"api/v2/orgs?org={Uri.EscapeDataString(_options.Organization)}", null);
        var org = First(orgs, "orgs", "id") ?? throw new TimelineUnavailableException($"InfluxDB knows no organization '{_options.Organization}'");
        var rules = keep is { } time ? $"[{{\"type\":\"expire\",\"everySeconds\":{(long)time.TotalSeconds}}}]" : "[]";
        using var found = Ask(HttpMethod.Get, $"api/v2/buckets?orgID={org}&name={name}", null, missingIsEmpty: true);
        var bucket = First(found, "buckets", "id");
        if (bucket is null)
        {
            using var made = Ask(HttpMethod.Post, "api/v2/buckets", Json($"{{\"orgID\":\"{org}\",\"name\":\"{name}\",\"retentionRules\":{rules}}}"));
            bucket = made.Text("id");
        }
        else
        {
            Ask(HttpMethod.Patch, $"api/v2/buckets/{bucket}", Json($"{{\"retentionRules\":{rules}}}")).Dispose();
        }
        using var mapped = Ask(HttpMethod.Get, $"api/v2/dbrps?orgID={org}&db={name}", null, missingIsEmpty: true);
        if (First(mapped, "content", "id") is not null) return;
        Ask(HttpMethod.Post, "api/v2/dbrps", Json($"{{\"orgID\":\"{org}\",\"bucketID\":\"{bucket}\",\"database\":\"{name}\",\"retention_policy\":\"autogen\",\"default\":true}}")).Dispose();
    }

    private static string? First(InfluxAnswer answer, string list, string key) => answer.FirstOf(list, key);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private InfluxAnswer Ask(HttpMethod method, string path, HttpContent? body, bool missingIsEmpty = false)
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _wall);
        try
        {
            using var request = Signed(method, path);
            request.Content = body;
            using var answer = _http.Send(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
            using var stream = answer.Content.ReadAsStream(deadline.Token);
            if (missingIsEmpty && answer.StatusCode == HttpStatusCode.NotFound) return InfluxAnswer.Empty;
            if (!answer.IsSuccessStatusCode)
            {
                if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) _secret.Forget();
                var bytes = new byte[ErrorBytes];
                var read = stream.ReadAtLeast(bytes, ErrorBytes, throwOnEndOfStream: false);
                throw new TimelineUnavailableException("InfluxDB answered " + WriteAnswer.Of((int)answer.StatusCode, Encoding.UTF8.GetString(bytes, 0, read)).Reason);
            }
            var result = InfluxAnswer.Parse(stream);
            if (result.Error is not { } error) return result;
            result.Dispose();
            if (error.StartsWith("database not found", StringComparison.Ordinal)) return InfluxAnswer.Empty; // there is nothing in it
            throw new TimelineUnavailableException("InfluxDB answered: " + error);
        }
        catch (OperationCanceledException cause) when (deadline.IsCancellationRequested)
        {
            throw new TimelineUnavailableException("InfluxDB did not answer in time", cause);
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException or JsonException)
        {
            throw new TimelineUnavailableException($"InfluxDB cannot be reached: {Name(cause)}", cause);
        }
    }

    private HttpRequestMessage Signed(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(_url, path));
        var secret = _secret.Value;
        if (_options.Dialect != InfluxDialect.V1)
        {
            if (secret.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Token", secret);
        }
        else if (_options.User is { Length: > 0 } user)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}")));
        }
        return request;
    }

    private ReadOnlyMemoryContent Body(ReadOnlyMemory<byte> lines)
    {
        if (!_options.Gzip) return new(lines);
        using var packed = new MemoryStream(lines.Length / 4 + 64);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(lines.Span);
        var body = new ReadOnlyMemoryContent(packed.GetBuffer().AsMemory(0, (int)packed.Length));
        body.Headers.ContentEncoding.Add("gzip");
        return body;
    }

    private static async Task<string> Beginning(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var bytes = new byte[ErrorBytes];
        var read = await stream.ReadAtLeastAsync(bytes, ErrorBytes, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? asked) => asked?.Delta ?? (asked?.Date is { } date ? date - _wall.GetUtcNow() : null);

    internal static string Name(Exception error) => error switch
    {
        HttpRequestException { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
        HttpRequestException http => http.HttpRequestError.ToString(),
        _ => error.GetType().Name,
    };
}
