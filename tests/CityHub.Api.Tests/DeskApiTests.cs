using System.Text.Json.Nodes;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Api.Tests;

/// <summary>The desk through the API, over the real register: who may do what, what is refused and why, and what is kept of it.</summary>
public sealed class DeskApiTests : IAsyncLifetime
{
    private ApiHost _hub = null!;

    public async Task InitializeAsync() => _hub = await ApiHost.Start();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    private Task<Episode> Raise(Severity severity = Severity.Major, int sensor = 0, string message = "Smoke") => _hub.City.Raise(severity, sensor, Quantity.Smoke, 1, message);

    private async Task<JsonNode> List(string query) => (await _hub.Reader.Ask("/v1/desk/alerts?" + query)).Json;

    private static string[] Messages(JsonNode list) => [.. list["alerts"]!.AsArray().Select(a => a!.Text("message"))];

    [Fact]
    public async Task What_is_done_to_an_alert_is_shown_and_stands_in_its_history_with_name_and_reason()
    {
        var raised = await Raise();
        async Task Do(string action, string body) => Assert.Equal(200, (await _hub.Desk.Post($"/v1/alerts/{raised.Id}/{action}", body)).Status);
        await Do("assign", """{"to":"crew 3"}""");
        await Do("comment", """{"text":"on the way"}""");
        await Do("escalate", """{"department":"control-room","severity":"critical","why":"no answer"}""");
        await Do("false-alarm", """{"why":"steam"}""");
        var (_, alert) = await _hub.Reader.Ask($"/v1/alerts/{raised.Id}");
        Assert.Equal(("critical", "major", "crew 3", "steam", 1, "acknowledged"), (alert.Text("severity"), alert.Text("foundSeverity"), alert["assigned"]!.Text("to"), alert["falseAlarm"]!.Text("why"),
            (int)alert["comments"]!, alert.Text("state")));
        Assert.Equal("control-room", Assert.Single(alert["escalations"]!.AsArray())!.Text("department"));
        var (_, history) = await _hub.Reader.Ask($"/v1/alerts/{raised.Id}/history");
        Assert.Equal(["episode.raised", "episode.assigned", "episode.commented", "episode.escalated", "episode.false-alarm"], history.AsArray().Select(e => e!.Text("kind")));
        Assert.Equal(["", "anna", "anna", "anna", "anna"], history.AsArray().Select(e => e!.Text("by")));
        Assert.Equal("on the way", history[2]!.Text("why"));
    }

    [Theory]
    [InlineData("reset", "{}", 409)]
    [InlineData("end", "{}", 409)]
    [InlineData("comment", """{"text":" "}""", 422)]
    [InlineData("false-alarm", "{}", 422)]
    [InlineData("escalate", """{"why":"nobody named"}""", 422)]
    [InlineData("escalate", """{"severity":"awful","why":"x"}""", 422)]
    [InlineData("shelve", """{"why":"no end"}""", 422)]
    [InlineData("shelve", """{"for":"25h","why":"too long"}""", 422)]
    [InlineData("shelve", """{"for":"1h"}""", 422)]
    [InlineData("shelve", """{"for":"1h","until":"2030-01-01T00:00:00Z","why":"both"}""", 422)]
    [InlineData("acknowledge", """{"notes":"misspelt"}""", 400)]
    public async Task What_makes_no_sense_is_refused_with_a_reason(string action, string body, int expected)
    {
        var raised = await Raise();
        var (status, problem) = await _hub.Desk.Post($"/v1/alerts/{raised.Id}/{action}", body);
        Assert.Equal(expected, status);
        Assert.NotEmpty(problem["errors"]!.AsArray());
        Assert.Single((await _hub.Reader.Ask($"/v1/alerts/{raised.Id}/history")).Json.AsArray());
    }

    [Fact]
    public async Task Acknowledging_what_got_worse_meanwhile_is_refused_with_412_and_what_is_seen_now_goes_through()
    {
        var raised = await Raise();
        var seen = raised.Change;
        await _hub.Desk.Post($"/v1/alerts/{raised.Id}/escalate", """{"severity":"critical","why":"spreading"}""");
        var (status, problem) = await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", $$"""{"change":{{seen}}}""");
        Assert.Equal((412, "change"), (status, problem["errors"]![0]!.Text("field")));
        Assert.Equal(200, (await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", $$"""{"change":{{seen + 1}}}""")).Status);
    }

    [Fact]
    public async Task Many_are_acknowledged_at_once_each_only_as_it_was_seen()
    {
        var (one, two) = (await Raise(), await Raise(sensor: 1));
        await _hub.Desk.Post($"/v1/alerts/{two.Id}/escalate", """{"severity":"critical","why":"spreading"}""");
        var (status, done) = await _hub.Desk.Post("/v1/alerts/acknowledge", $$"""{"note":"seen","alerts":[{"id":"{{one.Id}}","change":{{one.Change}}},{"id":"{{two.Id}}","change":{{two.Change}}},{"id":"nobody"}]}""");
        Assert.Equal((200, 1), (status, (int)done["acknowledged"]!));
        Assert.Equal("", done["alerts"]![0]!.Text("refused"));
        Assert.Contains("got worse", done["alerts"]![1]!.Text("refused"), StringComparison.Ordinal);
        Assert.Contains("no such", done["alerts"]![2]!.Text("refused"), StringComparison.Ordinal);
        Assert.Equal(422, (await _hub.Desk.Post("/v1/alerts/acknowledge", """{"alerts":[]}""")).Status);
    }

    [Fact]
    public async Task A_shelved_alert_leaves_the_desk_with_its_reason_and_comes_back_when_it_is_ended()
    {
        var raised = await Raise();
        var (status, shelved) = await _hub.Desk.Post($"/v1/alerts/{raised.Id}/shelve", """{"for":"1h","why":"the oven again"}""");
        Assert.Equal((201, "shelved"), (status, shelved.Text("kind")));
        await _hub.City.Round();
        Assert.Empty(Messages(await List("list=open")));
        var held = Assert.Single((await List("list=held"))["alerts"]!.AsArray())!;
        Assert.Equal(("shelved", "shelved", "shelved by anna: the oven again"), (held.Text("state"), held["held"]!.Text("reason"), held["held"]!.Text("because")));
        var other = await Raise(sensor: 1, message: "elsewhere");
        Assert.Equal(["elsewhere"], Messages(await List("list=open")));
        Assert.Equal(200, (await _hub.Desk.Post($"/v1/suppressions/{shelved.Text("id")}/end", """{"why":"it burns after all"}""")).Status);
        await _hub.City.Round();
        Assert.Equal(2, Messages(await List("list=open")).Length);
        Assert.Equal(["episode.raised", "episode.held", "episode.released"], (await _hub.Reader.Ask($"/v1/alerts/{raised.Id}/history")).Json.AsArray().Select(e => e!.Text("kind")));
        Assert.Equal(404, (await _hub.Desk.Post($"/v1/suppressions/{shelved.Text("id")}/end", """{"why":"again"}""")).Status);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task What_is_raised_under_maintenance_calls_nobody_until_the_window_is_over()
    {
        var (status, window) = await _hub.Desk.Post("/v1/suppressions", """{"kind":"maintenance","scope":{"district":"harbour"},"for":"2h","why":"cabling"}""");
        Assert.Equal(201, status);
        var raised = await Raise();
        Assert.Null(raised.CalledAt);
        Assert.Equal(["maintenance"], (await List("list=held"))["alerts"]!.AsArray().Select(a => a!["held"]!.Text("reason")));
        Assert.Equal(window.Text("id"), Assert.Single((await _hub.Reader.Ask("/v1/suppressions?standing=true")).Json.AsArray())!.Text("id"));
        await _hub.Desk.Post($"/v1/suppressions/{window.Text("id")}/end", """{"why":"done"}""");
        await _hub.City.Round();
        Assert.NotNull((await _hub.Reader.Ask($"/v1/alerts/{raised.Id}")).Json["calledAt"]);
        Assert.Empty((await _hub.Reader.Ask("/v1/suppressions?standing=true")).Json.AsArray());
        Assert.Equal("done", Assert.Single((await _hub.Reader.Ask("/v1/suppressions")).Json.AsArray())!["ended"]!.Text("why"));
    }

    [Theory]
    [InlineData("""{"kind":"holiday","scope":{"district":"harbour"},"for":"2h","why":"x"}""", "kind")]
    [InlineData("""{"kind":"maintenance","for":"2h","why":"x"}""", "scope")]
    [InlineData("""{"kind":"maintenance","scope":{"district":"harbour"},"why":"x"}""", "until")]
    [InlineData("""{"kind":"maintenance","scope":{"district":"harbour"},"for":"2h"}""", "why")]
    [InlineData("""{"kind":"out-of-service","scope":{"district":"harbour"},"why":"x"}""", "scope")]
    public async Task A_suppression_that_makes_no_sense_is_refused_field_by_field(string body, string field)
    {
        var (status, problem) = await _hub.Desk.Post("/v1/suppressions", body);
        Assert.Equal(422, status);
        Assert.Contains(field, problem["errors"]!.AsArray().Select(e => e!.Text("field")));
    }

    [Fact]
    public async Task Readers_look_and_do_not_act()
    {
        var raised = await Raise();
        foreach (var path in (string[])[$"/v1/alerts/{raised.Id}/comment", $"/v1/alerts/{raised.Id}/shelve", "/v1/suppressions", "/v1/drills", "/v1/alerts/acknowledge"])
            Assert.Equal(403, (await _hub.Reader.Post(path, "{}")).Status);
    }

    [Fact]
    public async Task A_drill_goes_the_way_of_an_alert_is_counted_nowhere_and_is_ended_by_hand()
    {
        await Raise(Severity.Warning, message: "real");
        var (status, drill) = await _hub.Desk.Post("/v1/drills", """{"kind":"exercise","severity":"critical","district":"harbour","message":"Flood drill"}""");
        Assert.Equal((201, "exercise", "critical"), (status, drill.Text("kind"), drill.Text("severity")));
        Assert.Equal(409, (await _hub.Desk.Post("/v1/drills", """{"kind":"exercise","severity":"critical","district":"harbour","message":"Flood drill"}""")).Status);
        var list = await List("list=open");
        Assert.Equal(["real", "Flood drill"], Messages(list));   // what is real comes first, however bad the drill
        Assert.Equal((2, 0, 1), ((int)list["total"]!, (int)list["counts"]!["critical"]!, (int)list["unacknowledged"]!));
        Assert.Equal(1, (int)(await _hub.Reader.Ask("/v1/desk")).Json["alerts"]!);
        Assert.Equal(200, (await _hub.Desk.Post($"/v1/alerts/{drill.Text("id")}/end", """{"why":"all safe"}""")).Status);
        Assert.Equal(["real"], Messages(await List("list=open")));
        Assert.Equal(422, (await _hub.Desk.Post("/v1/drills", """{"kind":"actual","message":"no"}""")).Status);
    }

    [Fact]
    public async Task More_than_ten_alerts_in_ten_minutes_are_a_flood_and_the_list_is_gathered_by_district()
    {
        for (var i = 0; i < 11; i++) await Raise(i == 3 ? Severity.Critical : Severity.Minor, i, $"m{i}");
        var (_, desk) = await _hub.Reader.Ask("/v1/desk");
        Assert.Equal((11, 11, 11), ((int)desk["lastTenMinutes"]!, (int)desk["standing"]!, (int)desk["unacknowledged"]!));
        Assert.NotNull(desk["floodSince"]);
        var districts = (await List("list=open"))["districts"]!.AsArray();
        Assert.Equal([("harbour", 8, "m3"), ("old-town", 3, "m10")], districts.Select(d => (d!.Text("district"), (int)d!["alerts"]!, d!["worst"]!.Text("message"))));
        Assert.Equal(404, (await _hub.Reader.Ask("/v1/desk?desk=nobody")).Status);
    }

    [Fact]
    public async Task An_open_source_holds_back_what_it_stands_for_and_lists_it()
    {
        await _hub.City.Round(new() { Inhibitions = [new("smoke-1", [], [Label.District])] });
        var source = await Raise(Severity.Critical, message: "district");   // the seeded city numbers its rules: smoke-1
        var member = await Raise(sensor: 1, message: "member");
        await Raise(sensor: 9, message: "another district");
        Assert.Equal(["district", "another district"], Messages(await List("list=open")));
        var held = Assert.Single((await _hub.Reader.Ask($"/v1/alerts/{source.Id}/held")).Json.AsArray())!;
        Assert.Equal((member.Id.Value, "suppressed-by-design", source.Id.Value), (held.Text("id"), held.Text("state"), held["held"]!.Text("by")));
        await _hub.City.Clear(source);
        await _hub.City.Round();
        Assert.Contains("member", Messages(await List("list=open")));
        Assert.Equal(404, (await _hub.Reader.Ask("/v1/alerts/nobody/held")).Status);
    }

    [Fact]
    public async Task Who_does_not_acknowledge_in_time_is_not_waited_for()
    {
        var raised = await _hub.City.Raise(Severity.Major, 0, Quantity.Smoke, 1, "Smoke", TimeSpan.FromMinutes(6));
        await _hub.City.Round(new()
        {
            DepartmentSteps = new Dictionary<string, IReadOnlyList<EscalationStep>> { ["fire"] = [new(TimeSpan.FromMinutes(5), "control-room", Severity.Critical), new(TimeSpan.FromMinutes(15), "mayor", null)] },
        });
        var (_, alert) = await _hub.Reader.Ask($"/v1/alerts/{raised.Id}");
        var step = Assert.Single(alert["escalations"]!.AsArray())!;
        Assert.Equal(("control-room", "hub", "not acknowledged for 5 min", "critical"), (step.Text("department"), step.Text("by"), step.Text("why"), alert.Text("severity")));
        await _hub.City.Round();
        Assert.Single((await _hub.Reader.Ask($"/v1/alerts/{raised.Id}")).Json["escalations"]!.AsArray());
    }

    [Fact]
    public async Task Ten_thousand_open_alerts_cost_a_reader_a_page_of_them()
    {
        var events = Enumerable.Range(0, 10_000).Select(i => (EpisodeEvent)new EpisodeEvent.Raised(EpisodeId.Of("r" + i, new("s"), 1, 1), "r" + i, 1, new("s" + i), Quantity.Smoke, _hub.City.Now,
            (Severity)(i % 4 + 1), 1, _hub.City.Now, false)).ToArray();
        await _hub.City.RaiseAll(events, of => new(SeededCity.DistrictIds[int.Parse(of.Rule[1..]) % 3], "", "m" + of.Rule[1..]));
        var list = await List("list=open&limit=50");
        Assert.Equal((50, 10_000, 2_500), (list["alerts"]!.AsArray().Count, (int)list["total"]!, (int)list["counts"]!["critical"]!));
        Assert.All(list["alerts"]!.AsArray(), a => Assert.Equal("critical", a!.Text("severity")));
        Assert.True(list.ToJsonString().Length < 100_000, $"{list.ToJsonString().Length} characters");
        var next = await List("list=open&limit=50&offset=50");
        Assert.Empty(Messages(list).Intersect(Messages(next)));
        Assert.Equal(["m7777"], Messages(await List("list=open&text=M7777")));
        Assert.Equal(3, list["districts"]!.AsArray().Count);
        Assert.Equal((200, 10_000), ((int)(await List("list=open"))["alerts"]!.AsArray().Count, (int)(await _hub.Reader.Ask("/v1/desk")).Json["standing"]!));
        await _hub.City.Round();   // nothing to do, and it says so at once
        Assert.Equal(0, _hub.City.ChangesSeen);
    }

    [Theory]
    [InlineData("list=closed", 422)]
    [InlineData("desk=nobody", 422)]
    [InlineData("offset=-1", 400)]
    [InlineData("limit=1001", 422)]
    [InlineData("lst=open", 400)]
    public async Task A_list_that_cannot_be_is_refused(string query, int status) => Assert.Equal(status, (await _hub.Reader.Ask("/v1/desk/alerts?" + query)).Status);

    [Fact]
    public async Task After_a_restart_the_desk_is_what_it_was()
    {
        var raised = await Raise();
        await _hub.Desk.Post($"/v1/alerts/{raised.Id}/shelve", """{"for":"1h","why":"the oven again"}""");
        await _hub.City.Round();
        await Raise(sensor: 1, message: "open");
        var again = new CityHub.Silo.Watch.Desk.AlertDesk(_hub.Register, () => _hub.City.Now, _ => { }, new());
        await again.Load();
        var open = await again.List(new(Contracts.DeskListKind.Open, "", "", "", "", 0, 10), default);
        var held = await again.List(new(Contracts.DeskListKind.Held, "", "", "", "", 0, 10), default);
        Assert.Equal(("open", raised.Id), (open.Episodes.Single().Message, held.Episodes.Single().Id));
        Assert.Equal((1L, 1), (again.Figures(null)!.Alarms - 1, again.Figures(null)!.Standing));
        Assert.Equal(HoldReason.Shelved, again.HoldBack(raised with { Withheld = true })!.Reason);
    }
}
