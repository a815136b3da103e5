using System.Diagnostics.Metrics;
using System.Globalization;
using CityHub.Api.Http;

namespace CityHub.Api.Keys;

/// <summary>
/// Lets a request through to an endpoint that needs a role: by <c>Authorization: Bearer chk_…</c>, or by the cookie that the page's sign-in sets.
/// A cookie travels by itself, so a request that changes something by cookie must come from our own page.
/// </summary>
internal sealed partial class KeyGate(RequestDelegate next, ApiKeys keys, FailedAttempts failed, IMeterFactory meters, ILogger<KeyGate> log)
{
    public const string Cookie = "cityhub_key";
    private readonly Counter<long> _refused = meters.Create(Metrics.Names.Meter).CreateCounter<long>("cityhub_api_refused", description: "Requests refused by the key gate, by reason.");

    public async Task Invoke(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Needs>() is not { } needs)
        {
            await next(context);
            return;
        }
        var (key, byCookie) = Presented(context.Request);
        if (key is null)
        {
            await Refuse(context, "no_key", Problem.Of(401, "Send the key as 'Authorization: Bearer chk_…', or sign in on the page.", [new("Authorization", "is missing")]));
            return;
        }
        var (holder, refusal) = Look(context, key);
        if (holder is null)
        {
            await Refuse(context, "unknown_key", refusal!);
            return;
        }
        if (byCookie && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !FromOurPage(context.Request))
        {
            await Refuse(context, "cross_site", Problem.Of(403, "With a cookie, changes are taken from the hub's own page only.", [new("Origin", "is not this hub")]));
            return;
        }
        if (holder.Role < needs.Role)
        {
            await Refuse(context, "role", Problem.Of(403, $"This needs a key with the role {Words.Of(needs.Role)}.", [new("Authorization", $"this key has the role {Words.Of(holder.Role)}")]));
            return;
        }
        context.Features.Set(holder);
        await next(context);
    }

    /// <summary>Who a key belongs to, or the answer for one that is unknown: 401, then 429 once an address has tried too many.</summary>
    public static (KeyHolder? Holder, IResult? Refusal) Look(HttpContext context, string key, ApiKeys keys, FailedAttempts failed)
    {
        if (keys.Remembered(key) is { } known) return (known, null);
        var address = context.Connection.RemoteIpAddress;
        if (failed.WaitFor(address) is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return (null, Problem.Of(429, "Too many unknown keys came from this address; wait a minute.", [new("Authorization", "is not looked up for now")]));
        }
        if (keys.Find(key) is { } holder) return (holder, null);
        failed.Failed(address);
        return (null, Problem.Of(401, "This key is not known here.", [new("Authorization", "unknown key")]));
    }

    private (KeyHolder?, IResult?) Look(HttpContext context, string key) => Look(context, key, keys, failed);

    /// <summary>Browsers say where a request comes from, and a page cannot forge it: Fetch metadata, and Origin for those without.</summary>
    public static bool FromOurPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site] ? site == "same-origin"
        : request.Headers.Origin is [{ } origin] && origin == $"{request.Scheme}://{request.Host}";

    /// <summary>The key that came with a request, and whether a cookie brought it.</summary>
    public static (string? Key, bool ByCookie) Presented(HttpRequest request)
    {
        const string bearer = "Bearer ";
        if (request.Headers.Authorization is [{ } header])
        {
            return (header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? header[bearer.Length..].Trim() : "", false);
        }
        return request.Cookies.TryGetValue(Cookie, out var cookie) ? (cookie, true) : (null, false);
    }

    private async Task Refuse(HttpContext context, string reason, IResult answer)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
        Refused(context.Connection.RemoteIpAddress, reason);
        if (reason is "no_key" or "unknown_key") context.Response.Headers.WWWAuthenticate = "Bearer";
        await answer.ExecuteAsync(context);
    }

    [LoggerMessage(LogLevel.Debug, "Refused a request from {Address}: {Reason}")]
    private partial void Refused(System.Net.IPAddress? address, string reason);
}
