using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Rig;

/// <summary>What a proxy does with one request.</summary>
public enum Mood : byte
{
    /// <summary>Passes it on and its answer back.</summary>
    Pass,

    /// <summary>Answers 400 without passing it on.</summary>
    Bad,

    /// <summary>413.</summary>
    TooLarge,

    /// <summary>429 with Retry-After: 1.</summary>
    Busy,

    /// <summary>503.</summary>
    Away,

    /// <summary>Answers nothing until the caller gives up.</summary>
    Hang,

    /// <summary>Passes it on, and cuts the connection in the place of the answer: it is stored, and nobody knows.</summary>
    LoseAnswer,
}

/// <summary>An HTTP hop on loopback with moods.</summary>
public sealed class MoodyProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<Uri> _target;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly int[] _counts = new int[Enum.GetValues<Mood>().Length];

    private MoodyProxy(WebApplication app, Func<Uri> target) => (_app, _target) = (app, target);

    public Uri Address => new(_app.Urls.First());

    /// <summary>Decides for each request by its path.</summary>
    public Func<string, Mood> Mood { get; set; } = _ => Rig.Mood.Pass;

    public int Count(Mood mood) => Volatile.Read(ref _counts[(int)mood]);

    public static async Task<MoodyProxy> Start(Func<Uri> target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var proxy = new MoodyProxy(app, target);
        app.Run(proxy.Carry);
        await app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task Carry(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var mood = Mood(context.Request.Path);
        Interlocked.Increment(ref _counts[(int)mood]);
        switch (mood)
        {
            case Rig.Mood.Bad:
                context.Response.StatusCode = 400;
                return;
            case Rig.Mood.TooLarge:
                context.Response.StatusCode = 413;
                return;
            case Rig.Mood.Busy:
                (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (429, "1");
                return;
            case Rig.Mood.Away:
                context.Response.StatusCode = 503;
                return;
            case Rig.Mood.Hang:
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case Rig.Mood.Pass or Rig.Mood.LoseAnswer:
                await Pass(context, body, mood);
                return;
        }
    }

    private async Task Pass(HttpContext context, MemoryStream body, Mood mood)
    {
        using var request = new HttpRequestMessage(new(context.Request.Method), new Uri(_target(), context.Request.Path.Value![1..] + context.Request.QueryString.Value))
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (name, value) in context.Request.Headers)
        {
            if (name is "Host" or "Content-Length" or "Transfer-Encoding" or "Connection") continue;
            if (!request.Headers.TryAddWithoutValidation(name, value.ToArray())) request.Content.Headers.TryAddWithoutValidation(name, value.ToArray());
        }
        try
        {
            using var answer = await _http.SendAsync(request, context.RequestAborted);
            if (mood == Rig.Mood.LoseAnswer)
            {
                context.Abort();
                return;
            }
            context.Response.StatusCode = (int)answer.StatusCode;
            if (answer.Content.Headers.ContentType is { } type) context.Response.ContentType = type.ToString();
            await answer.Content.CopyToAsync(context.Response.Body);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            context.Abort(); // as if the server itself had gone
        }
    }
}
