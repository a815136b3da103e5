namespace CityHub.Api.Tests;

/// <summary>What the API says to a rehearsal that makes no sense.</summary>
public sealed class RehearsalTests(OneHub shared) : IClassFixture<OneHub>
{
    private const string Path = "/v1/rules/rehearsals";
    private const string Good = """{"name":"city.yaml","text":"rules: [{ id: a, quantity: smoke, above: 0, severity: minor }]"}""";

    private readonly ApiHost _hub = shared.Hub;

    [Theory]
    [InlineData("no times", """{"files":[%]}""", 422, "from")]
    [InlineData("the end before the beginning", """{"files":[%],"from":"2026-11-02T00:00:00Z","to":"2026-11-01T00:00:00Z"}""", 422, "from")]
    [InlineData("a time that is none", """{"files":[%],"from":"yesterday","to":"2026-11-01T00:00:00Z"}""", 400, "from")]
    [InlineData("no files", """{"files":[],"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"}""", 422, "files")]
    [InlineData("a rule that is wrong", """{"files":[{"name":"city.yaml","text":"rules:\n- { id: a, quantity: warmth, above: 0, severity: minor }"}],"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"}""", 422, "files[city.yaml]")]
    public async Task Is_refused_with_the_field_and_the_reason(string because, string body, int status, string field)
    {
        var (answered, problem) = await _hub.Admin.Post(Path, body.Replace("%", Good, StringComparison.Ordinal));
        Assert.True(status == answered, because);
        Assert.Equal(field, (string?)problem["errors"]![0]!["field"]);
    }

    [Fact]
    public async Task Needs_an_administrator_and_a_hub_with_a_history()
    {
        var body = $$"""{"files":[{{Good}}],"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"}""";
        Assert.Equal(403, (await _hub.Desk.Post(Path, body)).Status);
        Assert.Equal(503, (await _hub.Admin.Post(Path, body)).Status); // this one is made of seeds
    }
}
