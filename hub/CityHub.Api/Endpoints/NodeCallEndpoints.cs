using System.ComponentModel;
using System.Text.Json;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Telemetry;

namespace CityHub.Api.Endpoints;

/// <summary>Calls to nodes from afar. Taken here is not done: a call is done when the node has answered it.</summary>
internal static class NodeCallEndpoints
{
    private static readonly string[] Terms = ["interval", "calibrate", "report"];

    public static void MapNodeCalls(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/nodes/{group}/{node}", One).WithTags("nodes").Produces<NodeBody>()
            .For(Role.Read, "getNode", "One node: presence, bytes, board temperature", 404);
        app.MapGet("/v1/nodes/{group}/{node}/terms", List).WithTags("nodes").Produces<NodeTermsBody>()
            .For(Role.Read, "getNodeTerms", "Terms in force at a node, and what was asked of it, by whom and why, and what it answered", 404, 422);
        app.MapPost("/v1/nodes/{group}/{node}/terms", Ask).WithTags("nodes").Accepts<NewNodeCallBody>("application/json").Produces<NodeTermsBody>(202)
            .For(Role.Admin, "callNode", "Asks a node for other terms, a self-test, new births or a restart. 202: written down, and sent until the node answers", 404, 409, 413, 415, 422, 503);
    }

    private static IResult One([Description("The node's group.")] string group, [Description("Its name.")] string node, ICity city) =>
        Find(city, group, node) is { } view ? Results.Json(NodeBody.Of(view), ApiJson.Default.NodeBody) : Problem.NotFound("node", $"{group}/{node}");

    private static IResult List([Description("The node's group.")] string group, [Description("Its name.")] string node, [Description("How many calls at most. Default 200.")] string? limit, ICity city)
    {
        var asked = new Asked();
        var most = asked.Limit(limit);
        if (asked.Refusal is { } refusal) return refusal;
        return Find(city, group, node) is { } view ? Told(city, view, most, 200) : Problem.NotFound("node", $"{group}/{node}");
    }

    private static async Task<IResult> Ask([Description("The node's group.")] string group, [Description("Its name.")] string node, HttpContext context, ICity city, WallClock wall)
    {
        var asked = new Asked();
        var body = await asked.Body(context.Request, ApiJson.Default.NewNodeCallBody);
        var why = asked.Line("why", body?.Why, Limits.NoteLength, required: true);
        var devices = Devices(asked, body?.Devices);
        if (body is not null && devices is null && body is { SelfTest: not true, Reboot: not true, Rebirth: not true }) asked.Unacceptable("devices", "or one of selfTest, reboot, rebirth is needed");
        if (asked.Refusal is { } refusal) return refusal;
        if (Find(city, group, node) is not { } view) return Problem.NotFound("node", $"{group}/{node}");
        var id = Guid.NewGuid().ToString("n");
        var by = DeskEndpoints.By(context);
        var call = new NodeCall(id, view.Key, NodeCall.Write(id, by, devices, body!.SelfTest == true, body.Reboot == true), by, why, wall.Now);
        return await city.Calls.Ask(call) switch
        {
            NodeCallVerdict.Asked => Told(city, view, 1, 202),
            NodeCallVerdict.OtherWaits => Problem.Of(409, "The node has not answered an earlier call yet."),
            NodeCallVerdict.TooMany => Problem.Of(503, "Too many calls wait for their answers."),
        };
    }

    private static IResult Told(ICity city, NodeView view, int most, int status) =>
        Results.Json(new(view.Key.ToString(), view.Terms, [.. city.Calls.List(view.Key, most).Select(NodeCallBody.Of)]), ApiJson.Default.NodeTermsBody, statusCode: status);

    private static NodeView? Find(ICity city, string group, string node) => city.Nodes().FirstOrDefault(view => view.Key == new SmartCity.Readings.NodeKey(group, node));

    /// <summary>The allowed keys alone, in the characters that they have; what they say the node checks, and refuses whole.</summary>
    private static string? Devices(Asked asked, JsonElement? devices)
    {
        if (devices is not { } given || given.ValueKind == JsonValueKind.Null) return null;
        if (given.ValueKind != JsonValueKind.Object)
        {
            asked.Unacceptable("devices", "is an object of terms by device");
            return null;
        }
        foreach (var device in given.EnumerateObject())
        {
            if (device.Value.ValueKind != JsonValueKind.Object)
            {
                asked.Unacceptable($"devices.{Problem.Shown(device.Name)}", "is an object of terms");
                continue;
            }
            foreach (var term in device.Value.EnumerateObject().Where(term => !Terms.Contains(term.Name))) asked.Unacceptable($"devices.{Problem.Shown(device.Name)}.{Problem.Shown(term.Name)}", $"is none of {string.Join(", ", Terms)}");
        }
        var text = given.GetRawText().ReplaceLineEndings(" ");
        if (text.Length > NodeCall.LongestText) asked.Unacceptable("devices", $"has at most {NodeCall.LongestText} characters");
        if (text.Any(c => c is < ' ' or > '~' or '\\')) asked.Unacceptable("devices", "has letters of ASCII alone, and no escapes");
        return text;
    }
}
