#if NPGSQL
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Rig;

namespace CityHub.Api.Tests;

/// <summary>Whole hubs whose register is a PostgreSQL of the test's own.</summary>
public sealed class PostgresHubTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cityhub-postgres-hub-").FullName;
    private PostgresServer _server = null!;
    private Broker _broker = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Start();
        _server.Create("city");
        _broker = await Broker.Start(Path.Combine(_folder, "broker"));
        Directory.CreateDirectory(Path.Combine(_folder, "rules"));
        File.Copy(Path.Combine(Products.Root, "rules/city.yaml"), Path.Combine(_folder, "rules", "city.yaml"));
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_was_taken_while_the_register_was_killed_is_there_once_when_it_is_back()
    {
        await using var hub = await Hub("hub");
        await Smoke("pole-1", 1);
        await Until.True(async () => (await Alerts(hub)) == 1, "the first alert is up");
        await _server.Kill();
        await Smoke("pole-2", 1);
        await Until.True(async () => (await hub.Http.Ask("/v1/sensors/city.pole-2.hall")).Status == 200, "the reading was taken");
        Assert.Equal(503, (await hub.Http.Post("/v1/keys", """{"name":"ben","role":"desk"}""")).Status);
        await _server.Up();
        await Until.True(async () => (await Alerts(hub)) == 2, "the second alert is up");
        Assert.Equal(2, int.Parse(_server.Ask("city", "select count(*) from episode"), CultureInfo.InvariantCulture));
        Assert.Equal("1,2", _server.Ask("city", "select string_agg(number::text, ',' order by number) from change"));
    }

    [Fact]
    public async Task A_hub_whose_group_another_takes_over_writes_nothing_more_and_ends()
    {
        await using var first = await Hub("first");
        await Smoke("pole-1", 1);
        await Until.True(async () => (await Alerts(first)) == 1, "the alert is up");
        // The keys are in the register: the first hub's opens the second.
        File.Copy(Path.Combine(_folder, "first", "first-key"), Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "second")).FullName, "first-key"));
        await using var second = await Hub("second");
        Assert.Equal(1, await Alerts(second));
        await Smoke("pole-1", 0); // both hear it
        await Until.True(() => first.Process.HasExited, () => "the first one ends; it says:\n" + first.Process.Tail());
        Assert.NotEqual(0, first.Process.ExitCode);
        Assert.Contains("Group city has another owner since epoch 1.", File.ReadAllText(first.Process.Log), StringComparison.Ordinal);
        await Until.True(async () => (await Alerts(second)) == 0, "the second one clears it");
        Assert.Equal("2", _server.Ask("city", "select count(*) from change"));
    }

    private Task<HubProcess> Hub(string name) => HubProcess.Start(Path.Combine(_folder, name), _broker.Port, Path.Combine(_folder, "rules"),
        "--Register:Kind=Postgres", $"--Postgres:Port={_server.Port}", "--Postgres:Database=city", $"--Postgres:User={_server.User}", $"--Postgres:PasswordFile={_server.PasswordFile}");

    private static async Task<int> Alerts(HubProcess hub) => (await hub.Http.Ask("/v1/alerts?open=true")).Json is JsonArray open ? open.Count : -1;

    private async Task Smoke(string node, int value)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var pack = new JsonArray(new JsonObject { ["n"] = "hall/smoke", ["t"] = now, ["v"] = value });
        using var sender = Process.Start(new ProcessStartInfo("mosquitto_pub",
            ["-h", "127.0.0.1", "-p", _broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", $"senml/city/{node}", "-m", pack.ToJsonString()]))!;
        await sender.WaitForExitAsync();
        Assert.Equal(0, sender.ExitCode);
    }
}
#endif
