using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CityHub.Api.Tests;

public sealed class OpenApiTests(OneHub shared) : IClassFixture<OneHub>, IAsyncLifetime
{
    private readonly ApiHost _hub = shared.Hub;
    private JsonNode _document = null!;

    public async Task InitializeAsync() => (_, _document) = await _hub.Client().Ask("/openapi/v1.json");

    public Task DisposeAsync() => Task.CompletedTask;

    private IEnumerable<(string Path, string Method, JsonNode Operation)> Operations =>
        _document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (p.Key, o.Key, o.Value!)));

    [Fact]
    public void Every_route_that_is_served_is_in_the_document()
    {
        var served = _hub.Parts.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal) || e.RoutePattern.RawText is "/healthz" or "/readyz" or "/metrics")
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"));
        Assert.Equal(served.Order(StringComparer.Ordinal), Operations.Select(o => $"{o.Method.ToUpperInvariant()} {o.Path}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/v1/sensors")]
    [InlineData("/v1/sensors/{id}")]
    [InlineData("/v1/sensors/{id}/history")]
    [InlineData("/v1/sensors/{id}/commands")]
    [InlineData("/v1/readings")]
    [InlineData("/v1/latest")]
    [InlineData("/v1/timeline/refused")]
    [InlineData("/v1/nodes")]
    [InlineData("/v1/districts")]
    [InlineData("/v1/alerts")]
    [InlineData("/v1/alerts/{id}")]
    [InlineData("/v1/alerts/{id}/acknowledge")]
    [InlineData("/v1/alerts/{id}/evidence")]
    [InlineData("/v1/departments/{department}/report")]
    [InlineData("/v1/cap")]
    [InlineData("/v1/alerts/{id}/reset")]
    [InlineData("/v1/alerts/{id}/assign")]
    [InlineData("/v1/alerts/{id}/comment")]
    [InlineData("/v1/alerts/{id}/escalate")]
    [InlineData("/v1/alerts/{id}/false-alarm")]
    [InlineData("/v1/alerts/{id}/shelve")]
    [InlineData("/v1/alerts/{id}/history")]
    [InlineData("/v1/desk")]
    [InlineData("/v1/desk/alerts")]
    [InlineData("/v1/suppressions")]
    [InlineData("/v1/drills")]
    [InlineData("/v1/subscriptions")]
    [InlineData("/v1/subscriptions/{id}")]
    [InlineData("/v1/subscriptions/{id}/pause")]
    [InlineData("/v1/subscriptions/{id}/resume")]
    [InlineData("/v1/subscriptions/{id}/test")]
    [InlineData("/v1/subscriptions/{id}/rotate")]
    [InlineData("/v1/deliveries")]
    [InlineData("/v1/deliveries/replay")]
    [InlineData("/v1/rules")]
    [InlineData("/v1/rules/rehearsals")]
    [InlineData("/v1/events")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    public void What_was_promised_is_served(string path) => Assert.NotNull(_document["paths"]![path]);

    [Fact]
    public void Every_operation_says_what_it_is_for_and_every_parameter_what_it_means()
    {
        foreach (var (path, method, operation) in Operations)
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)operation["summary"]), $"{method} {path} has no summary");
            Assert.False(string.IsNullOrWhiteSpace((string?)operation["operationId"]), $"{method} {path} has no operationId");
            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                Assert.False(string.IsNullOrWhiteSpace((string?)parameter!["description"]), $"{method} {path}: {parameter["name"]} has no description");
            }
        }
    }

    [Fact]
    public void Every_operation_that_needs_a_key_documents_its_problems_as_problems()
    {
        foreach (var (path, method, operation) in Operations.Where(o => o.Operation["security"] is not null))
        {
            foreach (var status in (string[])["400", "401", "403", "429"])
            {
                Assert.True(operation["responses"]![status]?["content"]?["application/problem+json"] is not null, $"{method} {path} does not document {status}");
            }
            if (path.Contains("{id}", StringComparison.Ordinal)) Assert.True(operation["responses"]!["404"] is not null, $"{method} {path} does not document 404");
            if (operation["requestBody"] is not null) Assert.True(operation["responses"]!["413"] is not null && operation["responses"]!["422"] is not null, $"{method} {path} does not document 413 and 422");
        }
        Assert.Equal(["/healthz", "/metrics", "/readyz", "/v1/session"], Operations.Where(o => o.Operation["security"] is null).Select(o => o.Path).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Instants_are_date_times_and_names_are_enums()
    {
        var alert = _document["components"]!["schemas"]!["Alert"]!["properties"]!;
        Assert.Equal("date-time", (string?)alert["firstBreachAt"]!["format"]);
        var severity = _document["components"]!["schemas"]!["Severity"]!["enum"]!.AsArray().Select(v => (string?)v);
        Assert.Equal(["warning", "minor", "major", "critical"], severity);
        var quantity = Operations.Single(o => o.Path == "/v1/sensors/{id}/history").Operation["parameters"]!.AsArray().Single(p => (string?)p!["name"] == "quantity")!;
        Assert.Contains("air-temperature", quantity["schema"]!["enum"]!.AsArray().Select(v => (string?)v));
    }
}
