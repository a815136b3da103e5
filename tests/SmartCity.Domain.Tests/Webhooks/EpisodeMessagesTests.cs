using System.Text;
using System.Text.Json;
using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class EpisodeMessagesTests
{
    private static readonly Instant T0 = Instant.From(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
    private static readonly SensorId Sensor = new("elbe.pole-7.bme280");
    private static readonly EpisodeId Id = EpisodeId.Of("heat", Sensor, 1, 42);
    private static readonly Episode Raised = new(Id, "heat", 3, Sensor, Quantity.AirTemperature, Severity.Major, T0, 41.5)
    {
        District = "neustadt", Department = "fire", Message = "Über 40 °C", RaisedAt = T0 + TimeSpan.FromSeconds(30),
        Category = "Met", RunBook = "https://city.example/heat",
    };

    private static readonly Escalation Step = new(1, "control-room", Severity.Critical, "hub", T0, "no answer", null);
    private static readonly Episode Recorded = Raised with { RaisedAt = null, RecordedAt = T0 + TimeSpan.FromMinutes(9) };

    [Fact]
    public void A_raised_episode_is_told_with_everything_that_a_dispatcher_needs() => Assert.Equal(
        """{"type":"episode.raised","timestamp":"2026-11-23T14:00:30.000Z","data":{"episode":"EPISODE","rule":"heat","ruleVersion":3,"sensor":"elbe.pole-7.bme280","quantity":"air-temperature","unit":"Cel","value":41.5,"severity":"major","district":"neustadt","department":"fire","message":"Über 40 °C","firstBreachAt":"2026-11-23T14:00:00.000Z","raisedAt":"2026-11-23T14:00:30.000Z","clearedAt":null,"withdrawnAt":null,"acknowledged":null,"late":false,"category":"Met","runBook":"https://city.example/heat","kind":"actual","version":1,"number":17,"acknowledgeUrl":null,"superseded":null}}"""
            .Replace("EPISODE", Id.Value, StringComparison.Ordinal),
        Encoding.UTF8.GetString(Body(Raised, EpisodeNews.Raised)));

    [Fact]
    public void An_acknowledgement_says_who_when_and_why()
    {
        using var json = JsonDocument.Parse(Body(Raised.Acknowledge("duty", T0 + TimeSpan.FromMinutes(2), "on \"it\""), EpisodeNews.Acknowledged));
        Assert.Equal("episode.acknowledged", json.RootElement.GetProperty("type").GetString());
        Assert.Equal("2026-11-23T14:02:00.000Z", json.RootElement.GetProperty("timestamp").GetString());
        Assert.Equal("""{"by":"duty","at":"2026-11-23T14:02:00.000Z","note":"on \"it\""}""", json.RootElement.GetProperty("data").GetProperty("acknowledged").GetRawText());
    }

    public static TheoryData<string, Episode?, Episode, EpisodeNews?> Changes() => new()
    {
        { "raised at once", null, Raised, EpisodeNews.Raised },
        { "recorded calls nobody", null, Recorded, null },
        { "promoted: that is its raising", Recorded, Recorded with { RaisedAt = T0 }, EpisodeNews.Raised },
        { "cleared", Raised, Raised with { ClearedAt = T0 }, EpisodeNews.Cleared },
        { "cleared, and only recorded", Recorded, Recorded with { ClearedAt = T0 }, null },
        { "cleared at a corrected instant", Raised with { ClearedAt = T0 }, Raised with { ClearedAt = T0 + TimeSpan.FromSeconds(1) }, EpisodeNews.Cleared },
        { "withdrawn", Raised, Raised with { WithdrawnAt = T0 }, EpisodeNews.Withdrawn },
        { "withdrawn after it cleared", Raised with { ClearedAt = T0 }, Raised with { ClearedAt = T0, WithdrawnAt = T0 }, EpisodeNews.Withdrawn },
        { "withdrawn, and only recorded", Recorded, Recorded with { WithdrawnAt = T0 }, null },
        { "found again after it was withdrawn", Raised with { WithdrawnAt = T0 }, Raised, EpisodeNews.Raised },
        { "only recorded again after it was withdrawn", Raised with { WithdrawnAt = T0 }, Raised with { RecordedAt = T0 }, null },
        { "acknowledged", Raised, Raised.Acknowledge("duty", T0, ""), EpisodeNews.Acknowledged },
        { "acknowledged after it cleared", Raised with { ClearedAt = T0 }, (Raised with { ClearedAt = T0 }).Acknowledge("duty", T0, ""), EpisodeNews.Acknowledged },
        { "open after all", Raised with { ClearedAt = T0 }, Raised, EpisodeNews.Reopened },
        { "acknowledged, and only recorded", Recorded, Recorded.Acknowledge("duty", T0, ""), null },
        { "acknowledged again", Raised.Acknowledge("duty", T0, ""), Raised.Acknowledge("duty", T0, "").Acknowledge("late", T0, ""), null },
        { "held back as it was raised", null, Raised with { Withheld = true }, null },
        { "over while it was held back", Raised with { Withheld = true }, Raised with { Withheld = true, ClearedAt = T0 }, null },
        { "released: that is its raising", Raised with { Withheld = true }, Raised with { ReleasedAt = T0 }, EpisodeNews.Raised },
        { "held back after it was told", Raised, Raised with { Held = new(HoldReason.Shelved, "", "", null) }, null },
        { "escalated", Raised, Raised with { Escalated = Step }, EpisodeNews.SeverityChanged },
        { "a false alarm", Raised, Raised.Acknowledge("duty", T0, "") with { FalseAlarm = new("duty", T0, "steam") }, EpisodeNews.Withdrawn },
        { "commented", Raised, Raised with { Comments = 1 }, null },
        { "nothing changed", Raised, Raised, null },
        { "worse", Raised, Raised with { Severity = Severity.Critical, SeverityAt = T0 }, EpisodeNews.SeverityChanged },
        { "worse, and only recorded", Recorded, Recorded with { Severity = Severity.Critical, SeverityAt = T0 }, null },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Each_change_is_news_or_it_is_not(string because, Episode? before, Episode after, EpisodeNews? expected)
    {
        Assert.NotEmpty(because);
        Assert.Equal(expected, EpisodeMessages.News(before, after));
    }

    [Theory]
    [InlineData("meant for it", "fire", "", Severity.Warning, true)]
    [InlineData("meant for another department", "police", "", Severity.Warning, false)]
    [InlineData("departments differ by case", "Fire", "", Severity.Warning, false)]
    [InlineData("in one of its districts", "fire", "altstadt neustadt", Severity.Warning, true)]
    [InlineData("in none of its districts", "fire", "altstadt", Severity.Warning, false)]
    [InlineData("exactly its least severity", "fire", "", Severity.Major, true)]
    [InlineData("below its least severity", "fire", "", Severity.Critical, false)]
    public void A_subscription_hears_of_what_it_asked_for(string because, string department, string districts, Severity least, bool wanted)
    {
        Assert.NotEmpty(because);
        var audience = new Audience(department, districts.Split(' ', StringSplitOptions.RemoveEmptyEntries), least);
        Assert.Equal(wanted, audience.Wants(Raised));
    }

    [Fact]
    public void An_episode_meant_for_nobody_in_particular_is_told_to_everybody() => Assert.True(new Audience("police", [], Severity.Warning).Wants(Raised with { Department = "" }));

    [Theory]
    [InlineData("the category of its rule", "Met", "", "actual", true)]
    [InlineData("another category", "Fire", "", "actual", false)]
    [InlineData("one of several", "Fire Met", "", "actual", true)]
    [InlineData("its quantity", "", "AirTemperature Smoke", "actual", true)]
    [InlineData("another quantity", "", "Smoke", "actual", false)]
    [InlineData("drills alone", "", "", "Exercise", false)]
    [InlineData("drills too", "", "", "Actual Exercise", true)]
    public void A_subscription_chooses_by_category_quantity_and_kind(string because, string categories, string quantities, string kinds, bool wanted)
    {
        Assert.NotEmpty(because);
        var audience = new Audience("fire", [], Severity.Warning)
        {
            Categories = categories.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Quantities = [.. quantities.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Quantity>)],
            Kinds = [.. kinds.Split(' ').Select(kind => Enum.Parse<EpisodeKind>(kind, ignoreCase: true))],
        };
        Assert.Equal(wanted, audience.Wants(Raised));
    }

    [Fact]
    public void A_rule_without_a_category_is_of_its_quantitys()
    {
        var audience = new Audience("fire", [], Severity.Warning) { Categories = ["Health"] };
        Assert.True(audience.Wants(Raised with { Category = "", Quantity = Quantity.Ozone }));
        Assert.False(audience.Wants(Raised with { Category = "Met", Quantity = Quantity.Ozone }));
    }

    [Theory]
    [InlineData("the department that the escalation calls", "control-room", true)]
    [InlineData("its own department: it has become bad enough", "fire", true)]
    [InlineData("another", "police", false)]
    public void An_escalated_episode_is_for_the_departments_of_its_steps_too(string because, string department, bool wanted)
    {
        Assert.NotEmpty(because);
        Assert.Equal(wanted, new Audience(department, [], Severity.Critical).Wants(Raised with { Escalated = Step }));
        Assert.False(new Audience(department, [], Severity.Critical).Wants(Raised));
    }

    [Fact]
    public void A_drill_calls_only_who_asked_for_drills() => Assert.False(new Audience("fire", [], Severity.Warning).Wants(Raised with { Kind = EpisodeKind.Exercise }));

    [Theory]
    [InlineData("who heard of it hears that it is over, however mild it has become", EpisodeNews.Cleared, Severity.Warning, true, EpisodeNews.Cleared)]
    [InlineData("who heard of it hears that it has become mild", EpisodeNews.SeverityChanged, Severity.Warning, true, EpisodeNews.SeverityChanged)]
    [InlineData("who did not hears of it as raised once it is bad enough", EpisodeNews.SeverityChanged, Severity.Major, false, EpisodeNews.Raised)]
    [InlineData("and a tick below that not at all", EpisodeNews.SeverityChanged, Severity.Minor, false, null)]
    [InlineData("nor of the end of what it never heard of", EpisodeNews.Cleared, Severity.Critical, false, null)]
    [InlineData("nor of its withdrawal", EpisodeNews.Withdrawn, Severity.Critical, false, null)]
    [InlineData("what is open again is news to who never heard of it", EpisodeNews.Reopened, Severity.Major, false, EpisodeNews.Raised)]
    public void Whoever_heard_of_an_episode_hears_the_rest_of_it(string because, EpisodeNews news, Severity now, bool heard, EpisodeNews? told)
    {
        Assert.NotEmpty(because);
        Assert.Equal(told, new Audience("fire", [], Severity.Major).Told(news, Raised with { Severity = now }, heard));
    }

    [Fact]
    public void The_same_change_never_gets_two_ids_and_two_changes_never_share_one()
    {
        var ids = from subscription in new[] { "sub_a", "sub_b" }
                  from episode in new[] { Id, EpisodeId.Of("heat", Sensor, 1, 43) }
                  from change in new long[] { 1, 2, long.MaxValue }
                  select MessageId.Of(subscription, episode, change);
        var once = ids.ToArray();
        Assert.Equal(once, ids.ToArray());
        Assert.Equal(12, once.Distinct().Count());
        Assert.All(once, id => Assert.Matches("^msg_[0-9a-f]{32}$", id));
    }

    [Fact]
    public void An_id_is_the_same_in_every_release() => Assert.Equal("msg_e6041fab26c878928b061563346e3cab", MessageId.Of("sub_fire", new("0123456789abcdef0123456789abcdef"), 7));

    [Fact]
    public void The_longest_texts_that_anyone_could_send_stay_under_twenty_thousand_bytes()
    {
        var worst = new string('\u0001', 100_000);   // six bytes each in JSON
        var episode = new Episode(new(new string('f', 32)), worst, int.MaxValue, new(worst), Quantity.VehicleCount, Severity.Critical, Instant.Max, double.MinValue)
        {
            District = worst, Department = worst, Message = worst, RaisedAt = Instant.Max, ClearedAt = Instant.Max, WithdrawnAt = Instant.Max,
            Acknowledged = new(worst, Instant.Max, worst), Late = true, Category = worst, Kind = EpisodeKind.Exercise,
            RunBook = new string('"', EpisodeBody.MaxLink),
        };
        Assert.InRange(Body(episode, EpisodeNews.Acknowledged).Length, 1, EpisodeBody.MaxBytes - 1);
    }

    [Theory]
    [InlineData("the longest that is sent", 400, true)]
    [InlineData("one more", 401, false)]
    public void A_run_book_is_sent_whole_or_not_at_all(string because, int length, bool sent)
    {
        Assert.NotEmpty(because);
        var link = "https://city.example/".PadRight(length, 'x');
        using var json = JsonDocument.Parse(Body(Raised with { RunBook = link }, EpisodeNews.Raised));
        Assert.Equal(sent ? link : "", json.RootElement.GetProperty("data").GetProperty("runBook").GetString());
    }

    [Theory]
    [InlineData(900, "🔥🔥")]
    [InlineData(901, "🔥…")]
    public void A_text_that_is_cut_says_so_and_is_never_cut_within_a_character(int units, string end)
    {
        var message = new string('x', units % 2) + string.Concat(Enumerable.Repeat("🔥", units / 2));
        using var json = JsonDocument.Parse(Body(Raised with { Message = message }, EpisodeNews.Raised));
        Assert.EndsWith(end, json.RootElement.GetProperty("data").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_texts_and_values_come_in_the_body_is_json_with_the_fields_in_their_order() =>
        Gen.Select(Gen.String, Gen.String, Gen.Double).Sample((message, district, value) =>
        {
            using var json = JsonDocument.Parse(Body(Raised with { Message = message, District = district, Value = value }, EpisodeNews.Raised));
            return json.RootElement.GetProperty("data").EnumerateObject().Select(field => field.Name).SequenceEqual(Fields)
                && (double.IsFinite(value) ? json.RootElement.GetProperty("data").GetProperty("value").GetDouble() == value
                    : json.RootElement.GetProperty("data").GetProperty("value").ValueKind == JsonValueKind.Null);
        });

    private static byte[] Body(Episode episode, EpisodeNews news) => EpisodeBody.Write(new(episode, news, "msg_1", "sub_1", 17, T0));

    private static readonly string[] Fields =
    [
        "episode", "rule", "ruleVersion", "sensor", "quantity", "unit", "value", "severity", "district", "department", "message",
        "firstBreachAt", "raisedAt", "clearedAt", "withdrawnAt", "acknowledged", "late", "category", "runBook", "kind", "version", "number", "acknowledgeUrl", "superseded",
    ];
}
