using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Options;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>How a POST ended.</summary>
/// <param name="Status">The HTTP status; null when there was none.</param>
public readonly record struct PostResult(DeliveryVerdict Verdict, int? Status)
{
    /// <summary>For the record of deliveries: name and status, nothing that the endpoint wrote.</summary>
    public string Text => Status is { } status ? $"{DeliveryVerdict.Name(Verdict.Outcome)} ({status.ToString(CultureInfo.InvariantCulture)})" : DeliveryVerdict.Name(Verdict.Outcome);
}

/// <summary>Sends one message once, signed with the wall clock's time of this attempt. Follows no redirect, takes no proxy from the environment,
/// keeps no cookie, reads at most 1 kB of an answer's body and throws it away.</summary>
public sealed class WebhookPost : IDisposable
{
    /// <summary>Bytes of an answer's body that are read so that its connection can be used again; past them it is closed.</summary>
    private const int MaxAnswerBytes = 1024;

    private static readonly MediaTypeHeaderValue[] ContentTypes =
        [.. Enumerable.Range(0, Enum.GetValues<PayloadFormat>().Max(format => (int)format) + 1).Select(number => new MediaTypeHeaderValue(number == 0 ? "application/octet-stream" : PayloadFormats.ContentType((PayloadFormat)number)))];

    private readonly AddressGuard _guard;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _wall;
    private readonly HttpMessageInvoker _http;

    public WebhookPost(AddressGuard guard, IOptions<WebhookOptions> options, TimeProvider wall)
    {
        (_guard, _timeout, _wall) = (guard, options.Value.Timeout, wall);
        _http = new(new SocketsHttpHandler
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
        });
    }

    /// <exception cref="OperationCanceledException">Only when <paramref name="cancel"/> asks for it.</exception>
    public async Task<PostResult> Send(WebhookEndpoint endpoint, WebhookSigners signers, PayloadFormat format, OutboxMessage message, CancellationToken cancel)
    {
        if (signers.None) return new(new(DeliveryOutcome.NotSigned, null), null);
        using var deadline = new CancellationTokenSource(_timeout, _wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            using var request = Compose(endpoint.Url, signers, format, message);
            using var answer = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            var status = (int)answer.StatusCode;
            return new(DeliveryVerdict.Of(status, RetryAfter(answer)), status);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(new(DeliveryOutcome.TimedOut, null), null);
        }
        catch (HttpRequestException e)
        {
            return new(new(Named(e), null), null);
        }
    }

    public void Dispose() => _http.Dispose();

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
