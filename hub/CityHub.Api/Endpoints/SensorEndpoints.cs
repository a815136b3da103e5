using System.ComponentModel;
using CityHub.Silo;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Readings;

namespace CityHub.Api.Endpoints;

internal static class SensorEndpoints
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(1);
    private const int DefaultPoints = 288;   // a day in steps of 5 minutes

    public static void MapSensors(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/sensors", All).WithTags("sensors").Produces<IReadOnlyList<SensorBody>>()
            .For(Role.Read, "listSensors", "All sensors with their newest values");
        app.MapGet("/v1/sensors/{id}", One).WithTags("sensors").Produces<SensorBody>()
            .For(Role.Read, "getSensor", "One sensor with its newest values", 404);
        app.MapGet("/v1/sensors/{id}/history", History).WithTags("sensors").Produces<HistoryBody>()
            .For(Role.Read, "getHistory", "History of one quantity of a sensor, in steps; a gap is a gap", 404, 422);
        app.MapGet("/v1/sensors/{id}/early-warning", EarlyWarning).WithTags("sensors").Produces<IReadOnlyList<EarlyWarningBody>>()
            .For(Role.Read, "getEarlyWarning", "Where early warning stands on a sensor: what is still learnt, how surprising the last reading was, forecasts with their band", 404);
    }

    private static IResult All(ICity city) =>
        Results.Json([.. city.Sensors().OrderBy(s => s.Id.Value, StringComparer.Ordinal).Select(SensorBody.Of)], ApiJson.Default.IReadOnlyListSensorBody);

    private static IResult One([Description("The sensor's id.")] string id, ICity city) =>
        city.Sensor(new(id)) is { } sensor ? Results.Json(SensorBody.Of(sensor), ApiJson.Default.SensorBody) : Problem.NotFound("sensor", id);

    private static IResult EarlyWarning([Description("The sensor's id.")] string id, ICity city) => city.Sensor(new(id)) is { } sensor
        ? Results.Json([.. sensor.EarlyWarnings.Select(EarlyWarningBody.Of)], ApiJson.Default.IReadOnlyListEarlyWarningBody)
        : Problem.NotFound("sensor", id);

    private static async Task<IResult> History(
        [Description("The sensor's id.")] string id,
        [Description("The quantity's name in the catalogue, as in air-temperature. Required.")] string? quantity,
        [Description("Start, included. Default: a day before 'to'.")] string? from,
        [Description("End, excluded. Default: now, by the city clock.")] string? to,
        [Description("Length of a step, as in PT5M or 5m; at least 1 s, at most 5,000 steps. Default: the range in 288 steps.")] string? step,
        ICity city, CityClock clock, CancellationToken cancel)
    {
        var asked = new Asked();
        var row = string.IsNullOrEmpty(quantity) ? null : QuantityCatalogue.Find(quantity);
        if (string.IsNullOrEmpty(quantity)) asked.Malformed("quantity", "is needed, as in quantity=air-temperature");
        else if (row is null) asked.Unacceptable("quantity", $"'{Problem.Shown(quantity)}' is not in the catalogue");
        var end = asked.Instant("to", to) ?? clock.Now;
        var begin = asked.Instant("from", from) ?? end - DefaultRange;
        var length = asked.Duration("step", step) ?? DefaultStep(end - begin);
        asked.Before(begin, end);
        if (length < TimeSpan.FromSeconds(1)) asked.Unacceptable("step", "is at least 1 s");
        else if ((end - begin) / length > Limits.HistoryPoints) asked.Unacceptable("step", $"is too small for this range: at most {Limits.HistoryPoints} steps");
        if (asked.Refusal is { } refusal) return refusal;
        if (city.Sensor(new(id)) is null) return Problem.NotFound("sensor", id);
        var points = await city.History(new(id), row!.Quantity, begin, end, length, cancel);
        return Results.Json(
            new(id, row.Name, row.Unit, begin, end, Times.Text(length), [.. points.Select(p => new PointBody(p.At, p.Min, p.Mean, p.Max, p.Count, p.Good))]),
            ApiJson.Default.HistoryBody);
    }

    private static TimeSpan DefaultStep(TimeSpan range) => TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(range.TotalSeconds / DefaultPoints)));
}
