using System.ComponentModel;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
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
        app.MapPut("/v1/subscriptions/{id}", Change).WithTags("subscriptions").Accepts<NewSubscriptionBody>("application/json").Produces<SubscriptionBody>()
            .For(Role.Admin, "changeSubscription", "Puts other wishes in the place of a subscription's; its id, its secret and what waits for it stay", 404, 413, 415, 422);
        app.MapPost("/v1/subscriptions/{id}/test", Test).WithTags("subscriptions").Produces<TestSentBody>(202)
            .For(Role.Admin, "testSubscription", "Sends a message that says that it is a test, the way of every other", 404);
        app.MapPost("/v1/subscriptions/{id}/rotate", Rotate).WithTags("subscriptions").Accepts<RotateBody>(isOptional: true, "application/json").Produces<CreatedSubscriptionBody>()
            .For(Role.Admin, "rotateSubscription", "Makes a new secret, shown once, or key pair; the one before signs beside it for a while", 404, 413, 415, 422);
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
        if (SubscriptionWish.Read(asked, body, city) is not { } wish) return asked.Refusal!;
        if (subscriptions.List().Any(s => s.Department == wish.Department && s.Url.OriginalString == wish.Url))
        {
            return Problem.Of(409, "This department has a subscription to this address; change or remove it.", [new("url", "is subscribed already")]);
        }
        var made = await subscriptions.Create(wish);
        if (made.Subscription is not { } subscription) return Refused(asked, made);
        await register.Audit(wall.Now, Who(context), "subscription.added", subscription.Id);
        return Results.Json(new(SubscriptionBody.Of(subscription), made.Secret), ApiJson.Default.CreatedSubscriptionBody, statusCode: 201);
    }

    private static async Task<IResult> Change([Description("The subscription's id.")] string id, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, ICity city, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.NewSubscriptionBody);
        if (body is null || SubscriptionWish.Read(asked, body, city) is not { } wish) return asked.Refusal!;
        if (await subscriptions.Change(id, wish) is not { } changed) return Problem.NotFound("subscription", id);
        if (changed.Subscription is not { } subscription) return Refused(asked, changed);
        await register.Audit(wall.Now, Who(context), "subscription.changed", id);
        return Results.Json(SubscriptionBody.Of(subscription), ApiJson.Default.SubscriptionBody);
    }

    private static async Task<IResult> Test([Description("The subscription's id.")] string id, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, WallClock wall)
    {
        if (await subscriptions.Test(id, Who(context)) is not { } message) return Problem.NotFound("subscription", id);
        await register.Audit(wall.Now, Who(context), "subscription.tested", id);
        return Results.Json(new(message), ApiJson.Default.TestSentBody, statusCode: 202);
    }

    private static async Task<IResult> Rotate([Description("The subscription's id.")] string id, HttpContext context, WebhookSubscriptions subscriptions, IRegister register, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.RotateBody, whenEmpty: new());
        var overlap = asked.DurationOrNone("overlap", body?.Overlap) ?? TimeSpan.FromDays(1);
        if (overlap > WebhookSubscriptions.MaxOverlap) asked.Unacceptable("overlap", "is at most 7 days");
        if (asked.Refusal is { } refusal) return refusal;
        if (await subscriptions.Rotate(id, overlap) is not { Subscription: { } subscription } rotated) return Problem.NotFound("subscription", id);
        await register.Audit(wall.Now, Who(context), "subscription.rotated", id);
        return Results.Json(new(SubscriptionBody.Of(subscription), rotated.Secret), ApiJson.Default.CreatedSubscriptionBody);
    }

    private static IResult Refused(Asked asked, SubscriptionResult result)
    {
        foreach (var fault in result.Faults) asked.Unacceptable(fault.Field, fault.Reason);
        return asked.Refusal!;
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

    private static string Who(HttpContext context) => context.Features.GetRequiredFeature<KeyHolder>().Name;
}
