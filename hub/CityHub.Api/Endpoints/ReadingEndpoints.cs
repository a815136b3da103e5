using System.ComponentModel;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo;
using SmartCity.Readings;
using SmartCity.Watch.Repairs;

namespace CityHub.Api.Endpoints;

/// <summary>Readings as they were stored, for whoever takes them elsewhere: as many as there are, in the memory of one page.</summary>
internal static class ReadingEndpoints
{
    private const int FlushBytes = 64 * 1024;
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(1);
    private static readonly SemaphoreSlim Places = new(Limits.Exports);

    public static void MapReadings(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/readings", Export).WithTags("sensors").Produces<string>(200, "text/csv", "application/x-ndjson")
            .WithDescription("Sensor after sensor, each by time. CSV by RFC 4180 with a heading, or a JSON object a line. A stream that breaks off before its end is cut hard, never ended.")
            .For(Role.Read, "exportReadings", "Readings of one quantity as CSV or NDJSON, streamed", 404, 422, 503);

    private static async Task<IResult> Export(
        [Description("The quantity's name in the catalogue, as in air-temperature. Required.")] string? quantity,
        [Description("A sensor's id. Default: all sensors.")] string? sensor,
        [Description("A district's id. Default: all districts.")] string? district,
        [Description("Start, included. Default: a day before 'to'.")] string? from,
        [Description("End, excluded. Default: now, by the city clock.")] string? to,
        [Description("csv or ndjson. Default: csv.")] string? format,
        HttpContext context, ICity city, CityClock clock)
    {
        var asked = new Asked();
        var row = asked.Quantity(quantity);
        var end = asked.Instant("to", to) ?? clock.Now;
        var begin = asked.Instant("from", from) ?? end - DefaultRange;
        if (format is not (null or "" or "csv" or "ndjson")) asked.Malformed("format", $"'{Problem.Shown(format)}' is neither csv nor ndjson");
        asked.Before(begin, end);
        if (asked.Refusal is { } refusal) return refusal;
        var sensors = city.Sensors().Where(s => (string.IsNullOrEmpty(sensor) || s.Id.Value == sensor) && (string.IsNullOrEmpty(district) || s.Place.District == district))
            .Select(s => s.Id).OrderBy(s => s.Value, StringComparer.Ordinal).ToArray();
        if (sensors.Length == 0 && !string.IsNullOrEmpty(sensor)) return Problem.NotFound("sensor", sensor);
        if (!Places.Wait(0)) return Problem.Of(503, $"There are {Limits.Exports} exports under way, which is the limit.");
        try
        {
            await Stream(context, new(row!, format == "ndjson"), sensors.SelectMany(id => WithRepairs(city, id, row!.Quantity, begin, end).Select(found => (id, found.Reading, found.Repair))));
        }
        finally
        {
            Places.Release();
        }
        return Results.Empty;
    }

    /// <summary>Readings, each with what stands beside it. Both come by time.</summary>
    private static IEnumerable<(Reading Reading, Repair? Repair)> WithRepairs(ICity city, SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        using var repairs = city.Repairs(sensor, quantity, from, to).GetEnumerator();
        var more = repairs.MoveNext();
        foreach (var reading in city.Readings(sensor, quantity, from, to))
        {
            while (more && repairs.Current.At < reading.At) more = repairs.MoveNext();
            yield return (reading, more && repairs.Current.At == reading.At && !reading.IsGood ? repairs.Current : null);
        }
    }

    private static async Task Stream(HttpContext context, Layout layout, IEnumerable<(SensorId Sensor, Reading Reading, Repair? Repair)> readings)
    {
        // The first is fetched before a status is sent: a store that is away is a 503, not an empty file.
        using var next = readings.GetEnumerator();
        var more = next.MoveNext();
        context.Response.ContentType = layout.IsJson ? "application/x-ndjson" : "text/csv; charset=utf-8; header=present";
        context.Response.Headers.CacheControl = "no-store";
        var writer = context.Response.BodyWriter;
        layout.Heading(writer);
        try
        {
            for (; more; more = next.MoveNext())
            {
                layout.Write(writer, next.Current.Sensor, next.Current.Reading, next.Current.Repair);
                if (writer.UnflushedBytes >= FlushBytes) await writer.FlushAsync(context.RequestAborted);
            }
            await writer.FlushAsync(context.RequestAborted);
        }
        catch (TimelineUnavailableException)
        {
            context.Abort(); // the caller must not take a part for the whole
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the caller went
        }
    }

    /// <summary>Names of an enum's members as the rest of the API has them.</summary>
    private static class Word<T> where T : struct, Enum
    {
        private static readonly Dictionary<T, string> Known = Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

        public static string Of(T value) => Known[value];
    }

    /// <summary>One reading as a line.</summary>
    private sealed class Layout(QuantityRow row, bool isJson)
    {
        private readonly StringBuilder _line = new(256);
        private (SensorId Id, string Text) _sensor;

        public bool IsJson => isJson;

        public void Heading(PipeWriter into)
        {
            if (!isJson) Put(into, "sensor,quantity,unit,at,value,quality,clock,fault,repaired,method,confidence\r\n");
        }

        public void Write(PipeWriter into, SensorId sensor, in Reading reading, Repair? repair)
        {
            if (_sensor.Text is null || _sensor.Id != sensor) _sensor = (sensor, isJson ? $"\"{JavaScriptEncoder.Default.Encode(sensor.Value)}\"" : Csv(sensor.Value));
            var value = reading.TryGetValue(out var number) ? number.ToString(CultureInfo.InvariantCulture) : isJson ? "null" : "";
            var (quality, clock) = (Word<Quality>.Of(reading.Quality), Word<ClockTrust>.Of(reading.Clock));
            var fault = reading.Fault is { } why ? Word<ReadFault>.Of(why) : null;
            _line.Clear();
            if (isJson)
            {
                _line.Append(CultureInfo.InvariantCulture, $"{{\"sensor\":{_sensor.Text},\"quantity\":\"{row.Name}\",\"unit\":\"{row.Unit}\",\"at\":\"{reading.At}\",\"value\":{value},\"quality\":\"{quality}\",\"clock\":\"{clock}\"");
                if (fault is not null) _line.Append(CultureInfo.InvariantCulture, $",\"fault\":\"{fault}\"");
                if (repair is { } beside) _line.Append(CultureInfo.InvariantCulture, $",\"repaired\":{beside.Value},\"method\":\"{Word<RepairMethod>.Of(beside.Method)}\",\"confidence\":{beside.Confidence:0.###}");
                _line.Append("}\n");
            }
            else
            {
                _line.Append(CultureInfo.InvariantCulture, $"{_sensor.Text},{row.Name},{Csv(row.Unit)},{reading.At},{value},{quality},{clock},{fault},");
                if (repair is { } beside) _line.Append(CultureInfo.InvariantCulture, $"{beside.Value},{Word<RepairMethod>.Of(beside.Method)},{beside.Confidence:0.###}\r\n");
                else _line.Append(",,\r\n");
            }
            foreach (var chunk in _line.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, into);
        }

        private static void Put(PipeWriter into, string text) => Encoding.UTF8.GetBytes(text, into);

        private static string Csv(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
