using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Rig;

/// <summary>A receiver of webhooks on loopback: hands every request's headers and body to whoever made it, answers 204.</summary>
public sealed class WebhookSink : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookSink(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    /// <param name="received">Called for each request, from many threads; returns the status to answer.</param>
    public static async Task<WebhookSink> Start(Func<IHeaderDictionary, byte[], int> received)
    {
        var port = Ports.Free();
        // An empty builder: the usual ones watch the working folder and all that is below it, and wake for each write to a store in there.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.StatusCode = received(context.Request.Headers, body.ToArray());
        });
        await app.StartAsync();
        return new(app, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
