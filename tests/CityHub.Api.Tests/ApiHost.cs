using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CityHub.Api.Hosting;
using CityHub.Api.Keys;
using CityHub.Contracts;
using CityHub.Silo;
using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityHub.Api.Tests;

/// <summary>The real API on a free port, with the real register in a folder of its own and a <see cref="SeededCity"/> behind it.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private const int RegisterPages = 100_000;
    private readonly WebApplication _app;
    private readonly string _folder;

    private ApiHost(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    public SeededCity City => (SeededCity)_app.Services.GetRequiredService<ICity>();

    public IRegister Register => _app.Services.GetRequiredService<IRegister>();

    public IServiceProvider Parts => _app.Services;

    /// <summary>Warnings and errors.</summary>
    public required System.Collections.Concurrent.ConcurrentQueue<string> Log { get; init; }

    public Uri Address { get; private set; } = new("http://localhost");

    public string AdminKey { get; private set; } = "";

    public string DeskKey { get; private set; } = "";

    public string ReadKey { get; private set; } = "";

    public HttpClient Admin => Client(AdminKey);

    public HttpClient Desk => Client(DeskKey);

    public HttpClient Reader => Client(ReadKey);

    public static Task<ApiHost> Start(params string[] settings) => Start(RegisterPages, settings);

    /// <param name="maxPages">Size that the register may reach, in pages of 4 KiB.</param>
    public static async Task<ApiHost> Start(int maxPages, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("cityhub-api-").FullName;
        var configuration = HubConfiguration.Read(["--Api:Listen=127.0.0.1:0", "--Webhooks:AllowedNetworks:0=127.0.0.0/8", .. settings], out var wrong);
        Assert.Empty(wrong);
        var builder = HubHost.Services(configuration, (services, _) => Seed(services, folder, maxPages));
        Assert.Empty(HubConfiguration.Check(builder.Services, configuration));
        builder.Logging.ClearProviders();
        var log = new LogLines();
        builder.Logging.AddProvider(log);
        var host = new ApiHost(HubHost.Build(builder), folder) { Log = log.Lines };
        await host._app.StartAsync();
        host.Address = new(host._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        var keys = host._app.Services.GetRequiredService<ApiKeys>();
        host.AdminKey = await keys.Issue(new("first", Role.Admin));
        host.DeskKey = await keys.Issue(new("anna", Role.Desk));
        host.ReadKey = await keys.Issue(new("wall", Role.Read));
        await Rig.Until.True(() => host.City.IsFollowed, "the feed follows the city");
        return host;
    }

    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Ends the hub, as when its process goes; the folder stays until dispose.</summary>
    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Seed(IServiceCollection services, string folder, int maxPages)
    {
        services.AddWebhooks();
        services.AddSingleton<IRegister>(s =>
        {
            var composer = s.GetRequiredService<WebhookComposer>();
            var register = new SqliteRegister(new RegisterOptions { Path = Path.Combine(folder, "register.db"), MaxPages = maxPages }, composer.Compose, s.GetRequiredService<TimeProvider>(), NullLogger<SqliteRegister>.Instance);
            composer.LinkKey = DepartmentAcks.Key(register);
            return register;
        });
        services.AddSingleton(s => new CityClock(CityClockKind.System, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ICity, SeededCity>();
    }
}

/// <summary>Requests as a client writes them, and answers as JSON.</summary>
internal static class Calls
{
    public static async Task<(int Status, JsonNode Json)> Ask(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, await Json(answer));
    }

    public static async Task<(int Status, JsonNode Json)> Post(this HttpClient client, string path, string? body, string type = "application/json")
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)answer.StatusCode, await Json(answer));
    }

    public static async Task<JsonNode> Json(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public static string Text(this JsonNode node, string name) => (string?)node[name] ?? throw new InvalidOperationException($"no {name} in {node.ToJsonString()}");
}
