using System.ComponentModel;
using System.Security.Cryptography;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.AspNetCore.Http.Features;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Api.Endpoints;

/// <summary>The desk as a whole: its lists, its figures, what is put aside, drills.</summary>
internal static class DeskEndpoints
{
    private static readonly string[] Kinds = ["shelved", "maintenance", "out-of-service"];

    public static void MapDeskLists(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/desk", Figures).WithTags("desk").Produces<DeskBody>()
            .For(Role.Read, "getDesk", "How much the desk has to bear, after ISA-18.2, and whether it is flooded", 404);
        app.MapGet("/v1/desk/alerts", List).WithTags("desk").Produces<DeskListBody>()
            .For(Role.Read, "listDeskAlerts", "A page of what is on the desk, most urgent first; what is held back with the reason", 422);
        app.MapGet("/v1/suppressions", Suppressions).WithTags("desk").Produces<IReadOnlyList<SuppressionBody>>()
            .For(Role.Read, "listSuppressions", "What people have put aside: shelved, maintenance, out of service; newest first", 422);
        app.MapPost("/v1/suppressions", Suppress).WithTags("desk").Accepts<NewSuppressionBody>("application/json").Produces<SuppressionBody>(201)
            .For(Role.Desk, "addSuppression", "Holds alerts back: a window of maintenance, a shelved alarm, something out of service", 409, 413, 415, 422);
        app.MapPost("/v1/suppressions/{id}/end", End).WithTags("desk").Accepts<WhyBody>("application/json").Produces<SuppressionBody>()
            .For(Role.Desk, "endSuppression", "Ends one before its time; what it held back and is still open is told", 404, 413, 415, 422);
        app.MapPost("/v1/drills", Drill).WithTags("desk").Accepts<NewDrillBody>("application/json").Produces<AlertBody>(201)
            .For(Role.Desk, "addDrill", "Raises a drill or a test, by the way that real alerts take; over after 4 hours unless ended before", 409, 413, 415, 422);
    }

    private static IResult Figures([Description("A desk of the desk file. Default: all of the city.")] string? desk, ICity city) =>
        city.Desk.Figures(string.IsNullOrEmpty(desk) ? null : desk) is { } figures
            ? Results.Json(DeskBody.Of(figures, city.Desk.Seats), ApiJson.Default.DeskBody) : Problem.NotFound("desk", desk ?? "");

    private static async Task<IResult> List(
        [Description("open: open and not held back. over: over, and waiting for an acknowledgement or a reset. held: held back, with the reason.")] string? list,
        [Description("A desk of the desk file. Default: all of the city.")] string? desk,
        [Description("A district's id.")] string? district,
        [Description("A rule's id.")] string? rule,
        [Description("Words that all occur in message, rule, sensor, place, department, severity or name.")] string? text,
        [Description("How many to leave out, from the most urgent on. Default 0.")] string? offset,
        [Description("At most so many, 1 to 1,000. Default 200.")] string? limit,
        ICity city, CancellationToken cancel)
    {
        var asked = new Asked();
        var kind = Words.DeskList(list ?? "");
        if (kind is null) asked.Unacceptable("list", $"is one of {string.Join(", ", Words.Lists)}");
        if (!string.IsNullOrEmpty(desk) && !city.Desk.Seats.Contains(desk)) asked.Unacceptable("desk", $"is one of {string.Join(", ", city.Desk.Seats)}");
        var words = asked.Line("text", text, Limits.NoteLength, required: false);
        var query = new DeskQuery(kind ?? DeskListKind.Open, desk ?? "", district ?? "", rule ?? "", words, asked.Offset(offset), asked.Limit(limit));
        if (asked.Refusal is { } refusal) return refusal;
        return Results.Json(DeskListBody.Of(await city.Desk.List(query, cancel)), ApiJson.Default.DeskListBody);
    }

    private static IResult Suppressions([Description("true: those alone that hold now or will. Default: all.")] string? standing, [Description("At most so many, 1 to 1,000. Default 200.")] string? limit, ICity city)
    {
        var asked = new Asked();
        var (only, most) = (asked.Flag("standing", standing) ?? false, asked.Limit(limit));
        return asked.Refusal ?? Results.Json([.. city.Desk.Suppressions(only, most).Select(SuppressionBody.Of)], ApiJson.Default.IReadOnlyListSuppressionBody);
    }

    private static async Task<IResult> Suppress(HttpContext context, ICity city, IRegister register, WallClock wall, CancellationToken cancel)
    {
        var asked = new Asked();
        if (await asked.Body(context.Request, ApiJson.Default.NewSuppressionBody) is not { } body) return asked.Refusal!;
        var kind = Array.IndexOf(Kinds, body.Kind) + 1;
        if (kind == 0) asked.Unacceptable("kind", $"is one of {string.Join(", ", Kinds)}");
        var scope = new Scope(Name(asked, "scope.rule", body.Scope?.Rule), Name(asked, "scope.sensor", body.Scope?.Sensor), Name(asked, "scope.node", body.Scope?.Node),
            Name(asked, "scope.site", body.Scope?.Site), Name(asked, "scope.district", body.Scope?.District));
        var why = asked.Line("why", body.Why, Limits.NoteLength, required: true);
        return await PutAside(asked, kind == 0 ? null : (SuppressionKind)kind, scope, body.From, body.Until, body.For, why, context, city, register, wall, cancel);
    }

    /// <summary>Puts alarms aside, for this endpoint and for the one that shelves an alert.</summary>
    internal static async Task<IResult> PutAside(Asked asked, SuppressionKind? kind, Scope scope, Instant? from, Instant? until, string? lasts, string why,
        HttpContext context, ICity city, IRegister register, WallClock wall, CancellationToken cancel)
    {
        var now = city.Desk.Now;
        if (until is not null && !string.IsNullOrEmpty(lasts)) asked.Unacceptable("for", "goes without 'until'");
        if (asked.Duration("for", lasts) is { } span) until = (from ?? now) + span;
        var by = By(context);
        if (kind is { } known)
        {
            var suppression = new Suppression("sup_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), known, scope, from ?? now, until, by, now, why);
            foreach (var (field, reason) in suppression.Faults(now))
            {
                if (field != "why") asked.Unacceptable(field, reason);   // said above
            }
            if (asked.Refusal is { } wrong) return wrong;
            if (!await city.Desk.Suppress(suppression, cancel)) return Problem.Of(409, "Too many suppressions stand already; end some.", [new("kind", "no more can stand at one time")]);
            await register.Audit(wall.Now, by, $"suppression.{Kinds[(int)known - 1]}", $"{suppression.Id} {scope}");
            return Results.Json(SuppressionBody.Of(suppression), ApiJson.Default.SuppressionBody, statusCode: 201);
        }
        return asked.Refusal!;
    }

    private static async Task<IResult> End([Description("The suppression's id.")] string id, HttpContext context, ICity city, IRegister register, WallClock wall, CancellationToken cancel)
    {
        var asked = new Asked();
        if (await asked.Body(context.Request, ApiJson.Default.WhyBody) is not { } body) return asked.Refusal!;
        var why = asked.Line("why", body.Why, Limits.NoteLength, required: true);
        if (asked.Refusal is { } refusal) return refusal;
        if (await city.Desk.EndSuppression(id, By(context), why, cancel) is not { } ended) return Problem.NotFound("standing suppression", id);
        await register.Audit(wall.Now, By(context), "suppression.ended", id);
        return Results.Json(SuppressionBody.Of(ended), ApiJson.Default.SuppressionBody);
    }

    private static async Task<IResult> Drill(HttpContext context, ICity city, IRegister register, WallClock wall, CancellationToken cancel)
    {
        var asked = new Asked();
        if (await asked.Body(context.Request, ApiJson.Default.NewDrillBody) is not { } body) return asked.Refusal!;
        EpisodeKind? kind = body.Kind switch { "exercise" => EpisodeKind.Exercise, "test" => EpisodeKind.Test, _ => null };
        if (kind is null) asked.Unacceptable("kind", "is one of exercise, test");
        var severity = Words.Severity(body.Severity ?? "warning");
        if (severity is null) asked.Unacceptable("severity", "is one of warning, minor, major, critical");
        var district = Name(asked, "district", body.District);
        var department = Name(asked, "department", body.Department);
        var message = asked.Line("message", body.Message, Limits.NoteLength, required: true);
        if (asked.Refusal is { } refusal) return refusal;
        var raised = await city.Desk.Drill(new(kind!.Value, severity!.Value, district, department, message), By(context), cancel);
        if (raised is null) return Problem.Of(409, "Such a drill is open there already; end it first.", [new("district", "has one open")]);
        await register.Audit(wall.Now, By(context), "drill." + body.Kind, raised.Id.Value);
        return Results.Json(AlertBody.Of(raised), ApiJson.Default.AlertBody, statusCode: 201);
    }

    private static string Name(Asked asked, string field, string? text) => asked.Line(field, text, Limits.ScopeName, required: false);

    internal static string By(HttpContext context) => context.Features.GetRequiredFeature<KeyHolder>().Name;
}
