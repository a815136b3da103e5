using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rig;

namespace ReadingPath;

/// <summary>A siren on a pole, switched from the hub: broker, hub and node are processes of their own.</summary>
public sealed class Siren : IAsyncLifetime
{
    private SmallCity _city = null!;
    private SirenNode _node = null!;

    public async Task InitializeAsync()
    {
        _city = await SmallCity.Start();
        _node = _city.Own(new SirenNode(_city.Folder, _city.Broker.Port, "3s", "simulate: {}"));
        _node.Up();
        await _city.Live(_node.Siren, "siren", live => live.Value == 0);
    }

    public async Task DisposeAsync() => await _city.DisposeAsync();

    [Fact]
    public async Task A_siren_sounds_when_it_is_told_to_says_so_and_ends_at_its_own_time()
    {
        await Ask(on: true, "drill-1");
        await Becomes("drill-1", "answered");
        Assert.Equal([false, true], _node.Levels.Take(2));
        await Until.True(() => _node.Levels is [false, true, false], "it has ended by itself");
        await _city.Live(_node.Siren, "siren", live => live.Value == 0);
        await Ask(on: true, "drill-1"); // asked twice is asked once
        await Ask(on: true, "drill-2");
        await Becomes("drill-2", "answered");
        Assert.Equal([false, true, false, true], _node.Levels.Take(4));
    }

    [Fact]
    public async Task A_node_that_is_killed_while_its_siren_sounds_is_silent_when_it_is_back_and_does_what_waited_for_it()
    {
        await Ask(on: true, "a");
        await Becomes("a", "answered");
        await _node.Process.Kill();
        await Ask(on: true, "b");
        _node.Up();
        await Becomes("b", "answered");
        Assert.Equal([false, true, false, true], _node.Levels.Take(4)); // off at the start, then what was asked meanwhile
        Assert.True(await _node.Process.Stop());
        Assert.False(_node.Levels[^1]);
    }

    private async Task Ask(bool on, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sensors/{_node.Siren}/commands") { Content = JsonContent.Create(new { output = "siren", on, why = "a test" }) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await _city.Hub.Http.SendAsync(request);
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Accepted, HttpStatusCode.OK]);
    }

    private async Task Becomes(string key, string state)
    {
        JsonElement[] commands = [];
        await Until.True(async () =>
        {
            commands = await _city.List($"/v1/sensors/{_node.Siren}/commands");
            return commands.Any(command => command.GetProperty("id").GetString() == key && command.GetProperty("state").GetString() == state);
        }, () => $"command {key} is {state}: {string.Join(", ", commands.Select(command => command.GetRawText()))}");
    }
}
