using System.ComponentModel;
using System.Globalization;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;

namespace CityHub.Api.Endpoints;

/// <summary>What the store behind the timeline did not take.</summary>
internal static class TimelineEndpoints
{
    public static void MapTimeline(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/timeline/refused", Refused).WithTags("timeline").Produces<RefusedLinesBody>()
            .WithDescription("Counted in cityhub_timeline_set_aside with the reason refused-by-store. With SQLite the list is empty: it refuses no reading.")
            .For(Role.Desk, "listRefusedLines", "Lines that the store refused for good and that were set aside, with its reason; the newest first", 422);

    private static IResult Refused(
        [Description("Only lines with a smaller number: 'next' of the page before.")] string? before,
        [Description("Lines at most, 1 to 1000. Default: 200.")] string? limit,
        ICity city)
    {
        var asked = new Asked();
        var most = asked.Limit(limit);
        long? under = null;
        if (!string.IsNullOrEmpty(before))
        {
            if (long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) under = number;
            else asked.Malformed("before", $"'{Problem.Shown(before)}' is not the number of a line");
        }
        if (asked.Refusal is { } refusal) return refusal;
        var found = city.Refused(under, most + 1); // one more tells whether there is a next page
        var lines = found.Lines.Take(most).Select(line => new RefusedLineBody(line.Number, line.At, line.Reason, line.Line)).ToArray();
        return Results.Json(new(found.Kept, found.Lines.Count > most ? lines[^1].Number : null, lines), ApiJson.Default.RefusedLinesBody);
    }
}
