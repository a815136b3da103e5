using Rig;

namespace CityHub.Api.Tests;

/// <summary>The API of a hub in which every part is real, fed through the broker.</summary>
public sealed class WholeHubTests(WholeCity city) : IClassFixture<WholeCity>
{
    [Fact]
    public async Task What_a_node_sends_is_seen_live_kept_as_history_and_raises_an_alert_that_can_be_acknowledged()
    {
        var http = city.Hub.Http;
        await city.Say("pole-1", "roof", "air-temperature", (TimeSpan.FromHours(2), 14.5), (TimeSpan.FromSeconds(1), 17.25));
        await Until.True(async () => (await http.Ask("/v1/sensors/city.pole-1.roof")).Status == 200, "the sensor is known");
        await Until.True(async () => (double?)(await http.Ask("/v1/sensors/city.pole-1.roof")).Json["values"]!.AsArray().Single()!["value"] == 17.25, "its newest value is live");
        await Until.True(async () => (await http.Ask("/v1/sensors/city.pole-1.roof/history?quantity=air-temperature&step=1h")).Json["points"]!.AsArray().Count == 2, "two hours are stored, and the one between is a gap");
        Assert.Contains((await http.Ask("/v1/nodes")).Json.AsArray(), n => n!.Text("id") == "city/pole-1");

        await city.Say("pole-1", "hall", "smoke", (TimeSpan.Zero, 1));
        await Until.True(async () => (await http.Ask("/v1/alerts?open=true&sensor=city.pole-1.hall")).Json.AsArray().Count == 1, "smoke raises an alert");
        var alert = (await http.Ask("/v1/alerts?open=true&sensor=city.pole-1.hall")).Json[0]!;
        Assert.Equal(("critical", "fire", "smoke"), (alert.Text("severity"), alert.Text("department"), alert.Text("rule")));
        var (status, taken) = await http.Post($"/v1/alerts/{alert.Text("id")}/acknowledge", """{"note":"seen"}""");
        Assert.Equal((200, "first"), (status, taken["acknowledged"]!.Text("by")));

        await city.Say("pole-1", "hall", "smoke", (TimeSpan.Zero, 0));
        await Until.True(async () => !(bool)(await http.Ask($"/v1/alerts/{alert.Text("id")}")).Json["open"]!, "it clears");
    }

    [Fact]
    public async Task A_bad_rule_file_is_shown_with_its_line_while_the_old_set_stays_in_force()
    {
        var http = city.Hub.Http;
        var before = (await http.Ask("/v1/rules")).Json;
        var bad = Path.Combine(city.Rules, "bad.yaml");
        await File.WriteAllTextAsync(bad, "rules:\n  - id: broken\n    quantity: phlogiston\n");
        await Until.True(async () => (await http.Ask("/v1/rules")).Json["refused"]!.AsArray().Count > 0, "the file is refused");
        var refusing = (await http.Ask("/v1/rules")).Json;
        Assert.All(refusing["refused"]!.AsArray(), e => Assert.Equal("bad.yaml", e!.Text("file")));
        Assert.Equal((before.Text("hash"), (int)before["version"]!), (refusing.Text("hash"), (int)refusing["version"]!));
        File.Delete(bad);
        await Until.True(async () => (await http.Ask("/v1/rules")).Json["refused"]!.AsArray().Count == 0, "the files are the rules again");
    }

    [Fact]
    public async Task A_second_hub_beside_a_running_one_says_so_and_ends()
    {
        var log = Path.Combine(Path.GetDirectoryName(city.Hub.Stores)!, "second.log");
        await using var second = Child.Start(log, "dotnet", Products.Hub, $"--Stores:Directory={city.Hub.Stores}", "--Api:Listen=127.0.0.1:0");
        await Until.True(() => second.HasExited, "the second one ends");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"already running on {city.Hub.Stores} (process {city.Hub.Process.Id})", second.Tail(), StringComparison.Ordinal);
    }
}
