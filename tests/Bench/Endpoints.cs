using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bench;

/// <summary>Fifty endpoints on ports of their own: some hang, some fail every other time, the others answer at once. They read the body of either sender and note what came when.</summary>
internal sealed class Endpoints : IAsyncDisposable
{
    public const int Count = 50, Hung = 5, Failing = 5;

    private readonly WebApplication _app;
    private int[] _ports = [];
    private readonly CancellationTokenSource _ends = new();
    private readonly ConcurrentDictionary<string, long> _raisedAt = new();          // by episode: when its raise was handed over
    private readonly ConcurrentDictionary<(int Endpoint, string Episode), int> _seen = new();   // 1 raised, 2 cleared, 4 out of order
    private int _requests;

    private Endpoints(WebApplication app) => _app = app;

    public Percentiles Healthy { get; } = new();

    public Percentiles Flaky { get; } = new();

    public string Url(int endpoint) => $"http://127.0.0.1:{_ports[endpoint]}/";

    public static bool Hangs(int endpoint) => endpoint < Hung;

    public static bool Fails(int endpoint) => endpoint is >= Hung and < Hung + Failing;

    public void Raised(string episode) => _raisedAt[episode] = TimeProvider.System.GetTimestamp();

    /// <summary>Raises that came to endpoints that do not hang.</summary>
    public int RaisesSeen => _seen.Count(one => !Hangs(one.Key.Endpoint) && (one.Value & 1) != 0);

    /// <summary>Episodes whose end came, to endpoints that do not hang.</summary>
    public int EndsSeen => _seen.Count(one => !Hangs(one.Key.Endpoint) && (one.Value & 2) != 0);

    /// <summary>Ends that came before their beginnings.</summary>
    public int OutOfOrder => _seen.Count(one => (one.Value & 4) != 0);

    public static async Task<Endpoints> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            for (var i = 0; i < Count; i++) kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var endpoints = new Endpoints(app);
        app.Run(async context =>
        {
            var arrived = TimeProvider.System.GetTimestamp();
            var endpoint = Array.IndexOf(endpoints._ports, context.Connection.LocalPort);
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            if (Hangs(endpoint))
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, CancellationTokenSource.CreateLinkedTokenSource(endpoints._ends.Token, context.RequestAborted).Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }
            if (Fails(endpoint) && Interlocked.Increment(ref endpoints._requests) % 2 == 0)
            {
                context.Response.StatusCode = 500;
                return;
            }
            foreach (var (episode, over) in Read(body.RootElement)) endpoints.Note(endpoint, episode, over, arrived);
        });
        await app.StartAsync();
        endpoints._ports = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];
        return endpoints;
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _app.DisposeAsync();
        _ends.Dispose();
    }

    private void Note(int endpoint, string episode, bool over, long arrived)
    {
        var before = _seen.TryGetValue((endpoint, episode), out var seen) ? seen : 0;
        _seen[(endpoint, episode)] = before | (over ? 2 : 1) | (over && (before & 1) == 0 ? 4 : 0);
        if (over || (before & 1) != 0 || !_raisedAt.TryGetValue(episode, out var raised)) return;
        (Fails(endpoint) ? Flaky : Healthy).Add(TimeProvider.System.GetElapsedTime(raised, arrived).TotalMilliseconds);
    }

    /// <summary>What a body tells of: ours of one episode, Alertmanager's of a group.</summary>
    private static IEnumerable<(string Episode, bool Over)> Read(JsonElement body)
    {
        if (body.TryGetProperty("alerts", out var alerts))
            return [.. alerts.EnumerateArray().Select(alert => (alert.GetProperty("labels").GetProperty("episode").GetString()!, alert.GetProperty("status").GetString() == "resolved"))];
        return [(body.GetProperty("data").GetProperty("episode").GetString()!, body.GetProperty("type").GetString() == "episode.cleared")];
    }
}
