using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

/// <summary>What changes over an episode's life; that the layout is Alertmanager's own is shown against Alertmanager itself.</summary>
public sealed class AlertmanagerBodyTests
{
    private static readonly Instant T0 = Instant.From(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
    private static readonly Episode Hot = new(new("6f1c"), "heat", 3, new("pole \"7\""), Quantity.AirTemperature, Severity.Major, T0, 41.5) { RaisedAt = T0, SeverityAt = T0 + TimeSpan.FromMinutes(5), Message = "Over 40 °C" };

    private static JsonElement Write(Episode episode, EpisodeNews news, Severity? before = null) =>
        JsonDocument.Parse(AlertmanagerBody.Write(new Notice(episode, news, "msg_1", "sub_1", 7, T0) { Before = before })).RootElement;

    private static string[] Alerts(JsonElement body) => [.. body.GetProperty("alerts").EnumerateArray().Select(alert => $"{alert.GetProperty("status").GetString()} {alert.GetProperty("labels").GetProperty("severity").GetString()} {alert.GetProperty("endsAt").GetString()}")];

    [Fact]
    public void Raised_fires_and_cleared_resolves_under_one_fingerprint()
    {
        var raised = Write(Hot, EpisodeNews.Raised);
        var cleared = Write(Hot with { ClearedAt = T0 + TimeSpan.FromHours(1) }, EpisodeNews.Cleared);
        Assert.Equal(["firing major 0001-01-01T00:00:00Z"], Alerts(raised));
        Assert.Equal(["resolved major 2026-11-23T15:00:00.000Z"], Alerts(cleared));
        Assert.Equal(("firing", "resolved"), (raised.GetProperty("status").GetString(), cleared.GetProperty("status").GetString()));
        Assert.Equal(raised.GetProperty("alerts")[0].GetProperty("fingerprint").GetString(), cleared.GetProperty("alerts")[0].GetProperty("fingerprint").GetString());
        Assert.Equal("""{}:{alertname="heat", sensor="pole \"7\""}""", raised.GetProperty("groupKey").GetString());
    }

    [Fact]
    public void A_severity_that_moved_resolves_the_old_alert_and_fires_the_new_one()
    {
        var body = Write(Hot with { Severity = Severity.Critical }, EpisodeNews.SeverityChanged, Severity.Major);
        Assert.Equal(["resolved major 2026-11-23T14:05:00.000Z", "firing critical 0001-01-01T00:00:00Z"], Alerts(body));
        Assert.Equal("firing", body.GetProperty("status").GetString());
        Assert.False(body.GetProperty("commonLabels").TryGetProperty("severity", out _));
        Assert.Equal(Write(Hot, EpisodeNews.Raised).GetProperty("alerts")[0].GetProperty("fingerprint").GetString(), body.GetProperty("alerts")[0].GetProperty("fingerprint").GetString());
    }

    [Fact]
    public void Withdrawn_resolves_at_the_instant_of_its_withdrawal() =>
        Assert.Equal(["resolved major 2026-11-23T16:00:00.000Z"], Alerts(Write(Hot with { WithdrawnAt = T0 + TimeSpan.FromHours(2) }, EpisodeNews.Withdrawn)));

    [Fact]
    public void The_fingerprint_is_prometheuss_own() =>   // as Alertmanager 0.25 gave it for these labels
        Assert.Equal("4c0d8e90aa98f5c1", AlertmanagerBody.Fingerprint(new Dictionary<string, string> { ["severity"] = "major", ["alertname"] = "heat", ["sensor"] = "pole \"7\"" }));

    [Fact]
    public void A_sign_of_life_is_the_watchdog_that_always_fires()
    {
        var body = JsonDocument.Parse(AlertmanagerBody.Write(new Heartbeat("sub_1", T0, TimeSpan.FromSeconds(60), 17, 2, "msg_9"), City.Unnamed)).RootElement;
        Assert.Equal(("Watchdog", "firing", "17"), (body.GetProperty("commonLabels").GetProperty("alertname").GetString(), body.GetProperty("status").GetString(), body.GetProperty("commonAnnotations").GetProperty("number").GetString()));
    }
}
