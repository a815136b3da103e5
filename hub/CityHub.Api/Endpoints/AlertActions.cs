using System.ComponentModel;
using System.Text.Json.Serialization.Metadata;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Watch.Desk;

namespace CityHub.Api.Endpoints;

/// <summary>What a duty officer does with an alert, in the name of the key. Each is a line of the alert's history.</summary>
internal static class AlertActions
{
    private delegate DeskAction? Read<in T>(Asked asked, T body);

    public static void MapAlertActions(this IEndpointRouteBuilder app)
    {
        app.MapAction("acknowledge", "acknowledgeAlert", "Takes note of an alert; the first acknowledgement stands until it gets worse. With 'change' it acts only on what you saw",
            ApiJson.Default.AcknowledgeBody, new(), (asked, body) => new DeskAction.Acknowledge(Note(asked, "note", body.Note), body.Change), 412);
        app.MapAction("reset", "resetAlert", "Lets go of a latched alert that is over and acknowledged",
            ApiJson.Default.NoteBody, new(), (asked, body) => new DeskAction.Reset(Note(asked, "note", body.Note)));
        app.MapAction("assign", "assignAlert", "Says who looks after an alert; empty: nobody any more",
            ApiJson.Default.AssignBody, null, (asked, body) => new DeskAction.Assign(asked.Line("to", body.To, Limits.NameLength, required: false)));
        app.MapAction("comment", "commentAlert", "Adds a comment to an alert's history",
            ApiJson.Default.CommentBody, null, (asked, body) => new DeskAction.Comment(asked.Line("text", body.Text, Limits.NoteLength, required: true)));
        app.MapAction("false-alarm", "markFalseAlarm", "Somebody looked, and there was nothing: counts as acknowledged, and those called are told",
            ApiJson.Default.WhyBody, null, (asked, body) => new DeskAction.MarkFalse(asked.Line("why", body.Why, Limits.NoteLength, required: true)));
        app.MapAction("escalate", "escalateAlert", "Calls a further department, or counts it as more severe, or both",
            ApiJson.Default.EscalateBody, null, Escalate);
        app.MapAction("end", "endDrill", "Ends a drill or a test; a real alert ends when its sensor says so",
            ApiJson.Default.WhyBody, new(), (asked, body) => new DeskAction.End(Note(asked, "why", body.Why)));
        app.MapPost("/v1/alerts/{id}/shelve", Shelve).WithTags("alerts").Accepts<ShelveBody>("application/json").Produces<SuppressionBody>(201)
            .For(Role.Desk, "shelveAlert", "Puts this alert's rule on this sensor aside for a time, at most 24 hours", 404, 409, 413, 415, 422);
        app.MapPost("/v1/alerts/acknowledge", AcknowledgeMany).WithTags("alerts").Accepts<AcknowledgeManyBody>("application/json").Produces<AcknowledgedManyBody>()
            .For(Role.Desk, "acknowledgeAlerts", "Takes note of up to 200 alerts at once, each only as you saw it", 413, 415, 422);
    }

    private static void MapAction<T>(this IEndpointRouteBuilder app, string path, string name, string summary, JsonTypeInfo<T> type, T? whenEmpty, Read<T> read, params int[] problems) where T : class
    {
        async Task<IResult> Act([Description("The alert's id.")] string id, HttpContext context, ICity city, CancellationToken cancel)
        {
            var asked = new Asked();
            var body = await asked.Body(context.Request, type, whenEmpty);
            var action = body is null ? null : read(asked, body);
            if (asked.Refusal is { } refusal) return refusal;
            return Answer(await city.Desk.Act(new(id), action!, DeskEndpoints.By(context), cancel), id);
        }
        app.MapPost("/v1/alerts/{id}/" + path, Act).WithTags("alerts").Accepts<T>(isOptional: whenEmpty is not null, "application/json").Produces<AlertBody>()
            .For(Role.Desk, name, summary, [404, 409, 413, 415, 422, .. problems]);
    }

    private static string Note(Asked asked, string field, string? text) => asked.Line(field, text, Limits.NoteLength, required: false);

    private static DeskAction.Escalate Escalate(Asked asked, EscalateBody body)
    {
        var department = asked.Line("department", body.Department, Limits.NameLength, required: false);
        var severity = string.IsNullOrEmpty(body.Severity) ? null : Words.Severity(body.Severity);
        if (!string.IsNullOrEmpty(body.Severity) && severity is null) asked.Unacceptable("severity", "is one of warning, minor, major, critical");
        if (department.Length == 0 && string.IsNullOrEmpty(body.Severity)) asked.Unacceptable("department", "is needed, or a severity");
        return new(department, severity, asked.Line("why", body.Why, Limits.NoteLength, required: true));
    }

    private static async Task<IResult> Shelve([Description("The alert's id.")] string id, HttpContext context, ICity city, IRegister register, WallClock wall, CancellationToken cancel)
    {
        var asked = new Asked();
        if (await asked.Body(context.Request, ApiJson.Default.ShelveBody) is not { } body) return asked.Refusal!;
        var why = asked.Line("why", body.Why, Limits.NoteLength, required: true);
        if (await city.Episode(new(id), cancel) is not { } episode) return Problem.NotFound("alert", id);
        return await DeskEndpoints.PutAside(asked, SuppressionKind.Shelved, new(episode.Rule, episode.Sensor.Value), null, body.Until, body.For, why, context, city, register, wall, cancel);
    }

    private static async Task<IResult> AcknowledgeMany(HttpContext context, ICity city, CancellationToken cancel)
    {
        var asked = new Asked();
        if (await asked.Body(context.Request, ApiJson.Default.AcknowledgeManyBody) is not { } body) return asked.Refusal!;
        var note = Note(asked, "note", body.Note);
        if (body.Alerts is not { Count: > 0 and <= Limits.AtOnce } seen) asked.Unacceptable("alerts", $"are 1 to {Limits.AtOnce}");
        else if (seen.Any(one => string.IsNullOrEmpty(one?.Id))) asked.Unacceptable("alerts", "each has an id");
        if (asked.Refusal is { } refusal) return refusal;
        var done = new List<AcknowledgedOneBody>();
        foreach (var one in body.Alerts!)
        {
            var outcome = await city.Desk.Act(new(one.Id!), new DeskAction.Acknowledge(note, one.Change), DeskEndpoints.By(context), cancel);
            done.Add(new(one.Id!, outcome.Episode is null ? "there is no such alert" : Why(outcome)));
        }
        return Results.Json(new(done.Count(one => one.Refused.Length == 0), done), ApiJson.Default.AcknowledgedManyBody);
    }

    private static IResult Answer(DeskOutcome outcome, string id)
    {
        if (outcome.Episode is not { } episode) return Problem.NotFound("alert", id);
        var why = Why(outcome);
        if (why.Length == 0) return Results.Json(AlertBody.Of(episode), ApiJson.Default.AlertBody);
        return outcome.Refusal == DeskRefusal.ChangedSince ? Problem.Of(412, why, [new("change", $"its last change is {episode.Change}")]) : Problem.Of(409, why, [new("id", Short(outcome.Refusal))]);
    }

    /// <summary>Empty: done, or nothing was to be done.</summary>
    private static string Why(DeskOutcome outcome) => outcome.Refusal switch
    {
        DeskRefusal.None or DeskRefusal.Unchanged => "",
        DeskRefusal.AcknowledgedBefore => $"It was acknowledged before, by {outcome.Episode!.Acknowledged!.By} at {outcome.Episode.Acknowledged.At}; the first acknowledgement stands.",
        DeskRefusal.ChangedSince => "It was raised, got worse or came back after what you saw. Look again.",
        DeskRefusal.NotLatched => "It is not latched, or was reset before: there is nothing to reset.",
        DeskRefusal.StillBreached => "The value has not come back yet.",
        DeskRefusal.NotAcknowledged => "Acknowledge it first.",
        DeskRefusal.Withdrawn => "It was withdrawn: it never was.",
        DeskRefusal.Over => "It is over.",
        DeskRefusal.IsActual => "It is real: it ends when its sensor says so. Acknowledge it, shelve it, or mark it as a false alarm.",
        DeskRefusal.TooManySteps => $"It was escalated {Escalation.MaxSteps} times, which is the limit.",
    };

    private static string Short(DeskRefusal refusal) => refusal switch
    {
        DeskRefusal.AcknowledgedBefore => "is acknowledged already",
        DeskRefusal.NotLatched => "is not latched",
        DeskRefusal.StillBreached => "is still breached",
        DeskRefusal.NotAcknowledged => "is not acknowledged",
        DeskRefusal.Withdrawn => "is withdrawn",
        DeskRefusal.Over => "is over",
        DeskRefusal.IsActual => "is real",
        DeskRefusal.TooManySteps => "cannot be escalated further",
        DeskRefusal.None or DeskRefusal.Unchanged or DeskRefusal.ChangedSince => "",
    };
}
