using System.Security.Cryptography;

namespace CityHub.Api.Endpoints;

/// <summary>The duty officer's page: files inside the assembly, no inline script or style, nothing from elsewhere.</summary>
internal static class Desk
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; manifest-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    public static void MapDesk(this IEndpointRouteBuilder app)
    {
        app.MapFile("/", "index.html", "text/html; charset=utf-8");
        app.MapFile("/desk.css", "desk.css", "text/css; charset=utf-8");
        app.MapFile("/desk.svg", "desk.svg", "image/svg+xml");
        app.MapFile("/schemas/webhook.v1.json", "webhook.v1.schema.json", "application/schema+json");
        foreach (var script in Scripts) app.MapFile("/" + script, script, "text/javascript; charset=utf-8");
    }

    private static IEnumerable<string> Scripts =>
        typeof(Desk).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("desk/", StringComparison.Ordinal) && n.EndsWith(".js", StringComparison.Ordinal)).Select(n => n[5..]);

    private static void MapFile(this IEndpointRouteBuilder app, string path, string name, string type)
    {
        using var stream = typeof(Desk).Assembly.GetManifestResourceStream("desk/" + name) ?? throw new InvalidOperationException($"{name} is not in the assembly");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..12])}\"";
        app.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers.CacheControl = "no-cache";   // asked for each time, sent only when it changed
            headers.ETag = tag;
            return context.Request.Headers.IfNoneMatch == tag ? Results.StatusCode(304) : Results.Bytes(bytes, type);
        }).ExcludeFromDescription();
    }
}
