using System.Net.Sockets;
using CityHub.Api.Keys;
using CityHub.Silo.Register;
using CityHub.Silo.Twins;
using CityHub.Silo.Watch;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CityHub.Api.Hosting;

/// <summary>Starts the hub and keeps it running; says on the console, in one line each, why it cannot.</summary>
internal static class HubStartup
{
    public const int Stopped = 0;
    public const int CannotStart = 1;
    public const int BadConfiguration = 2;
    public const int LoopDied = 3;

    public static async Task<int> Run(string[] args, Action<IServiceCollection, IConfiguration> silo, TextWriter console, TextWriter errors, CancellationToken stop = default)
    {
        var settings = HubConfiguration.Read(args, out var unreadable);
        var builder = HubHost.Services(settings, silo);
        var wrong = unreadable.Count > 0 ? unreadable : HubConfiguration.Check(builder.Services, settings);
        if (wrong.Count > 0)
        {
            await errors.WriteLineAsync($"The hub does not start: {wrong.Count} wrong {(wrong.Count == 1 ? "setting" : "settings")}.");
            foreach (var line in wrong) await errors.WriteLineAsync("  " + line);
            return BadConfiguration;
        }
        var folder = settings["Stores:Directory"] ?? "data";
        try
        {
            using var held = DataLock.Take(folder, out var holder);
            if (held is null)
            {
                await errors.WriteLineAsync($"A hub is already running on {Path.GetFullPath(folder)} ({holder}). Stop it first, or give this one a folder of its own: --Stores:Directory=…");
                return CannotStart;
            }
            await using var app = HubHost.Build(builder);
            return await Run(app, console, errors, stop);
        }
        catch (BadRulesException rules)
        {
            await errors.WriteLineAsync($"The hub does not start: {rules.Errors.Count} wrong {(rules.Errors.Count == 1 ? "line" : "lines")} in the rules, and there is no earlier set to go on with.");
            foreach (var line in rules.Errors) await errors.WriteLineAsync("  " + line);
            return BadConfiguration;
        }
        catch (Exception fault) when (fault is RegisterUnavailableException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"The hub cannot start: {fault.Message}");
            return CannotStart;
        }
    }

    private static async Task<int> Run(WebApplication app, TextWriter console, TextWriter errors, CancellationToken stop)
    {
        var options = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        // Before anything answers, so that whoever waits for the hub to be ready finds the key in its file. A hub that faces the public and keeps no disk makes none.
        if (app.Services.GetRequiredService<IOptions<EngineOptions>>().Value.HoldsGroups
            && await FirstKey.Make(app.Services.GetRequiredService<IRegister>(), app.Services.GetRequiredService<ApiKeys>(), options.FirstKeyFile) is { } first)
        {
            await console.WriteLineAsync($"First API key, role admin, shown this once: {first}");
            if (options.FirstKeyFile is { } file) await console.WriteLineAsync($"It was also written to {Path.GetFullPath(file)}, readable by you alone.");
        }
        try
        {
            await app.StartAsync(stop);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException || fault.InnerException is SocketException)
        {
            await errors.WriteLineAsync($"The hub cannot listen on {options.Listen}: {(fault.InnerException is AddressInUseException ? "the port is in use" : fault.InnerException!.Message)}. Choose another: --Api:Listen=127.0.0.1:PORT");
            return CannotStart;
        }
        catch (SocketException fault)
        {
            await errors.WriteLineAsync($"The hub cannot listen on {options.Listen}: {fault.Message}. Choose another: --Api:Listen=ADDRESS:PORT");
            return CannotStart;
        }
        foreach (var address in app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses)
        {
            await console.WriteLineAsync($"CityHub listens on {address}  (page /, API /v1, document /openapi/v1.json, figures /metrics)");
        }
        if (EndpointAttribute.Parse(options.Listen) is { } at && !System.Net.IPAddress.IsLoopback(at.Address))
        {
            await console.WriteLineAsync("It listens beyond this machine, in plain HTTP: put a proxy with TLS before it, or keys can be read on the way.");
        }
        await console.FlushAsync(stop);
        await app.WaitForShutdownAsync(stop);
        // A loop that died has stopped the host; whoever watches the process must see that it was no clean end.
        return app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(loop => loop.ExecuteTask?.IsFaulted == true) ? LoopDied : Stopped;
    }
}
