using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Rig;

namespace CityHub.Api.Tests;

/// <summary>Broker, hub and browser, all real; nodes speak SenML through the broker.</summary>
public sealed class WholeCity : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cityhub-desk-").FullName;
    private Broker _broker = null!;

    public HubProcess Hub { get; private set; } = null!;

    public BrowserPage Page { get; private set; } = null!;

    public Uri Address => new($"http://127.0.0.1:{Hub.Port}/");

    /// <summary>The hub's rule files: a copy of the sample city's.</summary>
    public string Rules => Path.Combine(_folder, "rules");

    public string DeskKey { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Rules);
        File.Copy(Path.Combine(Products.Root, "rules/city.yaml"), Path.Combine(Rules, "city.yaml"));
        _broker = await Broker.Start(Path.Combine(_folder, "broker"));
        Hub = await HubProcess.Start(Path.Combine(_folder, "hub"), _broker.Port, Rules);
        DeskKey = (await Hub.Http.Post("/v1/keys", """{"name":"anna","role":"desk"}""")).Json.Text("key");
        Page = await BrowserPage.Start();
    }

    public async Task DisposeAsync()
    {
        if (Page is not null) await Page.DisposeAsync();
        if (Hub is not null) await Hub.DisposeAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Sends one SenML pack of a device of <paramref name="node"/>.</summary>
    public async Task Say(string node, string device, string quantity, params (TimeSpan Ago, double Value)[] values)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var pack = new JsonArray([.. values.Select(v => new JsonObject { ["n"] = $"{device}/{quantity}", ["t"] = now - v.Ago.TotalSeconds, ["v"] = v.Value })]);
        using var sender = Process.Start(new ProcessStartInfo("mosquitto_pub",
            ["-h", "127.0.0.1", "-p", _broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", $"senml/city/{node}", "-m", pack.ToJsonString()]))!;
        await sender.WaitForExitAsync();
        Assert.Equal(0, sender.ExitCode);
    }

    /// <summary>Opens the desk and signs in, by keyboard alone.</summary>
    public async Task<BrowserPage> SignedIn()
    {
        await Page.Open(Address);
        await Page.See("#sign-in");
        await Page.Type(DeskKey);
        await Page.Press("Enter");
        await Page.Gone("#sign-in");
        await Page.See("#link[data-state=live]");
        return Page;
    }
}
