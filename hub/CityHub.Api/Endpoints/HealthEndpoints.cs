using CityHub.Api.Events;
using CityHub.Api.Http;
using CityHub.Api.Metrics;
using CityHub.Contracts;

namespace CityHub.Api.Endpoints;

/// <summary>What machines ask. Open without a key: no reading, name or secret stands in it.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => Results.Text("ok\n")).WithTags("health").Produces<string>(200, "text/plain")
            .WithName("isAlive").WithSummary("Whether the process answers (no key)");
        app.MapGet("/readyz", Ready).WithTags("health").Produces<ReadinessBody>().Produces<ReadinessBody>(503)
            .WithName("isReady").WithSummary("Whether the hub takes readings; 503 with the parts that are not ready (no key)");
        app.MapGet("/metrics", Metrics).WithTags("health").Produces<string>(200, "text/plain")
            .WithName("getMetrics").WithSummary("Figures in the Prometheus text format 0.0.4 (no key)");
    }

    private static IResult Ready(ICity city)
    {
        var parts = city.NotReady();
        return Results.Json(new(parts.Count == 0, parts), ApiJson.Default.ReadinessBody, statusCode: parts.Count == 0 ? 200 : 503);
    }

    private static IResult Metrics(MetricTable table, StreamCount streams)
    {
        var text = new PrometheusText();
        table.Write(text);
        text.Single("cityhub_api_event_streams", "gauge", "Readers of live events.", streams.Open);
        ProcessFigures.Write(text);
        return Results.Text(text.ToString(), PrometheusText.ContentType);
    }
}
