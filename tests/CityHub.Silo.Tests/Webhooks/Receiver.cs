using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>What a receiver got.</summary>
public sealed record Got(string Id, string Timestamp, string Signature, byte[] Body)
{
    public string ContentType { get; init; } = "";

    public string Type => System.Text.Json.JsonDocument.Parse(Body).RootElement.GetProperty("type").GetString()!;

    public string Episode => System.Text.Json.JsonDocument.Parse(Body).RootElement.GetProperty("data").GetProperty("episode").GetString()!;

    public SignatureVerdict Verify(string secret, Instant now) =>
        WebhookSecret.TryParse(secret, out var parsed, out _) ? WebhookSignature.Verify(Id, Timestamp, Signature, Body, [parsed], now) : throw new ArgumentException("no secret");
}

/// <summary>A real endpoint on a loopback port.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<Got> _got = [];
    private readonly TaskCompletionSource _ends = new();

    private Receiver(WebApplication app) => _app = app;

    public string Url => _app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook";

    public int Port => new Uri(Url).Port;

    /// <summary>Completes when the receiver is being stopped: what a hung endpoint waits for.</summary>
    public Task Ends => _ends.Task;

    public IReadOnlyList<Got> Requests
    {
        get { lock (_got) return [.. _got]; }
    }

    public static Task<Receiver> Answering(params int[] statuses) => Start((receiver, context) =>
    {
        var n = receiver.Requests.Count;   // this one included
        context.Response.StatusCode = statuses[Math.Min(n, statuses.Length) - 1];
        return Task.CompletedTask;
    });

    public static Task<Receiver> Hanging() => Start((receiver, _) => receiver.Ends);

    public static async Task<Receiver> Start(Func<Receiver, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers;
            lock (receiver._got)
                receiver._got.Add(new(headers[WebhookSignature.IdHeader].ToString(), headers[WebhookSignature.TimestampHeader].ToString(), headers[WebhookSignature.SignatureHeader].ToString(), body.ToArray()) { ContentType = headers.ContentType.ToString() });
            await answer(receiver, context);
        });
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        _ends.TrySetResult();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
