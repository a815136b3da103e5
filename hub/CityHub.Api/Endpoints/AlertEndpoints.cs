using System.ComponentModel;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace CityHub.Api.Endpoints;

internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/alerts", List).WithTags("alerts").Produces<IReadOnlyList<AlertBody>>()
            .For(Role.Read, "listAlerts", "Alerts, newest first", 422);
        app.MapGet("/v1/alerts/{id}", One).WithTags("alerts").Produces<AlertBody>()
            .For(Role.Read, "getAlert", "One alert", 404);
        app.MapPost("/v1/alerts/{id}/acknowledge", Acknowledge).WithTags("alerts").Accepts<AcknowledgeBody>(isOptional: true, "application/json").Produces<AlertBody>()
            .For(Role.Desk, "acknowledgeAlert", "Takes note of an alert in the name of the key; the first acknowledgement stands", 404, 409, 413, 415, 422);
    }

    private static async Task<IResult> List(
        [Description("true: open ones alone; false: those that are over. Default: both.")] string? open,
        [Description("A district's id.")] string? district,
        [Description("A sensor's id.")] string? sensor,
        [Description("First breach at or after this.")] string? from,
        [Description("First breach before this.")] string? to,
        [Description("At most so many, 1 to 1,000. Default 200.")] string? limit,
        ICity city, CancellationToken cancel)
    {
        var asked = new Asked();
        var filter = new EpisodeFilter(asked.Flag("open", open), string.IsNullOrEmpty(district) ? null : district, string.IsNullOrEmpty(sensor) ? null : new(sensor),
            asked.Instant("from", from), asked.Instant("to", to), asked.Limit(limit));
        asked.Before(filter.From, filter.To);
        if (asked.Refusal is { } refusal) return refusal;
        var episodes = await city.Episodes(filter, cancel);
        return Results.Json([.. episodes.Select(AlertBody.Of)], ApiJson.Default.IReadOnlyListAlertBody);
    }

    private static async Task<IResult> One([Description("The alert's id.")] string id, ICity city, CancellationToken cancel) =>
        await city.Episode(new(id), cancel) is { } episode ? Results.Json(AlertBody.Of(episode), ApiJson.Default.AlertBody) : Problem.NotFound("alert", id);

    private static async Task<IResult> Acknowledge([Description("The alert's id.")] string id, HttpContext context, ICity city, CancellationToken cancel)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.AcknowledgeBody, whenEmpty: new());
        var note = asked.Line("note", body?.Note, Limits.NoteLength, required: false);
        if (asked.Refusal is { } refusal) return refusal;
        var by = context.Features.GetRequiredFeature<KeyHolder>().Name;
        var episode = await city.Acknowledge(new(id), by, note, cancel);
        if (episode is null) return Problem.NotFound("alert", id);
        return episode.Acknowledged is { } standing && standing.By != by
            ? Problem.Of(409, $"It was acknowledged before, by {standing.By} at {standing.At}; the first acknowledgement stands.", [new("id", "is acknowledged already")])
            : Results.Json(AlertBody.Of(episode), ApiJson.Default.AlertBody);
    }
}
