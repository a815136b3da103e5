using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Options;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>How a POST ended.</summary>
/// <param name="Status">The HTTP status; null when there was none.</param>
public readonly record struct PostResult(DeliveryVerdict Verdict, int? Status)
{
    /// <summary>What the endpoint said when it did not take it: its first characters, as plain text; null: nothing, or it took it.</summary>
    public string? Answer { get; init; }

    /// <summary>For the record of deliveries: name and status, nothing that the endpoint wrote.</summary>
    public string Text => Status is { } status ? $"{DeliveryVerdict.Name(Verdict.Outcome)} ({status.ToString(CultureInfo.InvariantCulture)})" : DeliveryVerdict.Name(Verdict.Outcome);
}

/// <summary>Sends one message once, signed with the wall clock's time of this attempt. Follows no redirect, takes no proxy from the environment,
/// keeps no cookie, reads at most 1 kB of an answer's body.</summary>
public sealed class WebhookPost : IDisposable
{
    /// <summary>Bytes of an answer's body that are read so that its connection can be used again; past them it is closed.</summary>
    private const int MaxAnswerBytes = 1024;

    /// <summary>Characters of it that are kept.</summary>
    public const int MaxAnswerText = 500;

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private static readonly MediaTypeHeaderValue[] ContentTypes =
        [.. Enumerable.Range(0, Enum.GetValues<PayloadFormat>().Max(format => (int)format) + 1).Select(number => new MediaTypeHeaderValue(number == 0 ? "application/octet-stream" : PayloadFormats.ContentType((PayloadFormat)number)))];

    private readonly AddressGuard _guard;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _wall;
    private readonly EndpointTrust _trust;
    private readonly ConcurrentDictionary<(string? Authority, string? Certificate), HttpMessageInvoker> _http = new();   // one for each way to trust: connections are shared within it

    public WebhookPost(AddressGuard guard, IOptions<WebhookOptions> options, TimeProvider wall)
    {
        (_guard, _timeout, _wall) = (guard, options.Value.Timeout, wall);
        _trust = new(options.Value);
    }

    private HttpMessageInvoker Http(WebhookEndpoint endpoint) => _http.GetOrAdd((endpoint.Authority, endpoint.ClientCertificate), key =>
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectCallback = Connect,
            ConnectTimeout = _timeout,
            MaxResponseDrainSize = MaxAnswerBytes,
            MaxResponseHeadersLength = 16,   // kB
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // then the name is resolved, and judged, again
            UseCookies = false,
            UseProxy = false,   // a proxy would connect for us, past the guard
        };
        _trust.Apply(handler.SslOptions, key.Authority, key.Certificate);
        return new HttpMessageInvoker(handler);
    });

    /// <exception cref="OperationCanceledException">Only when <paramref name="cancel"/> asks for it.</exception>
    public async Task<PostResult> Send(WebhookEndpoint endpoint, WebhookSigners signers, PayloadFormat format, OutboxMessage message, CancellationToken cancel)
    {
        if (signers.None) return new(new(DeliveryOutcome.NotSigned, null), null);
        using var deadline = new CancellationTokenSource(_timeout, _wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            using var request = Compose(endpoint.Url, signers, format, message);
            using var answer = await Http(endpoint).SendAsync(request, either.Token).ConfigureAwait(false);
            var status = (int)answer.StatusCode;
            var verdict = DeliveryVerdict.Of(status, RetryAfter(answer));
            return new(verdict, status) { Answer = verdict.Outcome == DeliveryOutcome.Delivered ? null : await Said(answer, either.Token).ConfigureAwait(false) };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(new(DeliveryOutcome.TimedOut, null), null);
        }
        catch (HttpRequestException e)
        {
            return new(new(Named(e), null), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return new(new(DeliveryOutcome.TlsFailed, null), null);   // a certificate of ours that cannot be read
        }
    }

    public void Dispose()
    {
        foreach (var http in _http.Values) http.Dispose();
        _trust.Dispose();
    }

    /// <summary>The beginning of what an endpoint says about why not, for whoever has to mend it. What comes slowly is not waited for long.</summary>
    private async Task<string?> Said(HttpResponseMessage answer, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(AnswerPatience, _wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var bytes = new byte[MaxAnswerBytes];
        var length = 0;
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            while (length < bytes.Length && await body.ReadAsync(bytes.AsMemory(length), either.Token).ConfigureAwait(false) is > 0 and var read) length += read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // What came until then is kept; its status counts in any case.
        }
        var text = string.Concat(Encoding.UTF8.GetString(bytes, 0, length).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return text.Length == 0 ? null : text.Length <= MaxAnswerText ? text : text[..MaxAnswerText];
    }

    private HttpRequestMessage Compose(Uri url, WebhookSigners signers, PayloadFormat format, OutboxMessage message)
    {
        var timestamp = _wall.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(message.Body) { Headers = { ContentType = ContentTypes[(int)format] } } };
        request.Headers.TryAddWithoutValidation("User-Agent", "CityHub");
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, message.MessageId);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, signers.Sign(message.MessageId, timestamp, message.Body));
        return request;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } seconds } => seconds,
        { Date: { } date } => date - _wall.GetUtcNow(),
        _ => null,
    };

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var host = context.DnsEndPoint.Host;
        var all = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel).ConfigureAwait(false);
        var allowed = Array.FindAll(all, _guard.Allows);
        if (allowed.Length == 0 && all.Length > 0) throw new AddressRefusedException(host);
        SocketException? last = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancel).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;   // the next address may answer
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static DeliveryOutcome Named(HttpRequestException failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is AddressRefusedException) return DeliveryOutcome.AddressRefused;
            if (e is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }) return DeliveryOutcome.NotResolved;
        }

        return failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => DeliveryOutcome.NotResolved,
            HttpRequestError.ConnectionError => DeliveryOutcome.NotConnected,
            HttpRequestError.SecureConnectionError => DeliveryOutcome.TlsFailed,
            _ => DeliveryOutcome.BrokenOff,
        };
    }
}
