using System.Globalization;
using System.Net;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Api.Tests;

public sealed class ContractTests : IAsyncLifetime
{
    private ApiHost _hub = null!;

    public async Task InitializeAsync() => _hub = await ApiHost.Start();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Sensors_come_with_place_presence_and_newest_values_by_name()
    {
        var (status, sensors) = await _hub.Reader.Ask("/v1/sensors");
        Assert.Equal((200, 24), (status, sensors.AsArray().Count));
        var (_, sensor) = await _hub.Reader.Ask("/v1/sensors/harbour-01");
        Assert.Equal("harbour", sensor["place"]!.Text("district"));
        Assert.Equal(("air-temperature", "Cel", "level"), (sensor["values"]![0]!.Text("quantity"), sensor["values"]![0]!.Text("unit"), sensor["values"]![0]!.Text("kind")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", sensor["values"]![0]!.Text("at"));
    }

    [Fact]
    public async Task A_sensor_that_failed_says_why_and_shows_no_value()
    {
        var (_, sensor) = await _hub.Reader.Ask("/v1/sensors/harbour-04");
        var failed = sensor["values"]![1]!;
        Assert.Null(failed["value"]);
        Assert.Equal(("timed-out", "missing"), (failed.Text("fault"), failed.Text("quality")));
    }

    [Fact]
    public async Task Nodes_and_districts_show_presence_and_what_is_open()
    {
        await _hub.City.Raise(Severity.Critical, 1, Quantity.Smoke, 1, "Smoke");
        var (_, nodes) = await _hub.Reader.Ask("/v1/nodes");
        Assert.Equal(12, nodes.AsArray().Count);
        Assert.Equal("stale", nodes.AsArray().Single(n => n!.Text("id") == "city/pole-06")!.Text("presence"));
        var (_, districts) = await _hub.Reader.Ask("/v1/districts");
        var harbour = districts.AsArray().Single(d => d!.Text("id") == "harbour")!;
        Assert.Equal((1, 0), ((int)harbour["openAlerts"]!["critical"]!, (int)harbour["openAlerts"]!["warning"]!));
    }

    [Fact]
    public async Task History_leaves_gaps_out_and_names_its_unit_and_step()
    {
        var (status, history) = await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&step=5m");
        Assert.Equal(200, status);
        Assert.Equal(("Cel", "PT5M", "2026-11-22T00:00:00.000Z"), (history.Text("unit"), history.Text("step"), history.Text("from")));
        var points = history["points"]!.AsArray().Select(p => DateTimeOffset.Parse(p!.Text("at"), CultureInfo.InvariantCulture)).ToArray();
        Assert.DoesNotContain(points, at => at.UtcDateTime.Hour == 5);
        Assert.InRange(points.Length, 200, 287);
    }

    [Theory]
    [InlineData("minutes begin with a minute", "from=2026-11-22T00:00:30Z&to=2026-11-23T00:00:00Z&step=5m", "2026-11-22T00:00:00.000Z", "PT5M", "PT1M")]
    [InlineData("hours with an hour", "from=2026-11-22T00:59:59Z&to=2026-11-23T00:00:00Z&step=2h", "2026-11-22T00:00:00.000Z", "PT2H", "PT1H")]
    [InlineData("seconds where they were asked for", "from=2026-11-22T00:00:30Z&to=2026-11-22T01:00:00Z&step=1s", "2026-11-22T00:00:30.000Z", "PT1S", "raw")]
    [InlineData("a day is shown in steps of five minutes", "from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z", "2026-11-22T00:00:00.000Z", "PT5M", "PT1M")]
    [InlineData("a month in steps of three hours", "from=2026-10-22T00:00:00Z&to=2026-11-22T00:00:00Z", "2026-10-22T00:00:00.000Z", "PT3H", "PT1H")]
    public async Task History_says_where_it_begins_and_what_it_was_made_of(string because, string query, string from, string step, string resolution)
    {
        var (_, history) = await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature&" + query);
        Assert.True((from, step, resolution) == (history.Text("from"), history.Text("step"), history.Text("resolution")), $"{because}: {history.Text("from")} {history.Text("step")} {history.Text("resolution")}");
    }

    [Fact]
    public async Task History_gives_what_was_asked_for_of_each_step_and_no_more()
    {
        var (_, history) = await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature&aggregate=max,count");
        Assert.Equal(["at", "max", "count"], history["points"]![0]!.AsObject().Select(member => member.Key));
        Assert.Equal(400, (await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature&aggregate=median")).Status);
        Assert.Equal(400, (await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature&quality=fine")).Status);
    }

    [Fact]
    public async Task Readings_are_exported_as_CSV_and_as_NDJSON_sensor_after_sensor()
    {
        const string range = "from=2026-11-23T00:00:00Z&to=2026-11-23T00:20:00Z&quantity=air-temperature";
        using var csv = await _hub.Reader.GetAsync(new Uri("/v1/readings?district=harbour&" + range, UriKind.Relative));
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal("sensor,quantity,unit,at,value,quality,clock,fault,repaired,method,confidence", lines[0]);
        Assert.Equal("harbour-01,air-temperature,Cel,2026-11-23T00:00:00.000Z,20,good,synced,,,,", lines[1]);
        Assert.Equal("harbour-01,air-temperature,Cel,2026-11-23T00:09:00.000Z,,missing,synced,timed-out,20.09,interpolation,0.9", lines[10]);
        Assert.Equal(1 + 8 * 20 + 1, lines.Length);
        Assert.Equal("", lines[^1]);

        using var json = await _hub.Reader.GetAsync(new Uri("/v1/readings?format=ndjson&sensor=harbour-02&" + range, UriKind.Relative));
        var objects = (await json.Content.ReadAsStringAsync()).Split('\n')[..^1].Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!).ToArray();
        Assert.Equal(20, objects.Length);
        Assert.Equal((20.09, "interpolation", 0.9, null), ((double)objects[9]["repaired"]!, objects[9].Text("method"), (double)objects[9]["confidence"]!, objects[8]["repaired"]));
        Assert.Equal(("harbour-02", 20.0, "timed-out"), (objects[0].Text("sensor"), (double)objects[0]["value"]!, objects[9].Text("fault")));
    }

    [Fact]
    public async Task An_export_of_any_size_takes_the_memory_of_a_page()
    {
        // 8 sensors for ten years by the minute: 42 million readings, read until it is clear that nobody gathers them.
        using var answer = await _hub.Reader.GetAsync(new Uri("/v1/readings?from=2016-11-23T00:00:00Z&to=2026-11-23T00:00:00Z&quantity=air-temperature", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        for (var read = 0; read < 4 * 1024 * 1024;) read += await body.ReadAsync(buffer);
    }

    [Theory]
    [InlineData("no quantity", "", 400)]
    [InlineData("no such quantity", "quantity=pm9", 422)]
    [InlineData("no such sensor", "quantity=pm10&sensor=none", 404)]
    [InlineData("no such format", "quantity=pm10&format=xls", 400)]
    [InlineData("from is not before to", "quantity=pm10&from=2026-11-23T00:00:00Z&to=2026-11-23T00:00:00Z", 422)]
    public async Task An_export_that_cannot_be_is_refused(string because, string query, int status) =>
        Assert.True(status == (await _hub.Reader.Ask("/v1/readings?" + query)).Status, because);

    [Fact]
    public async Task Lines_that_the_store_refused_are_shown_page_by_page_to_who_may_act_on_them()
    {
        Assert.Equal(403, (await _hub.Reader.Ask("/v1/timeline/refused")).Status);
        var numbers = new List<long>();
        var pages = 0;
        for (string? before = ""; before is not null; pages++)
        {
            var (status, page) = await _hub.Desk.Ask("/v1/timeline/refused" + (before.Length > 0 ? "?before=" + before : ""));
            Assert.Equal((200, 500), (status, (int)page["kept"]!));
            numbers.AddRange(page["lines"]!.AsArray().Select(line => (long)line!["number"]!));
            before = page["next"]?.ToString();
        }
        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(1, 500).Reverse().Select(number => (long)number), numbers);
        var (_, last) = await _hub.Desk.Ask("/v1/timeline/refused?before=2&limit=1");
        Assert.Equal(("field type conflict", "pm10,sensor=s value=1 1"), (last["lines"]![0]!.Text("reason"), last["lines"]![0]!.Text("line")));
        Assert.Null(last["next"]);
        Assert.Equal(400, (await _hub.Desk.Ask("/v1/timeline/refused?before=-1")).Status);
        Assert.Equal(422, (await _hub.Desk.Ask("/v1/timeline/refused?limit=1001")).Status);
    }

    [Fact]
    public async Task A_store_that_is_away_is_a_503_and_not_an_empty_file()
    {
        _hub.City.StoreIsAway = true;
        try
        {
            Assert.Equal(503, (await _hub.Reader.Ask("/v1/readings?quantity=pm10")).Status);
            Assert.Equal(503, (await _hub.Reader.Ask("/v1/sensors/harbour-01/history?quantity=air-temperature")).Status);
            Assert.Contains("GET /v1/sensors/{id}/history failed: TimelineUnavailableException", _hub.Log);
        }
        finally
        {
            _hub.City.StoreIsAway = false;
        }
    }

    [Theory]
    [InlineData("exactly 5,000 steps", "2026-11-23T00:00:00Z", "2026-11-23T01:23:20Z", "1s", 200)]
    [InlineData("one step more", "2026-11-23T00:00:00Z", "2026-11-23T01:23:21Z", "1s", 422)]
    [InlineData("from equals to", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "1s", 422)]
    [InlineData("a step below a second", "2026-11-23T00:00:00Z", "2026-11-23T00:00:01Z", "PT0.5S", 422)]
    public async Task History_has_limits(string because, string from, string to, string step, int status)
    {
        var (answered, _) = await _hub.Reader.Ask($"/v1/sensors/harbour-01/history?quantity=air-temperature&from={from}&to={to}&step={step}");
        Assert.True(status == answered, because);
    }

    [Fact]
    public async Task An_alert_is_listed_found_acknowledged_and_tells_who_and_when()
    {
        var raised = await _hub.City.Raise(Severity.Major, 8, Quantity.Pm10, 71.5, "Fine dust over the daily limit", TimeSpan.FromMinutes(5));
        var (_, alerts) = await _hub.Reader.Ask("/v1/alerts?open=true&district=old-town");
        var alert = Assert.Single(alerts.AsArray())!;
        Assert.Equal((raised.Id.Value, "major", "pm10", "ug/m3", 71.5), (alert.Text("id"), alert.Text("severity"), alert.Text("quantity"), alert.Text("unit"), (double)alert["value"]!));
        Assert.Null(alert["acknowledged"]);
        var (status, taken) = await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", """{"note":"Crew is on its way"}""");
        Assert.Equal(200, status);
        Assert.Equal(("anna", "Crew is on its way"), (taken["acknowledged"]!.Text("by"), taken["acknowledged"]!.Text("note")));
        var (_, one) = await _hub.Reader.Ask($"/v1/alerts/{raised.Id}");
        Assert.Equal(taken.ToJsonString(), one.ToJsonString());
    }

    [Fact]
    public async Task The_first_acknowledgement_stands_again_by_the_same_is_fine_by_another_is_409()
    {
        var raised = await _hub.City.Raise(Severity.Minor, 2, Quantity.WaterLevel, 4, "Water");
        Assert.Equal(200, (await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", """{"note":"mine"}""")).Status);
        var (again, same) = await _hub.Desk.Post($"/v1/alerts/{raised.Id}/acknowledge", null);
        Assert.Equal((200, "mine"), (again, same["acknowledged"]!.Text("note")));
        var (status, problem) = await _hub.Admin.Post($"/v1/alerts/{raised.Id}/acknowledge", null);
        Assert.Equal(409, status);
        Assert.Contains("anna", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_are_filtered_by_open_sensor_time_and_limit()
    {
        var old = await _hub.City.Raise(Severity.Warning, 0, Quantity.AirTemperature, 2, "old", TimeSpan.FromHours(30));
        await _hub.City.Clear(old);
        var newer = await _hub.City.Raise(Severity.Warning, 0, Quantity.AirTemperature, 2, "newer", TimeSpan.FromHours(1));
        await _hub.City.Raise(Severity.Warning, 1, Quantity.Smoke, 1, "elsewhere");
        async Task<string[]> Ids(string query) => [.. (await _hub.Reader.Ask("/v1/alerts?" + query)).Json.AsArray().Select(a => a!.Text("message"))];
        Assert.Equal(["newer", "old"], await Ids("sensor=harbour-01"));
        Assert.Equal(["old"], await Ids("open=false"));
        Assert.Equal(["elsewhere"], await Ids("limit=1"));
        Assert.Equal(["elsewhere", "newer"], await Ids("from=" + Uri.EscapeDataString((newer.RaisedAt!.Value - TimeSpan.FromHours(2)).ToString())));
        Assert.Equal(["old"], await Ids("to=" + Uri.EscapeDataString(newer.RaisedAt!.Value.ToString())));
    }

    [Fact]
    public async Task A_subscription_is_made_with_its_secret_shown_once_paused_resumed_and_removed()
    {
        var (status, made) = await _hub.Admin.Post("/v1/subscriptions", """{"department":"fire","url":"http://127.0.0.1:9/hook","districts":["harbour"],"minSeverity":"major"}""");
        Assert.Equal(201, status);
        Assert.StartsWith("whsec_", made.Text("secret"), StringComparison.Ordinal);
        var id = made["subscription"]!.Text("id");
        var (_, listed) = await _hub.Reader.Ask("/v1/subscriptions");
        Assert.DoesNotContain("whsec_", listed.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(("major", "http://127.0.0.1:9/hook"), (listed[0]!.Text("minSeverity"), listed[0]!.Text("url")));
        Assert.True((bool)(await _hub.Admin.Post($"/v1/subscriptions/{id}/pause", null)).Json["paused"]!);
        Assert.False((bool)(await _hub.Admin.Post($"/v1/subscriptions/{id}/resume", null)).Json["paused"]!);
        using var removed = await _hub.Admin.DeleteAsync(new Uri($"/v1/subscriptions/{id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await _hub.Reader.Ask("/v1/subscriptions")).Json.AsArray());
    }

    [Fact]
    public async Task Every_wish_of_a_subscription_is_shown_as_it_was_asked_for_and_can_be_changed()
    {
        const string wish = """
            {"department":"fire","url":"http://127.0.0.1:9/terms","districts":["harbour"],"minSeverity":"minor","categories":["Fire"],"quantities":["smoke"],"kinds":["actual","exercise"],
             "signature":"v1a","failOver":[{"url":"http://127.0.0.1:9/second"}],"quietHours":{"from":"22:00","to":"06:00","zone":"Europe/Berlin","loudFrom":"major"},
             "perMinute":30,"maxInFlight":4,"ageLimit":"PT2H","serviceLevel":"PT5S","acknowledgeWithin":"PT10M","heartbeat":"PT0S"}
            """;
        var (status, made) = await _hub.Admin.Post("/v1/subscriptions", wish);
        Assert.Equal(201, status);
        Assert.Null((string?)made["secret"]);
        var shown = made["subscription"]!;
        Assert.StartsWith("whpk_", shown.Text("publicKey"), StringComparison.Ordinal);
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(wish)!.AsObject())
        {
            if (name != "failOver") Assert.Equal(value!.ToJsonString(), shown[name]!.ToJsonString());
        }
        Assert.Equal("http://127.0.0.1:9/second", shown["failOver"]![0]!.Text("url"));
        var id = shown.Text("id");
        using var put = await _hub.Admin.PutAsync(new Uri($"/v1/subscriptions/{id}", UriKind.Relative), new StringContent("""{"department":"fire","url":"http://127.0.0.1:9/terms","signature":"v1a"}""", System.Text.Encoding.UTF8, "application/json"));
        var changed = await Calls.Json(put);
        Assert.Equal((200, shown.Text("publicKey"), "PT4H"), ((int)put.StatusCode, changed.Text("publicKey"), changed.Text("ageLimit")));
        Assert.Equal(202, (await _hub.Admin.Post($"/v1/subscriptions/{id}/test", null)).Status);
        var (rotated, key) = await _hub.Admin.Post($"/v1/subscriptions/{id}/rotate", """{"overlap":"PT1H"}""");
        Assert.Equal(200, rotated);
        Assert.NotEqual(shown.Text("publicKey"), key["subscription"]!.Text("publicKey"));
        Assert.Equal(422, (await _hub.Admin.Post($"/v1/subscriptions/{id}/rotate", """{"overlap":"P8D"}""")).Status);
        Assert.Equal(404, (await _hub.Admin.Post("/v1/subscriptions/sub_nobody/test", null)).Status);
        using var removed = await _hub.Admin.DeleteAsync(new Uri($"/v1/subscriptions/{id}", UriKind.Relative));
    }

    [Fact]
    public async Task Wishes_that_cannot_be_had_are_all_named_at_once()
    {
        var (status, problem) = await _hub.Admin.Post("/v1/subscriptions",
            """{"department":"fire","url":"http://127.0.0.1:9/","kinds":["drill"],"quantities":["magic"],"minSeverity":"dire","signature":"v2","failOver":[{"url":"no"}]}""");
        Assert.Equal(422, status);
        Assert.Equal(["failOver[0].url", "kinds[0]", "minSeverity", "quantities[0]", "signature"], problem["errors"]!.AsArray().Select(e => e!.Text("field")).Order(StringComparer.Ordinal));
        Assert.Equal(422, (await _hub.Admin.Post("/v1/subscriptions", """{"department":"fire","url":"http://127.0.0.1:9/","perMinute":0,"categories":["Weather"]}""")).Status);
        Assert.Equal(400, (await _hub.Admin.Post("/v1/subscriptions", """{"department":"fire","url":"http://127.0.0.1:9/","quietHours":{"from":"22 o'clock","to":"06:00"}}""")).Status);
    }

    [Fact]
    public async Task The_same_subscription_twice_is_409()
    {
        const string wish = """{"department":"fire","url":"http://127.0.0.1:9/hook"}""";
        Assert.Equal(201, (await _hub.Admin.Post("/v1/subscriptions", wish)).Status);
        Assert.Equal(409, (await _hub.Admin.Post("/v1/subscriptions", wish)).Status);
    }

    [Fact]
    public async Task Deliveries_show_what_became_of_a_message()
    {
        var (_, made) = await _hub.Admin.Post("/v1/subscriptions", """{"department":"fire","url":"http://127.0.0.1:9/hook"}""");
        await _hub.Register.QueueMessage(new("msg_1", made["subscription"]!.Text("id"), "test", "{}"u8.ToArray()));
        var (status, deliveries) = await _hub.Reader.Ask("/v1/deliveries?state=pending");
        Assert.Equal((200, "msg_1", "pending"), (status, deliveries[0]!.Text("messageId"), deliveries[0]!.Text("state")));
        Assert.Empty((await _hub.Reader.Ask("/v1/deliveries?state=delivered")).Json.AsArray());
    }

    [Fact]
    public async Task The_rules_in_force_are_shown_with_their_version()
    {
        var (_, rules) = await _hub.Reader.Ask("/v1/rules");
        Assert.Equal((3, "pm10-day", "PT1H", true), ((int)rules["version"]!, rules["rules"]![0]!.Text("id"), rules["rules"]![0]!["mean"]!.Text("slot"), (bool)rules["rules"]![0]!["mean"]!["calendarDay"]!));
    }

    [Fact]
    public async Task A_register_that_is_full_is_503_and_what_can_be_read_goes_on()
    {
        await using var hub = await ApiHost.Start(maxPages: 100);
        var raised = await hub.City.Raise(Severity.Minor, 1, Quantity.Smoke, 1, "Smoke");
        var (_, made) = await hub.Admin.Post("/v1/subscriptions", """{"department":"fire","url":"http://127.0.0.1:9/hook"}""");
        var full = false;
        for (var i = 0; !full; i++)
        {
            try
            {
                await hub.Register.QueueMessage(new($"msg_{i}", made["subscription"]!.Text("id"), "test", new byte[4_000]));
            }
            catch (RegisterUnavailableException)
            {
                full = true;
            }
        }
        // A key is small and may still fit into a page that was begun; soon none does.
        var problem = default(System.Text.Json.Nodes.JsonNode);
        await Rig.Until.True(async () => (await hub.Admin.Post("/v1/keys", $$"""{"name":"{{new string('n', 80)}}","role":"read"}""")) is (503, var refused) && (problem = refused) is not null, "not even a key fits");
        Assert.Equal("urn:cityhub:problem:unavailable", problem!.Text("type"));
        Assert.Equal(200, (await hub.Reader.Ask($"/v1/alerts/{raised.Id}")).Status);
    }

    [Fact]
    public async Task Readiness_is_503_with_the_parts_that_are_not_ready_and_health_is_not_touched_by_it()
    {
        Assert.Equal(200, (await _hub.Client().Ask("/readyz")).Status);
        _hub.City.Missing["mqtt cityhub-city"] = "connection refused";
        var (status, parts) = await _hub.Client().Ask("/readyz");
        Assert.Equal((503, "connection refused"), (status, parts["notReady"]!.Text("mqtt cityhub-city")));
        using var alive = await _hub.Client().GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }
}
