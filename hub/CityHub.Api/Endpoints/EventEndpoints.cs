using System.ComponentModel;
using System.Globalization;
using CityHub.Api.Events;
using CityHub.Api.Hosting;
using CityHub.Silo;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CityHub.Api.Endpoints;

internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/events", Stream).WithTags("events").Produces<EventBody>(200, "text/event-stream")
            .WithDescription("Server-sent events. First 'hello' with the city clock; then unnamed events whose id is their number; 'gap' where events were missed (read the state again); a comment at least every heartbeat.")
            .For(Role.Read, "streamEvents", "Live events", 503);

    private static async Task<IResult> Stream(
        [FromHeader(Name = "Last-Event-ID"), Description("Number of the last event that was seen; what is still kept after it is sent first.")] string? lastEventId,
        HttpContext context, EventRing ring, StreamCount streams, CityClock city, WallClock wall, HubStart start, IOptions<ApiOptions> options, IHostApplicationLifetime lifetime)
    {
        long? last = null;
        if (!string.IsNullOrEmpty(lastEventId))
        {
            if (!long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                var asked = new Asked();
                asked.Malformed("Last-Event-ID", $"'{Problem.Shown(lastEventId)}' is not the number of an event");
                return asked.Refusal!;
            }
            last = number;
        }
        using var place = streams.Enter(options.Value.MaxStreams);
        if (place is null) return Problem.Of(503, $"There are {options.Value.MaxStreams} readers of live events, which is the limit.");

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            var hello = new HelloBody(city.Now, start.At, (int)options.Value.Heartbeat.TotalSeconds);
            await new EventStream(context.Response.Body, ring, wall.Time, options.Value.Heartbeat).Run(hello, last, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader went, or the hub stops: the stream just ends.
        }
        return Results.Empty;
    }
}
