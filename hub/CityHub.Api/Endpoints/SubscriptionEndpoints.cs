using System.ComponentModel;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
using SmartCity.Watch;
using Microsoft.AspNetCore.Http.Features;

namespace CityHub.Api.Endpoints;

internal static class SubscriptionEndpoints
{
    public static void MapSubscriptions(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/subscriptions", List).WithTags("subscriptions").Produces<IReadOnlyList<SubscriptionBody>>()
            .For(Role.Read, "listSubscriptions", "Webhook subscriptions, without their secrets");
        app.MapPost("/v1/subscriptions", Add).WithTags("subscriptions").Accepts<NewSubscriptionBody>("application/json").Produces<CreatedSubscriptionBody>(201)
            .For(Role.Admin, "addSubscription", "Subscribes a department to webhooks; the answer shows the secret, once", 409, 413, 415, 422);
        app.MapDelete("/v1/subscriptions/{id}", Remove).WithTags("subscriptions").Produces(204)
            .For(Role.Admin, "removeSubscription", "Ends a subscription", 404);
        app.MapPost("/v1/subscriptions/{id}/pause", ([Description("The subscription's id.")] string id, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, WallClock wall) => Pause(id, true, context, subscriptions, register, wall))
            .WithTags("subscriptions").Produces<SubscriptionBody>()
            .For(Role.Admin, "pauseSubscription", "Holds a subscription's messages back; none is lost", 404);
        app.MapPost("/v1/subscriptions/{id}/resume", ([Description("The subscription's id.")] string id, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, WallClock wall) => Pause(id, false, context, subscriptions, register, wall))
            .WithTags("subscriptions").Produces<SubscriptionBody>()
            .For(Role.Admin, "resumeSubscription", "Sends a subscription's messages again", 404);
    }

    private static IResult List(WebhookSubscriptions subscriptions) =>
        Results.Json([.. subscriptions.List().Select(SubscriptionBody.Of)], ApiJson.Default.IReadOnlyListSubscriptionBody);

    private static async Task<IResult> Add(HttpContext context, WebhookSubscriptions subscriptions, IRegister register, ICity city, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.NewSubscriptionBody);
        if (body is null) return asked.Refusal!;
        var department = asked.Line("department", body.Department, Limits.NameLength, required: true);
        var url = asked.Line("url", body.Url, WebhookSubscriptions.MaxUrl, required: true);
        var districts = Districts(asked, body.Districts ?? [], city);
        var severity = body.MinSeverity is null ? Severity.Warning : Words.Severity(body.MinSeverity);
        if (severity is null) asked.Unacceptable("minSeverity", "is one of warning, minor, major, critical");
        if (asked.Refusal is { } refusal) return refusal;
        if (subscriptions.List().Any(s => s.Department == department && s.Url.OriginalString == url))
        {
            return Problem.Of(409, "This department has a subscription to this address; remove it first.", [new("url", "is subscribed already")]);
        }
        var made = await subscriptions.Create(new(department, url, districts, severity!.Value, body.Secret));
        if (made is not { Subscription: { } subscription, Secret: { } secret })
        {
            foreach (var fault in made.Faults) asked.Unacceptable(fault.Field, fault.Reason);
            return asked.Refusal!;
        }
        await register.Audit(wall.Now, Who(context), "subscription.added", subscription.Id);
        return Results.Json(new(SubscriptionBody.Of(subscription), secret), ApiJson.Default.CreatedSubscriptionBody, statusCode: 201);
    }

    private static async Task<IResult> Remove([Description("The subscription's id.")] string id, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, WallClock wall)
    {
        if (!await subscriptions.Remove(id)) return Problem.NotFound("subscription", id);
        await register.Audit(wall.Now, Who(context), "subscription.removed", id);
        return Results.NoContent();
    }

    private static async Task<IResult> Pause(string id, bool paused, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, WallClock wall)
    {
        if (await subscriptions.Pause(id, paused) is not { } changed) return Problem.NotFound("subscription", id);
        await register.Audit(wall.Now, Who(context), paused ? "subscription.paused" : "subscription.resumed", id);
        return Results.Json(SubscriptionBody.Of(changed), ApiJson.Default.SubscriptionBody);
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

    private static string Who(HttpContext context) => context.Features.GetRequiredFeature<KeyHolder>().Name;
}
