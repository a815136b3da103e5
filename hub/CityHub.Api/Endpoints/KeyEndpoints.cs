using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Silo.Register;
using Microsoft.AspNetCore.Http.Features;

namespace CityHub.Api.Endpoints;

internal static class KeyEndpoints
{
    private static readonly TimeSpan CookieAge = TimeSpan.FromDays(30);

    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/keys", Add).WithTags("keys").Accepts<NewKeyBody>("application/json").Produces<CreatedKeyBody>(201)
            .For(Role.Admin, "addKey", "Makes a key for a person or a program; the answer shows it, once", 413, 415, 422);
        app.MapGet("/v1/session", Session).WithTags("keys").Produces<SessionBody>()
            .WithName("getSession").WithSummary("Whose key this is, and its role, if any (no key)").ProducesProblems(429);
        app.MapPost("/v1/session", SignIn).WithTags("keys").Accepts<SignInBody>("application/json").Produces<SessionBody>()
            .WithName("signIn").WithSummary("Puts a key into a cookie of this browser, out of reach of scripts (no key)").ProducesProblems(400, 401, 403, 413, 415, 429);
        app.MapDelete("/v1/session", SignOut).WithTags("keys").Produces(204)
            .WithName("signOut").WithSummary("Drops the cookie (no key)").ProducesProblems(403);
    }

    private static async Task<IResult> Add(HttpContext context, ApiKeys keys, IRegister register, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.NewKeyBody);
        if (body is null) return asked.Refusal!;
        var name = asked.Line("name", body.Name, Limits.NameLength, required: true);
        if (name.Contains('\n', StringComparison.Ordinal)) asked.Unacceptable("name", "is one line");
        var role = Words.Role(body.Role ?? "");
        if (role is null) asked.Unacceptable("role", "is one of read, desk, admin");
        if (asked.Refusal is { } refusal) return refusal;
        var holder = new KeyHolder(name, role!.Value);
        var key = await keys.Issue(holder);
        await register.Audit(wall.Now, context.Features.GetRequiredFeature<KeyHolder>().Name, "key.added", $"{Words.Of(holder.Role)}:{holder.Name}");
        return Results.Json(new(holder.Name, holder.Role, key), ApiJson.Default.CreatedKeyBody, statusCode: 201);
    }

    private static IResult Session(HttpContext context, ApiKeys keys, FailedAttempts failed)
    {
        // Open, so that the page can ask whether to show its sign-in without provoking an error.
        if (KeyGate.Presented(context.Request).Key is not { } key) return Results.Json(new(false, null, null), ApiJson.Default.SessionBody);
        var (holder, _) = KeyGate.Look(context, key, keys, failed);
        if (holder is null && context.Response.Headers.RetryAfter.Count > 0) return Problem.Of(429, "Too many unknown keys came from this address; wait a minute.");
        return Results.Json(new(holder is not null, holder?.Name, holder?.Role), ApiJson.Default.SessionBody);
    }

    private static async Task<IResult> SignIn(HttpContext context, ApiKeys keys, FailedAttempts failed)
    {
        if (!KeyGate.FromOurPage(context.Request)) return Elsewhere();
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.SignInBody);
        if (body is { Key: null or "" }) asked.Malformed("key", "is needed");
        if (asked.Refusal is { } refusal) return refusal;
        var key = body!.Key!.Trim();
        var (holder, refused) = KeyGate.Look(context, key, keys, failed);
        if (holder is null) return refused!;
        context.Response.Cookies.Append(KeyGate.Cookie, key, Options(context, CookieAge));
        return Results.Json(new(true, holder.Name, holder.Role), ApiJson.Default.SessionBody);
    }

    private static IResult SignOut(HttpContext context)
    {
        if (!KeyGate.FromOurPage(context.Request)) return Elsewhere();
        context.Response.Cookies.Delete(KeyGate.Cookie, Options(context, null));
        return Results.NoContent();
    }

    private static IResult Elsewhere() => Problem.Of(403, "Signing in and out is for the hub's own page; programs send the key as a header.", [new("Origin", "is not this hub")]);

    private static CookieOptions Options(HttpContext context, TimeSpan? age) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", MaxAge = age };
}
