using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Watch;

namespace CityHub.Api.Endpoints;

internal static class RuleEndpoints
{
    public static void MapRules(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/rules", InForce).WithTags("rules").Produces<RuleSetBody>()
            .For(Role.Read, "getRules", "The rules in force, with their version and hash, and what is wrong with files that were refused");

    private static IResult InForce(ICity city, IServiceProvider parts)
    {
        var rules = city.Rules();
        var refused = parts.GetService<RuleFiles>()?.Errors ?? [];   // a hub that is fed its rules otherwise has no files
        return Results.Json(new(rules.Version, rules.Hash, Times.Text(rules.DayOffset), [.. rules.Rules.Select(RuleBody.Of)], [.. refused.Select(e => new RuleErrorBody(e.File, e.Line, e.Reason))]), ApiJson.Default.RuleSetBody);
    }
}
