using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Silo.Watch;

namespace CityHub.Api.Endpoints;

internal static class RehearsalEndpoints
{
    public static void MapRehearsals(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/rules/rehearsals", Rehearse).WithTags("rules").Accepts<NewRehearsalBody>("application/json").Produces<RehearsalBody>()
            .For(Role.Admin, "rehearseRules", "What other rules would have made of the stored past, against those in force; nothing is changed and nobody is called", 409, 413, 415, 422, 503);

    private static async Task<IResult> Rehearse(HttpContext context, IServiceProvider parts, CancellationToken cancel)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.NewRehearsalBody);
        if (body is null) return asked.Refusal!;
        var (from, to) = (asked.Instant("from", body.From), asked.Instant("to", body.To));
        if (body.From is null) asked.Unacceptable("from", "is needed");
        if (body.To is null) asked.Unacceptable("to", "is needed");
        asked.Before(from, to);
        if (body.Files is not { Count: >= 1 and <= Limits.RuleFiles }) asked.Unacceptable("files", $"has 1 to {Limits.RuleFiles} entries");
        if (asked.Refusal is { } refusal) return refusal;
        var folder = RuleParser.Parse([.. body.Files!.Select(file => new RuleSource(file?.Name ?? "", file?.Text ?? ""))], out var errors);
        foreach (var error in errors) asked.Unacceptable($"files[{error.File}]", error.Line > 0 ? $"line {error.Line}: {error.Reason}" : error.Reason);
        if (asked.Refusal is { } wrong) return wrong;
        if (parts.GetService<RuleRehearsal>() is not { } rehearsal) return Problem.Of(503, "This hub keeps no history to rehearse on.");
        var (report, refused) = await rehearsal.Run(folder!, from!.Value, to!.Value, cancel);
        return refused switch
        {
            RehearsalRefusal.Busy => Problem.Of(409, "Another rehearsal is running; there is one at a time."),
            RehearsalRefusal.TooMany => Problem.Of(422, $"More than {RuleRehearsal.MostReadings} readings.", [new("from", "takes in too much; narrow it")]),
            null => Results.Json(RehearsalBody.Of(report!), ApiJson.Default.RehearsalBody),
        };
    }
}
