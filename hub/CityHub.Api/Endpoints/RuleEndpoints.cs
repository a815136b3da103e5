using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;

namespace CityHub.Api.Endpoints;

internal static class RuleEndpoints
{
    public static void MapRules(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/rules", InForce).WithTags("rules").Produces<RuleSetBody>()
            .For(Role.Read, "getRules", "The rules in force, with their version and hash");

    private static IResult InForce(ICity city)
    {
        var rules = city.Rules();
        return Results.Json(new(rules.Version, rules.Hash, Times.Text(rules.DayOffset), [.. rules.Rules.Select(RuleBody.Of)]), ApiJson.Default.RuleSetBody);
    }
}
