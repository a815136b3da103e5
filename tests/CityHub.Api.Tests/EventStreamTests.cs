using System.Net;
using CityHub.Api.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Api.Tests;

public sealed class EventStreamTests
{
    /// <summary>One message of the stream: its lines without the blank one that ends it.</summary>
    private static async Task<string> Next(StreamReader reader)
    {
        using var deadline = new CancellationTokenSource(Rig.Until.Patience);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Length > 0) lines.Add(line);
            else if (lines.Count > 0) break;
        }
        return string.Join('\n', lines);
    }

    private static async Task<StreamReader> Open(ApiHost hub, string? last = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        var answer = await hub.Reader.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        return new(await answer.Content.ReadAsStreamAsync());
    }

    [Fact]
    public async Task A_reader_is_greeted_with_the_city_clock_and_then_hears_what_happens_numbered()
    {
        await using var hub = await ApiHost.Start();
        using var reader = await Open(hub);
        Assert.StartsWith("event: hello\ndata: {\"cityTime\":", await Next(reader), StringComparison.Ordinal);
        var raised = await hub.City.Raise(Severity.Critical, 3, Quantity.Smoke, 1, "Smoke");
        var told = await Next(reader);
        Assert.StartsWith("id: 1001\ndata: {\"number\":1001,", told, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"episode.raised\"", told, StringComparison.Ordinal);
        Assert.Contains($"\"id\":\"{raised.Id}\"", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_comes_back_gets_what_it_missed_and_one_that_was_away_too_long_is_told_of_the_gap()
    {
        await using var hub = await ApiHost.Start("--Api:EventsKept=16");
        for (var i = 0; i < 20; i++) hub.City.Tell("node.online", $"n{i}");   // 1001 to 1020; 1005 to 1020 are kept
        await Rig.Until.True(() => hub.Parts.GetRequiredService<EventRing>().Now == 20, "the ring holds them");
        using (var reader = await Open(hub, "1018"))
        {
            await Next(reader);
            Assert.StartsWith("id: 1019\n", await Next(reader), StringComparison.Ordinal);
            Assert.StartsWith("id: 1020\n", await Next(reader), StringComparison.Ordinal);
        }
        using (var reader = await Open(hub, "1004"))
        {
            await Next(reader);
            Assert.StartsWith("event: gap\ndata: {\"after\":1004,", await Next(reader), StringComparison.Ordinal);
            hub.City.Tell("node.online", "after");
            Assert.StartsWith("id: 1021\n", await Next(reader), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Numbers_that_are_left_out_are_a_gap()
    {
        await using var hub = await ApiHost.Start();
        using var reader = await Open(hub);
        await Next(reader);
        hub.City.Tell("node.online", "a");
        Assert.StartsWith("id: 1001\n", await Next(reader), StringComparison.Ordinal);
        hub.City.Tell("node.online", "b", jump: 3);
        Assert.StartsWith("event: gap\ndata: {\"after\":1001,\"before\":1005,", await Next(reader), StringComparison.Ordinal);
        Assert.StartsWith("id: 1005\n", await Next(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_broken_by_a_comment_at_exactly_the_heartbeat()
    {
        var wall = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var ring = new EventRing(16);
        var pipe = new System.IO.Pipelines.Pipe();
        using var stop = new CancellationTokenSource();
        var running = new EventStream(pipe.Writer.AsStream(), ring, wall, TimeSpan.FromSeconds(15)).Run(new(new(0), new(0), 15), null, stop.Token);
        using var reader = new StreamReader(pipe.Reader.AsStream());
        await Next(reader);
        wall.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
        Assert.False(pipe.Reader.TryRead(out _));
        wall.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(": still here", await Next(reader));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Readers_are_limited_and_a_place_is_free_again_when_one_goes()
    {
        await using var hub = await ApiHost.Start("--Api:MaxStreams=1");
        var first = await Open(hub);
        await Next(first);
        Assert.Equal(503, (await hub.Reader.Ask("/v1/events")).Status);
        first.Dispose();
        await Rig.Until.True(() => hub.Parts.GetRequiredService<StreamCount>().Open == 0, "the place is free again");
        using var second = await Open(hub);
        Assert.StartsWith("event: hello", await Next(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_end_with_the_hub_and_do_not_hold_it_up()
    {
        await using var hub = await ApiHost.Start();
        using var reader = await Open(hub);
        await Next(reader);
        await hub.Stop().WaitAsync(Rig.Until.Patience);
        Assert.Equal("", await Next(reader));
    }

    [Fact]
    public async Task A_last_event_id_that_is_no_number_is_400()
    {
        await using var hub = await ApiHost.Start();
        using var client = hub.Reader;
        client.DefaultRequestHeaders.Add("Last-Event-ID", "abc");
        var (status, problem) = await client.Ask("/v1/events");
        Assert.Equal((400, "Last-Event-ID"), (status, problem["errors"]![0]!.Text("field")));
    }
}
