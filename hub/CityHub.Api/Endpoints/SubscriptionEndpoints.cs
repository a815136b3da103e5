using System.ComponentModel;
using System.Security.Cryptography;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Watch;
using Microsoft.AspNetCore.Http.Features;

namespace CityHub.Api.Endpoints;

internal static class SubscriptionEndpoints
{
    private const string SecretPrefix = "whsec_";
    private const int MostSubscriptions = 1_000;

    public static void MapSubscriptions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/subscriptions", List).WithTags("subscriptions").Produces<IReadOnlyList<SubscriptionBody>>()
            .For(Role.Read, "listSubscriptions", "Webhook subscriptions, without their secrets");
        app.MapPost("/v1/subscriptions", Add).WithTags("subscriptions").Accepts<NewSubscriptionBody>("application/json").Produces<CreatedSubscriptionBody>(201)
            .For(Role.Admin, "addSubscription", "Subscribes a department to webhooks; the answer shows the secret, once", 409, 413, 415, 422);
        app.MapDelete("/v1/subscriptions/{id}", Remove).WithTags("subscriptions").Produces(204)
            .For(Role.Admin, "removeSubscription", "Ends a subscription", 404);
        app.MapPost("/v1/subscriptions/{id}/pause", (string id, HttpContext context, IRegister register, WallClock wall) => Pause(id, true, context, register, wall))
            .WithTags("subscriptions").Produces<SubscriptionBody>()
            .For(Role.Admin, "pauseSubscription", "Holds a subscription's messages back; none is lost", 404);
        app.MapPost("/v1/subscriptions/{id}/resume", (string id, HttpContext context, IRegister register, WallClock wall) => Pause(id, false, context, register, wall))
            .WithTags("subscriptions").Produces<SubscriptionBody>()
            .For(Role.Admin, "resumeSubscription", "Sends a subscription's messages again", 404);
    }

    private static IResult List(IRegister register) =>
        Results.Json([.. register.Subscriptions().Select(s => SubscriptionBody.Of(s.Subscription))], ApiJson.Default.IReadOnlyListSubscriptionBody);

    private static async Task<IResult> Add(HttpContext context, IRegister register, ICity city, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.NewSubscriptionBody);
        if (body is null) return asked.Refusal!;
        var department = asked.Line("department", body.Department, Limits.NameLength, required: true);
        var url = Address(asked, body.Url);
        var districts = Districts(asked, body.Districts ?? [], city);
        var severity = body.MinSeverity is null ? Severity.Warning : Words.Severity(body.MinSeverity);
        if (severity is null) asked.Unacceptable("minSeverity", "is one of warning, minor, major, critical");
        if (body.Secret is { } own && !IsSecret(own)) asked.Unacceptable("secret", "is whsec_ and base64 of 24 to 64 bytes");
        if (asked.Refusal is { } refusal) return refusal;

        var others = register.Subscriptions();
        if (others.Any(s => s.Subscription.Url == url && s.Subscription.Department == department))
        {
            return Problem.Of(409, "This department has a subscription to this address; remove it first.", [new("url", "is subscribed already")]);
        }
        if (others.Count >= MostSubscriptions) return Problem.Of(409, $"There are {MostSubscriptions} subscriptions, which is the limit.", [new("url", "one too many")]);
        var secret = body.Secret ?? SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var id = "sub_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var made = await register.AddSubscription(new(id, department, url!, districts, severity!.Value, false, wall.Now), secret);
        await register.Audit(wall.Now, Who(context), "subscription.added", made.Id);
        return Results.Json(new(SubscriptionBody.Of(made), secret), ApiJson.Default.CreatedSubscriptionBody, statusCode: 201);
    }

    private static async Task<IResult> Remove([Description("The subscription's id.")] string id, HttpContext context, IRegister register, WallClock wall)
    {
        if (!await register.RemoveSubscription(id)) return Problem.NotFound("subscription", id);
        await register.Audit(wall.Now, Who(context), "subscription.removed", id);
        return Results.NoContent();
    }

    private static async Task<IResult> Pause(string id, bool paused, HttpContext context, IRegister register, WallClock wall)
    {
        if (await register.PauseSubscription(id, paused) is not { } changed) return Problem.NotFound("subscription", id);
        await register.Audit(wall.Now, Who(context), paused ? "subscription.paused" : "subscription.resumed", id);
        return Results.Json(SubscriptionBody.Of(changed), ApiJson.Default.SubscriptionBody);
    }

    private static Uri? Address(Asked asked, string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) asked.Unacceptable("url", "is needed");
        else if (text.Length > Limits.UrlLength) asked.Unacceptable("url", $"has at most {Limits.UrlLength} characters");
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) asked.Unacceptable("url", "is an absolute http or https address");
        // What stands in an address ends up in logs and lists; the signature is what proves who sends.
        else if (url.UserInfo.Length > 0) asked.Unacceptable("url", "must not contain a user name or password");
        else if (url.Fragment.Length > 0) asked.Unacceptable("url", "must not contain a fragment");
        else return url;
        return null;
    }

    private static string[] Districts(Asked asked, IReadOnlyList<string> districts, ICity city)
    {
        if (districts.Count > Limits.Districts) asked.Unacceptable("districts", $"has at most {Limits.Districts} entries");
        var known = city.Districts().Select(d => d.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (district, i) in districts.Take(Limits.Districts).Select((d, i) => (d, i)))
        {
            // A misspelt district would be a department that never hears of anything.
            if (district is null || !known.Contains(district)) asked.Unacceptable($"districts[{i}]", $"'{Problem.Shown(district ?? "null")}' is not a district of this city");
        }
        return [.. districts.Distinct(StringComparer.Ordinal)];
    }

    private static bool IsSecret(string text)
    {
        Span<byte> bytes = stackalloc byte[128];
        return text.StartsWith(SecretPrefix, StringComparison.Ordinal) && text.Length <= 128
            && Convert.TryFromBase64String(text[SecretPrefix.Length..], bytes, out var length) && length is >= 24 and <= 64;
    }

    private static string Who(HttpContext context) => context.Features.GetRequiredFeature<KeyHolder>().Name;
}
