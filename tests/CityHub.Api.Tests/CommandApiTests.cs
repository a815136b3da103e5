using System.Text;
using System.Text.Json.Nodes;

namespace CityHub.Api.Tests;

/// <summary>Commands to outputs through the API: who may, what is refused, and that asking twice is asking once.</summary>
public sealed class CommandApiTests : IAsyncLifetime
{
    private const string Siren = "harbour-07", Path = $"/v1/sensors/{Siren}/commands";
    private ApiHost _hub = null!;

    public async Task InitializeAsync() => _hub = await ApiHost.Start();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    private static async Task<(int Status, JsonNode Json)> Ask(HttpClient client, string body, string? key = null, string path = Path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await Calls.Json(answer));
    }

    [Fact]
    public async Task A_command_is_taken_and_stands_in_the_list_with_name_and_reason_until_it_is_answered()
    {
        var (status, command) = await Ask(_hub.Desk, """{"output":"siren","on":true,"why":"drill"}""");
        Assert.Equal((202, "waiting", "anna", "drill", "siren", true), (status, command.Text("state"), command.Text("by"), command.Text("why"), command.Text("output"), (bool)command["on"]!));
        var listed = (await _hub.Reader.Ask(Path)).Json.AsArray().Single()!;
        Assert.Equal(command.ToJsonString(), listed.ToJsonString());
    }

    [Fact]
    public async Task The_same_key_asks_once_and_another_wish_under_it_is_a_conflict()
    {
        var first = await Ask(_hub.Desk, """{"on":true,"why":"drill"}""", "drill-1");
        var again = await Ask(_hub.Desk, """{"on":true,"why":"once more"}""", "drill-1");
        Assert.Equal((202, 200), (first.Status, again.Status));
        Assert.Equal(first.Json.ToJsonString(), again.Json.ToJsonString());
        var other = await Ask(_hub.Desk, """{"on":false,"why":"drill"}""", "drill-1");
        Assert.Equal((409, "Idempotency-Key"), (other.Status, other.Json["errors"]![0]!.Text("field")));
        Assert.Single((await _hub.Reader.Ask(Path)).Json.AsArray());
    }

    [Theory]
    [InlineData("""{"on":true}""", null, 422, "why")]
    [InlineData("""{"why":"no wish"}""", null, 422, "on")]
    [InlineData("""{"output":"relay","on":true,"why":"x"}""", null, 422, "output")]
    [InlineData("""{"on":1,"why":"x"}""", null, 400, "on")]
    [InlineData("""{"on":true,"why":"x","for":"1h"}""", null, 400, "for")]
    [InlineData("""{"on":true,"why":"x"}""", "two words", 400, "Idempotency-Key")]
    public async Task What_makes_no_sense_is_refused_with_the_field_at_fault(string body, string? key, int expected, string field)
    {
        var (status, problem) = await Ask(_hub.Desk, body, key);
        Assert.Equal((expected, field), (status, problem["errors"]![0]!.Text("field")));
        Assert.Empty((await _hub.Reader.Ask(Path)).Json.AsArray());
    }

    [Fact]
    public async Task A_sensor_without_outputs_a_sensor_that_is_not_and_a_key_that_may_only_look_are_refused()
    {
        const string body = """{"on":true,"why":"x"}""";
        Assert.Equal(422, (await Ask(_hub.Desk, body, path: "/v1/sensors/harbour-01/commands")).Status);
        Assert.Equal(404, (await Ask(_hub.Desk, body, path: "/v1/sensors/nowhere/commands")).Status);
        Assert.Equal(403, (await Ask(_hub.Reader, body)).Status);
        Assert.Equal(404, (await _hub.Reader.Ask("/v1/sensors/nowhere/commands")).Status);
    }
}
