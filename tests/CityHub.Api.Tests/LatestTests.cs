using System.Net;
using System.Text.Json;
using CityHub.Api.Http;

namespace CityHub.Api.Tests;

/// <summary>The newest values of all sensors, written once for many readers.</summary>
public sealed class LatestTests : IAsyncLifetime
{
    private ApiHost _hub = null!;

    public async Task InitializeAsync() => _hub = await ApiHost.Start();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task The_newest_values_of_one_quantity_are_listed_by_sensor()
    {
        var (_, sensors) = await _hub.Reader.Ask("/v1/sensors");
        var (_, latest) = await _hub.Reader.Ask("/v1/latest?quantity=air-temperature");
        Assert.NotEmpty(latest.AsArray());
        Assert.Equal(
            sensors.AsArray().SelectMany(s => s!["values"]!.AsArray().Where(v => v!.Text("quantity") == "air-temperature").Select(v => (s!.Text("id"), (double?)v!["value"]))),
            latest.AsArray().Select(v => (v!.Text("sensor"), (double?)v!["value"])));
        Assert.Equal(422, (await _hub.Reader.Ask("/v1/latest?quantity=pm9")).Status);
    }

    [Fact]
    public async Task The_newest_values_are_written_as_the_document_says_and_a_failed_one_is_null()
    {
        var (_, latest) = await _hub.Reader.Ask("/v1/latest?quantity=air-temperature");
        Assert.All(latest.AsArray(), value => Assert.Equal(["sensor", "at", "value", "quality"], value!.AsObject().Select(member => member.Key)));
        Assert.Equal(
            JsonSerializer.Serialize(latest.Deserialize(ApiJson.Default.IReadOnlyListLatestBody), ApiJson.Default.IReadOnlyListLatestBody),
            latest.ToJsonString());
        Assert.Contains(latest.AsArray(), value => value!["value"] is null && value.Text("quality") == "missing");
    }

    [Fact]
    public async Task Newest_values_that_are_the_same_as_before_are_a_304_and_others_are_sent()
    {
        _hub.City.Frozen = new(1_795_000_000_000);
        using var first = await Latest(null);
        Assert.Equal("private, no-cache", first.Headers.CacheControl!.ToString().Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal));
        using var same = await Latest(first.Headers.ETag!.Tag);
        Assert.Equal((HttpStatusCode.NotModified, 0), (same.StatusCode, (await same.Content.ReadAsByteArrayAsync()).Length));
        _hub.City.Frozen = new(1_795_000_000_001);
        await Rig.Until.True(async () =>
        {
            using var next = await Latest(first.Headers.ETag!.Tag);
            return next.StatusCode == HttpStatusCode.OK && (await Calls.Json(next))[0]!.Text("at").EndsWith(".001Z", StringComparison.Ordinal);
        }, "the answer that is shared gets too old");
        using var stale = await Latest("\"other\", " + first.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
    }

    [Fact]
    public async Task Readers_of_the_newest_values_side_by_side_get_whole_answers()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async reader =>
        {
            for (var i = 0; i < 50; i++)
            {
                var quantity = (reader + i) % 2 == 0 ? "air-temperature" : "vehicle-count";
                var (status, latest) = await _hub.Reader.Ask("/v1/latest?quantity=" + quantity);
                Assert.Equal((200, quantity == "air-temperature" ? 12 : 6), (status, latest.AsArray().Count));
            }
        }));
    }

    private async Task<HttpResponseMessage> Latest(string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/latest?quantity=air-temperature", UriKind.Relative));
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await _hub.Reader.SendAsync(request);
    }
}
