namespace CityHub.Api.Tests;

public sealed class NodeCallApiTests : IAsyncLifetime
{
    private ApiHost _hub = null!;
    private string _node = "";

    public async Task InitializeAsync()
    {
        _hub = await ApiHost.Start();
        _node = _hub.City.Nodes()[0].Key.ToString();
    }

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    private string Terms => $"/v1/nodes/{_node}/terms";

    [Fact]
    public async Task One_node_can_be_asked_for()
    {
        Assert.Equal((200, _node), (await _hub.Reader.Ask($"/v1/nodes/{_node}") is (var status, var node) ? (status, node.Text("id")) : default));
        Assert.Equal(404, (await _hub.Reader.Ask("/v1/nodes/nowhere/pole")).Status);
    }

    [Fact]
    public async Task The_engineer_calls_a_node_and_everybody_sees_what_was_asked_by_whom_and_why()
    {
        const string Body = """{"devices":{"climate":{"interval":"5s"}},"selfTest":true,"why":"slow it down"}""";
        Assert.Equal(403, (await _hub.Desk.Post(Terms, Body)).Status);
        Assert.Equal(202, (await _hub.Admin.Post(Terms, Body)).Status);
        Assert.Equal(409, (await _hub.Admin.Post(Terms, Body)).Status); // one at a time
        var (_, told) = await _hub.Reader.Ask(Terms);
        var call = Assert.Single(told["calls"]!.AsArray())!;
        Assert.Equal(("first", "slow it down", "waiting", ""), (call.Text("by"), call.Text("why"), call.Text("state"), call.Text("answer")));
        Assert.Equal($$$"""{"by":"first","id":"{{{call.Text("id")}}}","devices":{"climate":{"interval":"5s"}},"self-test":true}""", call.Text("text"));
    }

    [Theory]
    [InlineData("nothing asked", """{"why":"x"}""", "devices")]
    [InlineData("no reason given", """{"rebirth":true}""", "why")]
    [InlineData("a key that no node takes from afar", """{"devices":{"climate":{"address":5}},"why":"x"}""", "devices.climate.address")]
    [InlineData("terms that are none", """{"devices":{"climate":5},"why":"x"}""", "devices.climate")]
    [InlineData("a list", """{"devices":[],"why":"x"}""", "devices")]
    [InlineData("letters that a node file does not have", """{"devices":{"klima-ä":{}},"why":"x"}""", "devices")]
    public async Task What_cannot_be_asked_is_refused_by_its_field(string because, string body, string field)
    {
        var (status, problem) = await _hub.Admin.Post(Terms, body);
        Assert.True((status, problem["errors"]![0]!.Text("field")) == (422, field), $"{because}: {status} {problem}");
        Assert.Empty((await _hub.Reader.Ask(Terms)).Json["calls"]!.AsArray());
    }
}
