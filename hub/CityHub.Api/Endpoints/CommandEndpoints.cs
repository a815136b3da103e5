using System.ComponentModel;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using Microsoft.AspNetCore.Mvc;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Api.Endpoints;

/// <summary>Commands to outputs. Taken is not done: a command is done when its node has told the value back.</summary>
internal static class CommandEndpoints
{
    private const string KeyHeader = "Idempotency-Key";

    public static void MapCommands(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/sensors/{id}/commands", Ask).WithTags("sensors").Accepts<NewCommandBody>("application/json").Produces<CommandBody>(202).Produces<CommandBody>()
            .For(Role.Desk, "commandOutput", "Switches an output. 202: taken, and sent until the node tells the value back; 200: this Idempotency-Key asked the same before, and this is how that stands", 404, 409, 413, 415, 422, 503);
        app.MapGet("/v1/sensors/{id}/commands", List).WithTags("sensors").Produces<IReadOnlyList<CommandBody>>()
            .For(Role.Read, "listCommands", "What was asked of a sensor's outputs, by whom and why, and what became of it; newest first", 404, 422);
    }

    private static async Task<IResult> Ask(
        [Description("The sensor's id.")] string id,
        [FromHeader(Name = KeyHeader), Description("Makes asking twice asking once: 1 to 64 of letters, digits, '.', '-', '_'. Default: each request is a command of its own.")] string? key,
        HttpContext context, ICity city, WallClock wall, CancellationToken cancel)
    {
        var asked = new Asked();
        if (key is not null && !OutputCommand.IsId(key)) asked.Malformed(KeyHeader, "is not 1 to 64 of letters, digits, '.', '-', '_'");
        var body = await asked.Body(context.Request, ApiJson.Default.NewCommandBody);
        var why = asked.Line("why", body?.Why, Limits.NoteLength, required: true);
        if (body is { On: null }) asked.Unacceptable("on", "is needed: true or false");
        if (asked.Refusal is { } refusal) return refusal;
        if (city.Sensor(new(id)) is not { } sensor) return Problem.NotFound("sensor", id);
        if (Output(asked, sensor, body!.Output) is not { } output) return asked.Refusal!;
        var command = new OutputCommand(key ?? Guid.NewGuid().ToString("n"), sensor.Id, output, body.On!.Value, DeskEndpoints.By(context), why, wall.Now);
        if (await city.Commands.Ask(command, cancel) is not { } standing) return Problem.Of(503, "Too many commands wait for their answers.");
        if (!standing.AsksTheSameAs(command)) return Problem.Of(409, "This key asked something else before.", [new(KeyHeader, $"stands for {QuantityCatalogue.Of(standing.Output).Name} {(standing.On ? "on" : "off")} of {standing.Sensor.Value}")]);
        return Results.Json(CommandBody.Of(standing), ApiJson.Default.CommandBody, statusCode: ReferenceEquals(standing, command) ? 202 : 200);
    }

    private static IResult List([Description("The sensor's id.")] string id, [Description("How many at most. Default 200.")] string? limit, ICity city)
    {
        var asked = new Asked();
        var most = asked.Limit(limit);
        if (asked.Refusal is { } refusal) return refusal;
        if (city.Sensor(new(id)) is null) return Problem.NotFound("sensor", id);
        return Results.Json([.. city.Commands.List(new(id), most).Select(CommandBody.Of)], ApiJson.Default.IReadOnlyListCommandBody);
    }

    private static Quantity? Output(Asked asked, SensorView sensor, string? name)
    {
        var outputs = sensor.Values.Select(value => QuantityCatalogue.Of(value.Quantity)).Where(row => row.IsOutput).ToList();
        var named = string.IsNullOrEmpty(name) ? outputs : outputs.FindAll(row => row.Name == name);
        if (named is [var one]) return one.Quantity;
        asked.Unacceptable("output", outputs.Count == 0 ? "this sensor has none" : $"is one of {string.Join(", ", outputs.Select(row => row.Name))}");
        return null;
    }
}
