using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rig;

namespace ReadingPath;

/// <summary>A node called from the hub: broker, hub and node are processes of their own.</summary>
public sealed class TermsFromAfar : IAsyncLifetime
{
    private const string Terms = "/v1/nodes/city/siren-1/terms";

    private SmallCity _city = null!;
    private SirenNode _node = null!;

    public async Task InitializeAsync()
    {
        _city = await SmallCity.Start();
        _node = _city.Own(new SirenNode(_city.Folder, _city.Broker.Port, "3s", "simulate: {}\nremote: { reboot: true }"));
        _node.Up();
        await _city.Live(_node.Siren, "siren", live => live.Value == 0);
    }

    public async Task DisposeAsync() => await _city.DisposeAsync();

    [Fact]
    public async Task Terms_asked_at_the_hub_are_answered_by_the_node_with_what_is_in_force_and_outlive_its_restart()
    {
        await Ask("""{"devices":{"smoke":{"interval":"500ms"}},"selfTest":true,"why":"a drill"}""", HttpStatusCode.Accepted);
        var call = await Last("taken");
        Assert.Contains("siren fine, smoke fine", call.GetProperty("answer").GetString(), StringComparison.Ordinal);
        await Until.True(async () => (await Told()).GetProperty("inForce").GetString()!.Contains("smoke: { interval: 500ms }", StringComparison.Ordinal), "it says what is in force");
        await _node.Process.Kill();
        _node.Up();
        await _city.NodeView("siren-1", view => view.GetProperty("presence").GetString() == "online");
        await Until.True(async () => (await Told()).GetProperty("inForce").GetString()!.Contains("smoke: { interval: 500ms }", StringComparison.Ordinal), "it still does");
    }

    [Fact]
    public async Task What_the_node_refuses_is_shown_with_its_reason_and_a_restart_happens_once()
    {
        await Ask("""{"devices":{"smoke":{"interval":"5h"}},"why":"too slow"}""", HttpStatusCode.Accepted);
        Assert.Contains("devices.smoke.interval", (await Last("refused")).GetProperty("answer").GetString(), StringComparison.Ordinal);
        await Ask("""{"reboot":true,"why":"a drill"}""", HttpStatusCode.Accepted);
        await Until.True(() => _node.Process.HasExited, "it ends as it was asked to");
        _node.Up();
        var call = await Last("taken");
        await Ask("""{"rebirth":true,"why":"is it there"}""", HttpStatusCode.Accepted);
        await Until.True(async () => (await Last("taken")).GetProperty("id").GetString() != call.GetProperty("id").GetString(), "it answers the next call");
        Assert.False(_node.Process.HasExited); // and does not end once more
    }

    private async Task Ask(string body, HttpStatusCode wanted)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _city.Hub.Http.PostAsync(Terms, content);
        Assert.True(answer.StatusCode == wanted, await answer.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> Told() => await _city.Hub.Http.GetFromJsonAsync<JsonElement>(Terms);

    private async Task<JsonElement> Last(string state)
    {
        JsonElement last = default;
        await Until.True(async () => (last = (await Told()).GetProperty("calls")[0]).GetProperty("state").GetString() == state, () => $"the last call is {state}: {last}");
        return last;
    }
}
