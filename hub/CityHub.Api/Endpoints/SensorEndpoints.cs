using System.ComponentModel;
using CityHub.Silo;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Api.Endpoints;

internal static class SensorEndpoints
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(1);
    private const int DefaultPoints = 288;   // a day in steps of 5 minutes

    public static void MapSensors(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/sensors", All).WithTags("sensors").Produces<IReadOnlyList<SensorBody>>()
            .For(Role.Read, "listSensors", "All sensors with their newest values");
        app.MapGet("/v1/latest", Latest).WithTags("sensors").Produces<IReadOnlyList<LatestBody>>().Produces(304)
            .WithDescription("By sensor id. Readers share one answer for 50 ms: it is at most so much older than the request. It has an ETag; with If-None-Match, 304 says that nothing has changed.")
            .For(Role.Read, "listLatest", "The newest value of one quantity of every sensor that has it, from the twins", 422);
        app.MapGet("/v1/sensors/{id}", One).WithTags("sensors").Produces<SensorBody>()
            .For(Role.Read, "getSensor", "One sensor with its newest values", 404);
        app.MapGet("/v1/sensors/{id}/history", History).WithTags("sensors").Produces<HistoryBody>()
            .For(Role.Read, "getHistory", "History of one quantity of a sensor, in steps; a gap is a gap", 404, 422, 503);
        app.MapGet("/v1/sensors/{id}/early-warning", EarlyWarning).WithTags("sensors").Produces<IReadOnlyList<EarlyWarningBody>>()
            .For(Role.Read, "getEarlyWarning", "Where early warning stands on a sensor: what is still learnt, how surprising the last reading was, forecasts with their band", 404);
    }

    private static IResult All(ICity city) =>
        Results.Json([.. city.Sensors().OrderBy(s => s.Id.Value, StringComparer.Ordinal).Select(SensorBody.Of)], ApiJson.Default.IReadOnlyListSensorBody);

    private static async Task<IResult> Latest([Description("The quantity's name in the catalogue, as in air-temperature. Required.")] string? quantity, HttpContext context, LatestValues latest)
    {
        var asked = new Asked();
        var row = asked.Quantity(quantity);
        if (asked.Refusal is { } refusal) return refusal;
        using var rendering = await latest.Of(row!.Quantity, context.RequestAborted);
        await rendering.Answer(context);
        return Results.Empty;
    }

    private static IResult One([Description("The sensor's id.")] string id, ICity city) =>
        city.Sensor(new(id)) is { } sensor ? Results.Json(SensorBody.Of(sensor), ApiJson.Default.SensorBody) : Problem.NotFound("sensor", id);

    private static IResult EarlyWarning([Description("The sensor's id.")] string id, ICity city) => city.Sensor(new(id)) is { } sensor
        ? Results.Json([.. sensor.EarlyWarnings.Select(EarlyWarningBody.Of)], ApiJson.Default.IReadOnlyListEarlyWarningBody)
        : Problem.NotFound("sensor", id);

    private static async Task<IResult> History(
        [Description("The sensor's id.")] string id,
        [Description("The quantity's name in the catalogue, as in air-temperature. Required.")] string? quantity,
        [Description("Start, included. Default: a day before 'to'. When the step is whole minutes or hours it is moved down to the start of one.")] string? from,
        [Description("End, excluded. Default: now, by the city clock.")] string? to,
        [Description("Length of a step, as in PT5M or 5m; at least 1 s, at most 5,000 steps. Default: the range in at most 288 steps of a round length.")] string? step,
        [Description("Which readings count: best (the good ones; in a step without any, all that have a value), good, or any. Default: best.")] string? quality,
        [Description("What of each step is wanted: some of min, mean, max, count, good, with commas. Default: all.")] string? aggregate,
        ICity city, CityClock clock, CancellationToken cancel)
    {
        var asked = new Asked();
        var row = asked.Quantity(quantity);
        var end = asked.Instant("to", to) ?? clock.Now;
        var begin = asked.Instant("from", from) ?? end - DefaultRange;
        var length = asked.Duration("step", step) ?? RoundStep(end - begin);
        var counting = Quality(asked, quality);
        var wanted = Wanted(asked, aggregate);
        asked.Before(begin, end);
        begin = StartOfWindow(begin, length);
        if (length < TimeSpan.FromSeconds(1)) asked.Unacceptable("step", "is at least 1 s");
        else if ((end - begin) / length > Limits.HistoryPoints) asked.Unacceptable("step", $"is too small for this range: at most {Limits.HistoryPoints} steps");
        if (asked.Refusal is { } refusal) return refusal;
        if (city.Sensor(new(id)) is null) return Problem.NotFound("sensor", id);
        var history = await city.History(new(new(id), row!.Quantity, begin, end, length, counting), cancel);
        var repairs = await Task.Run(() => city.Repairs(new(id), row!.Quantity, begin, end).TakeLast(Limits.HistoryPoints).Select(RepairBody.Of).ToArray(), cancel);
        return Results.Json(
            new(id, row.Name, row.Unit, begin, end, Times.Text(length), history.Resolution == Resolution.Raw ? "raw" : Times.Text(TimelineSchema.Window(history.Resolution)), [.. history.Points.Select(p => wanted(p))], repairs),
            ApiJson.Default.HistoryBody);
    }

    private static HistoryQuality Quality(Asked asked, string? text)
    {
        switch (text)
        {
            case null or "" or "best": return HistoryQuality.Best;
            case "good": return HistoryQuality.Good;
            case "any": return HistoryQuality.Any;
            default:
                asked.Malformed("quality", $"'{Problem.Shown(text)}' is neither best, good nor any");
                return HistoryQuality.Best;
        }
    }

    private static Func<HistoryPoint, PointBody> Wanted(Asked asked, string? text)
    {
        var names = string.IsNullOrEmpty(text) ? Aggregates : text.Split(',', StringSplitOptions.TrimEntries);
        foreach (var unknown in names.Except(Aggregates)) asked.Malformed("aggregate", $"'{Problem.Shown(unknown)}' is none of {string.Join(", ", Aggregates)}");
        var (min, mean, max, count, good) = (names.Contains("min"), names.Contains("mean"), names.Contains("max"), names.Contains("count"), names.Contains("good"));
        return p => new(p.At, min ? p.Min : null, mean && double.IsFinite(p.Mean) ? p.Mean : null, max ? p.Max : null, count ? p.Count : null, good ? p.Good : null);
    }

    /// <summary>The shortest round length that makes at most so many steps of a range.</summary>
    private static TimeSpan RoundStep(TimeSpan range)
    {
        var least = range / DefaultPoints;
        var round = RoundSeconds.Select(seconds => TimeSpan.FromSeconds(seconds)).FirstOrDefault(step => step >= least);
        return round > TimeSpan.Zero ? round : TimeSpan.FromDays(Math.Ceiling(least.TotalDays));
    }

    /// <summary>Steps of whole minutes or hours begin with one, so that what is kept of minutes and hours can serve them.</summary>
    private static Instant StartOfWindow(Instant at, TimeSpan step)
    {
        var window = step.Ticks % TimeSpan.TicksPerHour == 0 ? TimeSpan.FromHours(1) : step.Ticks % TimeSpan.TicksPerMinute == 0 ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(1);
        var rest = at.UnixMilliseconds % (long)window.TotalMilliseconds;
        return new(at.UnixMilliseconds - (rest < 0 ? rest + (long)window.TotalMilliseconds : rest));
    }

    private static readonly string[] Aggregates = ["min", "mean", "max", "count", "good"];

    private static readonly int[] RoundSeconds = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200];
}
