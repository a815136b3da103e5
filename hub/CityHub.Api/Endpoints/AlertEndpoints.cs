using System.ComponentModel;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;

namespace CityHub.Api.Endpoints;

internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/alerts", List).WithTags("alerts").Produces<IReadOnlyList<AlertBody>>()
            .For(Role.Read, "listAlerts", "Alerts, newest first", 422);
        app.MapGet("/v1/alerts/{id}", One).WithTags("alerts").Produces<AlertBody>()
            .For(Role.Read, "getAlert", "One alert", 404);
        app.MapGet("/v1/alerts/{id}/history", History).WithTags("alerts").Produces<IReadOnlyList<EntryBody>>()
            .For(Role.Read, "getAlertHistory", "What happened to an alert, oldest first: by whom, when and why; the newest 500 entries", 404);
        app.MapGet("/v1/alerts/{id}/held", Held).WithTags("alerts").Produces<IReadOnlyList<AlertBody>>()
            .For(Role.Read, "listHeldByAlert", "Open alerts that this one holds back by standing for them", 404, 422);
        app.MapAlertActions();
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

    private static async Task<IResult> History([Description("The alert's id.")] string id, ICity city, CancellationToken cancel)
    {
        var entries = await city.Desk.History(new(id), Limits.HistoryEntries, cancel);
        return entries.Count == 0 ? Problem.NotFound("alert", id) : Results.Json([.. entries.Select(EntryBody.Of)], ApiJson.Default.IReadOnlyListEntryBody);
    }

    private static async Task<IResult> Held([Description("The alert's id.")] string id, [Description("At most so many, 1 to 1,000. Default 200.")] string? limit, ICity city, CancellationToken cancel)
    {
        var asked = new Asked();
        var most = asked.Limit(limit);
        if (asked.Refusal is { } refusal) return refusal;
        var held = await city.Desk.HeldBy(new(id), most, cancel);
        if (held.Count == 0 && await city.Episode(new(id), cancel) is null) return Problem.NotFound("alert", id);
        return Results.Json([.. held.Select(AlertBody.Of)], ApiJson.Default.IReadOnlyListAlertBody);
    }
}
