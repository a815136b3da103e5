using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rig;
using SmartCity.Webhooks;

namespace ReadingPath;

/// <summary>One node with two chips, the whole way: Devices, Readings, Telemetry, Timeline, Twins, Watch, Webhooks.</summary>
public sealed class OneReadingsWay(OneReadingsWay.Pole pole) : IClassFixture<OneReadingsWay.Pole>
{
    public sealed class Pole : IAsyncLifetime
    {
        public SmallCity City { get; private set; } = null!;

        public PoleNode Node { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            City = await SmallCity.Start();
            Node = City.Node("pole-1");
        }

        public async Task DisposeAsync() => await City.DisposeAsync();
    }

    private SmallCity City => pole.City;

    [Fact]
    public async Task The_live_value_is_one_that_the_chip_gave_out()
    {
        var live = await City.Live(pole.Node.Climate, "air-temperature");
        var pressure = await City.Live(pole.Node.Climate, "air-pressure");
        Assert.Equal(("Cel", "hPa"), (live.Unit, pressure.Unit));
        Assert.Contains(pole.Node.Given, given => given.Temperature.Equals(live.Value) && Near(given, live.At));
        Assert.Contains(pole.Node.Given, given => given.Pressure.Equals(pressure.Value) && Near(given, pressure.At));
        var sensor = (await City.Find($"/v1/sensors/{pole.Node.Climate}"))!.Value;
        Assert.Equal(("online", "harbour", "quay"), (sensor.GetProperty("presence").GetString(), sensor.GetProperty("place").GetProperty("district").GetString(), sensor.GetProperty("place").GetProperty("site").GetString()));
    }

    [Fact]
    public async Task The_history_holds_what_the_chip_gave_out_each_value_once()
    {
        JsonElement[] points = [];
        await Until.True(async () =>
        {
            if (await City.Find($"/v1/sensors/{pole.Node.Climate}/history?quantity=air-temperature&step=PT1S&from={Stamp(DateTimeOffset.UtcNow.AddMinutes(-10))}") is not { } history) return false;
            points = [.. history.GetProperty("points").EnumerateArray()];
            return points.Length > 5;
        }, "there is a history of some seconds");
        // The first and the last step may be cut by the ends of the range, or still be filling.
        foreach (var point in points[1..^1])
        {
            var from = point.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds();
            var around = pole.Node.Given.Where(g => g.Wall >= from - 1000 && g.Wall < from + 2000).Select(g => g.Temperature).ToArray();
            Assert.Contains(point.GetProperty("min").GetDouble(), around);
            Assert.Contains(point.GetProperty("max").GetDouble(), around);
            Assert.Equal(point.GetProperty("count").GetInt32(), point.GetProperty("good").GetInt32());
        }
        var counted = points.Sum(point => point.GetProperty("count").GetInt32());
        Assert.InRange(counted, points.Length, pole.Node.Given.Count);
    }

    [Fact]
    public async Task An_alert_is_listed_and_its_webhook_verifies_with_the_secret_that_was_shown_once()
    {
        var alert = await City.Alert("smoke", pole.Node.Smoke);
        Assert.Equal((true, "critical", "harbour", "fire"), (alert.GetProperty("open").GetBoolean(), alert.GetProperty("severity").GetString(), alert.GetProperty("district").GetString(), alert.GetProperty("department").GetString()));
        var raised = await City.Department.Message("episode.raised", alert.GetProperty("id").GetString()!);
        Assert.Equal(SignatureVerdict.Verified, City.Department.Verify(raised));
        Assert.Equal(("smoke", pole.Node.Smoke, 1.0), (raised.Data.GetProperty("rule").GetString(), raised.Data.GetProperty("sensor").GetString(), raised.Data.GetProperty("value").GetDouble()));
        Assert.Equal(alert.GetProperty("firstBreachAt").GetString(), raised.Data.GetProperty("firstBreachAt").GetString());
    }

    [Fact]
    public async Task A_changed_byte_in_a_webhook_is_found_by_its_signature()
    {
        var raised = await City.Department.Message("episode.raised", (await City.Alert("smoke", pole.Node.Smoke)).GetProperty("id").GetString()!);
        byte[] forged = [.. raised.Body];
        forged[Array.IndexOf(forged, (byte)'1')] = (byte)'2';
        Assert.Equal(SignatureVerdict.NoMatch, City.Department.Verify(new(raised.Id, raised.Timestamp, raised.Signature, forged, 204)));
    }

    [Fact]
    public async Task An_acknowledgement_is_seen_in_the_alert_and_in_a_second_webhook()
    {
        var id = (await City.Alert("smoke", pole.Node.Smoke)).GetProperty("id").GetString()!;
        using var answer = await City.Hub.Http.PostAsJsonAsync($"/v1/alerts/{id}/acknowledge", new { note = "Engine 2 is on its way." });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var alert = (await City.Find($"/v1/alerts/{id}"))!.Value;
        var acknowledged = alert.GetProperty("acknowledged");
        Assert.Equal("Engine 2 is on its way.", acknowledged.GetProperty("note").GetString());
        Assert.True(alert.GetProperty("open").GetBoolean()); // noted is not over

        var second = await City.Department.Message("episode.acknowledged", id);
        Assert.Equal(SignatureVerdict.Verified, City.Department.Verify(second));
        Assert.Equal(acknowledged.GetRawText(), second.Data.GetProperty("acknowledged").GetRawText());
        Assert.NotEqual((await City.Department.Message("episode.raised", id)).Id, second.Id);
    }

    private static bool Near(Given given, DateTimeOffset at) => Math.Abs(given.Wall - at.ToUnixTimeMilliseconds()) < 1000;

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
