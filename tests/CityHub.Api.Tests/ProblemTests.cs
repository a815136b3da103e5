using System.Text;
using System.Text.Json.Nodes;

namespace CityHub.Api.Tests;

public sealed class ProblemTests(OneHub shared) : IClassFixture<OneHub>
{
    private readonly ApiHost _hub = shared.Hub;

    [Theory]
    [InlineData("/v1/alerts?open=maybe", 400, "open")]
    [InlineData("/v1/alerts?limit=ten", 400, "limit")]
    [InlineData("/v1/alerts?from=yesterday", 400, "from")]
    [InlineData("/v1/alerts?opne=true", 400, "opne")]
    [InlineData("/v1/alerts?open=true&open=false", 400, "open")]
    [InlineData("/v1/alerts?limit=0", 422, "limit")]
    [InlineData("/v1/alerts?limit=1001", 422, "limit")]
    [InlineData("/v1/alerts?from=2026-11-23&to=2026-11-23", 422, "from")]
    [InlineData("/v1/alerts/none", 404, "alert")]
    [InlineData("/v1/sensors/none", 404, "sensor")]
    [InlineData("/v1/sensors/none/history?quantity=pm10", 404, "sensor")]
    [InlineData("/v1/sensors/harbour-01/history", 400, "quantity")]
    [InlineData("/v1/sensors/harbour-01/history?quantity=pm9", 422, "quantity")]
    [InlineData("/v1/sensors/harbour-01/history?quantity=pm10&step=often", 400, "step")]
    [InlineData("/v1/deliveries?state=lost", 422, "state")]
    public async Task A_wrong_question_is_told_which_field_and_why(string path, int status, string field)
    {
        using var answer = await _hub.Reader.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var problem = await Calls.Json(answer);
        Assert.Equal(status, (int)problem["status"]!);
        Assert.StartsWith("urn:cityhub:problem:", problem.Text("type"), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Text("title"));
        var error = Assert.Single(problem["errors"]!.AsArray())!;
        Assert.Equal(field, error.Text("field"));
        Assert.NotEmpty(error.Text("detail"));
    }

    [Theory]
    [InlineData("""{"department":"fire","url":"ftp://example.org/x"}""", 422, "url")]
    [InlineData("""{"department":"fire","url":"/hook"}""", 422, "url")]
    [InlineData("""{"department":"fire","url":"http://me:secret@127.0.0.1/x"}""", 422, "url")]
    [InlineData("""{"department":"fire","url":"http://10.0.0.1/x"}""", 422, "url")]
    [InlineData("""{"url":"http://127.0.0.1/x"}""", 422, "department")]
    [InlineData("""{"department":"fire"}""", 422, "url")]
    [InlineData("""{"department":"fire","url":"http://127.0.0.1/x","minSeverity":"huge"}""", 422, "minSeverity")]
    [InlineData("""{"department":"fire","url":"http://127.0.0.1/x","secret":"hunter2"}""", 422, "secret")]
    [InlineData("""{"department":"fire","url":"http://127.0.0.1/x","districts":["harbor"]}""", 422, "districts[0]")]
    [InlineData("""{"department":"fire","url":7}""", 400, "url")]
    [InlineData("""{"department":"fire","uri":"http://127.0.0.1/x"}""", 400, "uri")]
    [InlineData("""{"department":"fire","department":"water"}""", 400, "department")]
    [InlineData("""{"department":"fire",""", 400, "body")]
    [InlineData("[]", 400, "body")]
    [InlineData("null", 400, "body")]
    public async Task A_wrong_subscription_is_told_which_field_and_why(string body, int status, string field)
    {
        var (answered, problem) = await _hub.Admin.Post("/v1/subscriptions", body);
        Assert.Equal((status, field), (answered, problem["errors"]![0]!.Text("field")));
        Assert.DoesNotContain("CityHub.", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var (_, problem) = await _hub.Admin.Post("/v1/subscriptions", """{"url":"x","minSeverity":"huge"}""");
        Assert.Equal(["department", "minSeverity"], problem["errors"]!.AsArray().Select(e => e!.Text("field")).Order());
    }

    [Theory]
    [InlineData("at the limit", 64 * 1024, 422)]
    [InlineData("one byte over", 64 * 1024 + 1, 413)]
    public async Task A_body_has_at_most_64_KB(string because, int bytes, int status)
    {
        const string frame = """{"note":""}""";
        var raised = await _hub.City.Raise(SmartCity.Watch.Severity.Minor, 1, SmartCity.Readings.Quantity.Smoke, 1, "x");
        var (answered, problem) = await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", frame.Insert(9, new string('x', bytes - frame.Length)));
        Assert.True(status == answered, $"{because}: {problem}");
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_is_415_another_method_405_an_unknown_address_404_all_as_problems()
    {
        Assert.Equal(415, (await _hub.Admin.Post("/v1/subscriptions", "department=fire", "application/x-www-form-urlencoded")).Json["status"]!.GetValue<int>());
        using var put = await _hub.Admin.PutAsync(new Uri("/v1/sensors", UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal((405, 405), ((int)put.StatusCode, (int)(await Calls.Json(put))["status"]!));
        Assert.Equal(404, (int)(await _hub.Admin.Ask("/v1/nothing")).Json["status"]!);
    }

    [Theory]
    [InlineData(500, 200)]
    [InlineData(501, 422)]
    public async Task A_note_has_at_most_500_characters(int length, int status)
    {
        var raised = await _hub.City.Raise(SmartCity.Watch.Severity.Minor, 1, SmartCity.Readings.Quantity.Smoke, 1, "x");
        var body = new JsonObject { ["note"] = new string('n', length) }.ToJsonString();
        Assert.Equal(status, (await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", body)).Status);
    }
}
