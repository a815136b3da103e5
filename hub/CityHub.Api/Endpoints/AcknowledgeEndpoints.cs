using System.Net;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
using SmartCity.Webhooks;
using SmartCity.Webhooks.Cap;

namespace CityHub.Api.Endpoints;

/// <summary>
/// How departments take note: by the link in a message, which needs no key because it is one, and by a CAP Ack. A link that is opened acknowledges nothing: mail and
/// chat programs open links to look at them. The page's button does, and so does a program's POST.
/// </summary>
internal static class AcknowledgeEndpoints
{
    private const string Policy = "default-src 'none'; style-src 'sha256-{0}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private const string Style = "body{font:1.1rem system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}button,input{font:inherit;padding:.6rem;width:100%;box-sizing:border-box;margin:.3rem 0}";

    private static readonly string StyleHash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Style)));

    public static void MapAcknowledgements(this IEndpointRouteBuilder app)
    {
        app.MapGet("/a/{subscription}/{episode}/{expires}/{mac}", Look).ExcludeFromDescription();
        app.MapPost("/a/{subscription}/{episode}/{expires}/{mac}", Take).ExcludeFromDescription();
        app.MapPost("/v1/cap", TakeCap).WithTags("alerts").Accepts<string>(CapMessage.ContentType).Produces<DepartmentAckBody>()
            .For(Role.Desk, "acknowledgeByCap", "Takes a CAP 1.2 message of the type Ack that refers to messages of ours", 404, 413, 415, 422);
    }

    private static async Task<IResult> Look(string subscription, string episode, string expires, string mac, HttpContext context, DepartmentAcks acks, ICity city, CancellationToken cancel)
    {
        Harden(context);
        if (Refused(acks.Look(subscription, new(episode), expires, mac), WantsJson(context)) is { } refusal) return refusal;
        if (await city.Episode(new(episode), cancel) is not { } about) return Page(404, "There is no such alert", "");
        if (await acks.Find(new(episode), subscription) is { } standing) return Page(200, "Acknowledged already", Said(standing));
        return Page(200, "Acknowledge this alert?", $"""
            <p><b>{E(EpisodeBody.Name(about.Severity).ToUpperInvariant())}</b> {E(about.Message)}</p><p>{E(about.District)} · {E(about.Sensor.Value)} · {E(about.FirstBreachAt.ToString())}</p>
            <form method="post"><input name="who" maxlength="{Limits.NameLength}" placeholder="Your name" autocomplete="name"><input name="note" maxlength="{Limits.NoteLength}" placeholder="Note"><button>Acknowledge</button></form>
            """);
    }

    private static async Task<IResult> Take(string subscription, string episode, string expires, string mac, HttpContext context, DepartmentAcks acks, CancellationToken cancel)
    {
        Harden(context);
        var json = WantsJson(context);
        if (Refused(acks.Look(subscription, new(episode), expires, mac), json) is { } refusal) return refusal;
        var asked = new Asked();
        var body = context.Request.HasJsonContentType() ? await asked.Body(context.Request, ApiJson.Default.LinkAckBody, whenEmpty: new())
            : context.Request.HasFormContentType ? await Form(context, cancel) : new();
        var who = asked.Line("who", body?.Who, Limits.NameLength, required: false);
        var note = asked.Line("note", body?.Note, Limits.NoteLength, required: false);
        if (asked.Refusal is { } wrong) return wrong;
        var before = await acks.Find(new(episode), subscription);
        if (await acks.Acknowledge(new(episode), subscription, who, json ? "api" : "link", note, cancel) is not { } standing)
            return json ? Problem.NotFound("alert", episode) : Page(404, "There is no such alert", "");

        // A link is used once; who uses it again is told who did, and has changed nothing.
        if (json) return before is null ? Results.Json(DepartmentAckBody.Of(standing), ApiJson.Default.DepartmentAckBody) : Problem.Of(409, $"It was acknowledged before, by {Name(standing)} at {standing.At}.");
        return Page(before is null ? 200 : 409, before is null ? "Acknowledged" : "Acknowledged already", Said(standing));
    }

    private static async Task<IResult> TakeCap(HttpContext context, DepartmentAcks acks, CancellationToken cancel)
    {
        if (context.Request.ContentType?.StartsWith(CapMessage.ContentType, StringComparison.OrdinalIgnoreCase) != true) throw new BadHttpRequestException($"The body must be {CapMessage.ContentType}.", 415);
        using var reader = new StreamReader(context.Request.Body);
        if (CapAck.Read(await reader.ReadToEndAsync(cancel), out var why) is not { } ack) return Problem.Of(422, "It is no CAP message that takes note of one of ours.", [new("body", why)]);
        DepartmentAck? standing = null;
        foreach (var message in ack.References) standing = await acks.AcknowledgeMessage(message, ack.Sender, "cap", EpisodeBodyCut(ack.Note), cancel) ?? standing;
        return standing is null ? Problem.NotFound("message", ack.References[0]) : Results.Json(DepartmentAckBody.Of(standing), ApiJson.Default.DepartmentAckBody);
    }

    private static string EpisodeBodyCut(string note) => note.Length <= Limits.NoteLength ? note : note[..Limits.NoteLength];

    private static async Task<LinkAckBody> Form(HttpContext context, CancellationToken cancel)
    {
        var form = await context.Request.ReadFormAsync(cancel);
        return new(form["who"], form["note"]);
    }

    private static IResult? Refused(LinkVerdict verdict, bool json) => verdict switch
    {
        LinkVerdict.Good => null,
        LinkVerdict.Expired => json ? Problem.Of(410, "This link's time is over.") : Page(410, "This link's time is over", "<p>Acknowledge by the desk or by a newer message.</p>"),
        LinkVerdict.Forged => json ? Problem.Of(404, "There is no such link.") : Page(404, "There is no such link", ""),
    };

    private static bool WantsJson(HttpContext context) => context.Request.HasJsonContentType() || context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase);

    private static void Harden(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = string.Format(System.Globalization.CultureInfo.InvariantCulture, Policy, StyleHash);
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";   // the address is a key
        headers["X-Robots-Tag"] = "noindex";
    }

    private static string Name(DepartmentAck standing) => standing.Who.Length > 0 ? standing.Who : standing.Department;

    private static string Said(DepartmentAck standing) => $"<p>By {E(Name(standing))}, {E(standing.At.ToString())}. {E(standing.Note)}</p>";

    private static string E(string text) => WebUtility.HtmlEncode(text);

    private static IResult Page(int status, string title, string body) => Results.Content(
        $"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{Style}</style><h1>{title}</h1>{body}</html>""",
        "text/html; charset=utf-8", statusCode: status);
}
