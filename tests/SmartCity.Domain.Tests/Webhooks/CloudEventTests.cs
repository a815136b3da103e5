using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class CloudEventTests
{
    private static readonly Instant T0 = Instant.From(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
    private static readonly Episode Smoke = new(new("6f1c"), "smoke", 3, new("elbe.pole-7.smoke"), Quantity.Smoke, Severity.Critical, T0, 1) { RaisedAt = T0 + TimeSpan.FromSeconds(1) };
    private static readonly Notice Raised = new(Smoke, EpisodeNews.Raised, "msg_1", "sub_1", 7, T0);

    [Fact]
    public void Its_envelope_has_the_message_as_id_and_the_city_as_source_and_its_data_is_the_standard_bodys()
    {
        var sent = JsonDocument.Parse(CloudEvent.Write(Raised with { City = new("alerts@city.example") { Address = new("https://hub.city.example/") } })).RootElement;
        Assert.Equal(("1.0", "msg_1", "https://hub.city.example", "cityhub.episode.raised", "elbe.pole-7.smoke", "2026-11-23T14:00:01.000Z", "application/json"),
            (Text("specversion"), Text("id"), Text("source"), Text("type"), Text("subject"), Text("time"), Text("datacontenttype")));
        Assert.Equal(JsonDocument.Parse(EpisodeBody.Write(Raised)).RootElement.GetProperty("data").GetRawText(), sent.GetProperty("data").GetRawText());
        string? Text(string name) => sent.GetProperty(name).GetString();
    }

    [Fact]
    public void A_city_without_an_address_is_a_urn() =>
        Assert.Equal("urn:cityhub:alerts%40city.example", JsonDocument.Parse(CloudEvent.Write(Raised with { City = new("alerts@city.example") })).RootElement.GetProperty("source").GetString());

    [Fact]
    public void A_sign_of_life_is_an_event_too()
    {
        var sent = JsonDocument.Parse(CloudEvent.Write(new Heartbeat("sub_1", T0, TimeSpan.FromSeconds(60), 17, 2, "msg_9"), City.Unnamed)).RootElement;
        Assert.Equal(("cityhub.hub.heartbeat", 17), (sent.GetProperty("type").GetString(), sent.GetProperty("data").GetProperty("queued").GetInt32()));
    }
}
