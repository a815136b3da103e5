using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.AspNetCore.Diagnostics;

namespace CityHub.Api.Http;

/// <summary>Every error of the API, as RFC 9457 problem details.</summary>
internal static partial class Problem
{
    public const string ContentType = "application/problem+json";

    public static IResult Of(int status, string detail, params IReadOnlyList<FieldError> errors)
    {
        var (type, title) = Kind(status);
        return Results.Json(new ProblemBody("urn:cityhub:problem:" + type, title, status, detail, errors), ApiJson.Default.ProblemBody, ContentType, status);
    }

    public static IResult NotFound(string field, string value) => Of(404, $"There is no such {field}.", [new(field, $"'{Shown(value)}' is not known")]);

    /// <summary>What came in, short enough to repeat, without control characters.</summary>
    public static string Shown(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c)));
        return clean.Length <= 80 ? clean : clean[..80] + "…";
    }

    private static (string Type, string Title) Kind(int status) => status switch
    {
        400 => ("malformed", "The request is malformed"),
        401 => ("no-key", "A known API key is needed"),
        403 => ("forbidden", "This key may not do that"),
        404 => ("not-found", "Not found"),
        405 => ("method", "This method is not offered here"),
        406 => ("not-acceptable", "That media type is not offered here"),
        408 => ("timeout", "The request took too long to arrive"),
        409 => ("conflict", "It conflicts with what stands"),
        410 => ("gone", "Its time is over"),
        412 => ("changed", "It is not what it was when you looked"),
        413 => ("too-large", "The request body is too large"),
        415 => ("media-type", "The request body must be JSON"),
        422 => ("unacceptable", "Well formed, but not acceptable"),
        429 => ("too-many", "Too many failed attempts"),
        503 => ("unavailable", "The hub cannot do that just now"),
        >= 400 and < 500 => ("request", "The request cannot be served"),
        _ => ("internal", "The hub failed"),
    };

    /// <summary>What escapes an endpoint, and bare statuses of the framework, become problems too.</summary>
    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = Answer,
            // Ours to log below, once and without a stack for what a caller or a full disk causes.
            SuppressDiagnosticsCallback = _ => true,
        });
        app.UseStatusCodePages(async pages =>
        {
            var status = pages.HttpContext.Response.StatusCode;
            await Of(status, Kind(status).Title + ".").ExecuteAsync(pages.HttpContext);
        });
    }

    private static async Task Answer(HttpContext context)
    {
        var fault = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var result = fault switch
        {
            BadHttpRequestException { StatusCode: 413 } => Of(413, $"A body has at most {Limits.BodyBytes / 1024} KB.", [new("body", $"more than {Limits.BodyBytes} bytes")]),
            BadHttpRequestException bad => Of(bad.StatusCode, bad.Message),
            RegisterUnavailableException away => Of(503, "The register cannot be read or written just now: " + away.Message),
            TimelineUnavailableException away => Of(503, "History cannot be read just now: " + away.Message),
            _ => Of(500, "Unexpected; the log of the hub has the details."),
        };
        if (fault is not null and not BadHttpRequestException)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("CityHub.Api");
            // The endpoint itself is no longer there: what answers for it runs without one.
            var route = (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "no endpoint";
            Failed(log, context.Request.Method, route, fault.GetType().Name, fault is RegisterUnavailableException or TimelineUnavailableException ? null : fault);
        }
        await result.ExecuteAsync(context);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Endpoint} failed: {Fault}")]
    private static partial void Failed(ILogger log, string method, string endpoint, string fault, Exception? exception);
}
