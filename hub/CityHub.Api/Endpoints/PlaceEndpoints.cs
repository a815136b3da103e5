using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;

namespace CityHub.Api.Endpoints;

internal static class PlaceEndpoints
{
    public static void MapNodesAndDistricts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/nodes", Nodes).WithTags("nodes").Produces<IReadOnlyList<NodeBody>>()
            .For(Role.Read, "listNodes", "All nodes with their presence");
        app.MapGet("/v1/districts", Districts).WithTags("districts").Produces<IReadOnlyList<DistrictBody>>()
            .For(Role.Read, "listDistricts", "All districts with what is online and open in them");
    }

    private static IResult Nodes(ICity city) =>
        Results.Json([.. city.Nodes().OrderBy(n => n.Key.ToString(), StringComparer.Ordinal).Select(NodeBody.Of)], ApiJson.Default.IReadOnlyListNodeBody);

    private static IResult Districts(ICity city) =>
        Results.Json([.. city.Districts().OrderBy(d => d.Id, StringComparer.Ordinal).Select(DistrictBody.Of)], ApiJson.Default.IReadOnlyListDistrictBody);
}
