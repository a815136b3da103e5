using System.ComponentModel;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Silo.Register;
using Microsoft.AspNetCore.Http.Features;

namespace CityHub.Api.Endpoints;

internal static class DeliveryEndpoints
{
    private static readonly string[] States = [DeliveryStates.Pending, DeliveryStates.Delivered, DeliveryStates.DeadLettered];

    public static void MapDeliveries(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/deliveries", List).WithTags("subscriptions").Produces<IReadOnlyList<DeliveryBody>>()
            .For(Role.Read, "listDeliveries", "Webhook messages on their way, delivered or given up, newest first", 422);
        app.MapPost("/v1/deliveries/replay", Replay).WithTags("subscriptions").Accepts<ReplayBody>("application/json").Produces<ReplayedBody>()
            .For(Role.Admin, "replayDeliveries", "Sends dead letters again under their ids: one, a subscription's, those of a time; what is too old by then is summed up instead", 413, 415, 422);
    }

    private static async Task<IResult> Replay(HttpContext context, IRegister register, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.ReplayBody);
        if (body is null) return asked.Refusal!;
        var range = new ReplayRange(body.MessageId, body.Subscription, asked.Instant("from", body.From), asked.Instant("to", body.To));
        asked.Before(range.From, range.To);
        if (body is { MessageId: null, Subscription: null, From: null }) asked.Unacceptable("from", "is needed unless a messageId or a subscription is named");
        if (asked.Refusal is { } refusal) return refusal;
        var sent = await register.Replay(range);
        await register.Audit(wall.Now, context.Features.GetRequiredFeature<KeyHolder>().Name, "deliveries.replayed", $"{sent} of {body.MessageId ?? body.Subscription ?? "all"}");
        return Results.Json(new(sent), ApiJson.Default.ReplayedBody);
    }

    private static async Task<IResult> List(
        [Description("One state alone: pending, delivered or dead-lettered. Default: all.")] string? state,
        [Description("At most so many, 1 to 1,000. Default 200.")] string? limit,
        IRegister register)
    {
        var asked = new Asked();
        var most = asked.Limit(limit);
        if (!string.IsNullOrEmpty(state) && !States.Contains(state)) asked.Unacceptable("state", $"is one of {string.Join(", ", States)}");
        if (asked.Refusal is { } refusal) return refusal;
        var deliveries = await register.ListDeliveries(string.IsNullOrEmpty(state) ? null : state, most);
        return Results.Json([.. deliveries.Select(DeliveryBody.Of)], ApiJson.Default.IReadOnlyListDeliveryBody);
    }
}
