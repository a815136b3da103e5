using System.ComponentModel;
using System.Globalization;
using CityHub.Api.Hosting;
using CityHub.Api.Http;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Api.Endpoints;

/// <summary>The proof of delivery: per alert, and per department and month.</summary>
internal static class EvidenceEndpoints
{
    /// <summary>Messages that one report reads of a department.</summary>
    private const int ReportLimit = 200_000;

    public static void MapEvidence(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/alerts/{id}/evidence", OfAlert).WithTags("alerts").Produces<EvidenceBody>()
            .For(Role.Read, "getEvidence", "Who was sent what about an alert, each attempt, when it arrived, who acknowledged; JSON, or CSV", 404, 422);
        app.MapGet("/v1/departments/{department}/report", OfDepartment).WithTags("subscriptions").Produces<DepartmentReportBody>()
            .For(Role.Read, "getDepartmentReport", "A department's month: what it was sent, how long that took, and every breach of what was agreed upon; JSON, or CSV", 422);
    }

    private static async Task<IResult> OfAlert([Description("The alert's id.")] string id, [Description("json (default) or csv.")] string? format, IRegister register, ICity city, CancellationToken cancel)
    {
        var asked = new Asked();
        var csv = Csv(asked, format);
        if (asked.Refusal is { } refusal) return refusal;
        if (await city.Episode(new(id), cancel) is null) return Problem.NotFound("alert", id);
        var body = EvidenceBody.Of(id, await register.Evidence(new(id)), await register.Acknowledgements(new(id)));
        return csv ? Table($"evidence-{id}", EvidenceBody.Columns, body.Rows()) : Results.Json(body, ApiJson.Default.EvidenceBody);
    }

    private static async Task<IResult> OfDepartment([Description("The department's name.")] string department, [Description("A month, as in 2026-11 (UTC). Default: this one.")] string? month,
        [Description("json (default) or csv: the breaches, one a line.")] string? format, IRegister register, WallClock wall)
    {
        var asked = new Asked();
        var csv = Csv(asked, format);
        var first = wall.Now.ToDateTimeOffset();
        if (!string.IsNullOrEmpty(month) && !DateTimeOffset.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out first))
            asked.Malformed("month", $"'{Problem.Shown(month)}' is not a month as in 2026-11");
        if (asked.Refusal is { } refusal) return refusal;
        var from = new DateTimeOffset(first.Year, first.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var (deliveries, acknowledgements) = await register.DepartmentFacts(department, Instant.From(from), Instant.From(from.AddMonths(1)), ReportLimit);
        var report = DepartmentReport.Of(department, Instant.From(from), Instant.From(from.AddMonths(1)), deliveries, acknowledgements, wall.Now);
        var body = DepartmentReportBody.Of(report, from.ToString("yyyy-MM", CultureInfo.InvariantCulture), deliveries.Count >= ReportLimit);
        return csv ? Table($"report-{body.Month}", BreachBody.Columns, body.Breaches.Select(breach => breach.Row())) : Results.Json(body, ApiJson.Default.DepartmentReportBody);
    }

    private static bool Csv(Asked asked, string? format)
    {
        if (format is not (null or "" or "json" or "csv")) asked.Unacceptable("format", "is json or csv");
        return format == "csv";
    }

    private static IResult Table(string name, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var clean = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        return Results.File(System.Text.Encoding.UTF8.GetBytes(CsvText.Write(columns, rows)), "text/csv; charset=utf-8", clean + ".csv");
    }
}
