using System.ComponentModel;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Silo.Register;

namespace CityHub.Api.Endpoints;

internal static class DeliveryEndpoints
{
    private static readonly string[] States = [DeliveryStates.Pending, DeliveryStates.Delivered, DeliveryStates.DeadLettered];

    public static void MapDeliveries(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/deliveries", List).WithTags("subscriptions").Produces<IReadOnlyList<DeliveryBody>>()
            .For(Role.Read, "listDeliveries", "Webhook messages on their way, delivered or given up, newest first", 422);

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
