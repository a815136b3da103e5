using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;

namespace ReadingPath;

/// <summary>kill -9, of each part in turn.</summary>
public sealed class Crashes
{
    /// <summary>The outbox commits at least once a second; what was given out later than this before a kill may never have been taken.</summary>
    private static readonly TimeSpan TakenWithin = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task A_hub_killed_between_raising_and_delivering_comes_back_with_the_same_episode_under_the_same_webhook_id()
    {
        await using var city = await SmallCity.Start();
        city.Department.Answer = 503;
        var node = city.Node("pole-1");
        var before = await city.Alert("smoke", node.Smoke);
        var episode = before.GetProperty("id").GetString()!;
        var refused = await city.Department.Message("episode.raised", episode, answered: 503);

        await city.Hub.Process.Kill();
        city.Department.Answer = 204;
        await city.Hub.Up();

        var delivered = await city.Department.Message("episode.raised", episode);
        Assert.Equal(refused.Id, delivered.Id);
        Assert.Equal(refused.Body, delivered.Body);
        // The contact still says so, again and again; it is the same fire.
        var restart = DateTimeOffset.UtcNow;
        await city.Live(node.Smoke, "smoke", live => live.At > restart);
        var after = Assert.Single(await city.List($"/v1/alerts?sensor={node.Smoke}"));
        Assert.Equal(before.GetRawText(), after.GetRawText());
        Assert.Equal(delivered.Id, Assert.Single(city.Department.All.Where(m => m.Type == "episode.raised").Select(m => m.Id).Distinct()));
    }

    [Fact]
    public async Task A_killed_node_is_born_again_its_order_goes_on_and_nothing_is_stored_twice()
    {
        await using var city = await SmallCity.Start();
        var node = city.Node("pole-1", smoke: "open");
        var first = await city.Live(node.Climate, "air-temperature");
        await city.Live(node.Climate, "air-temperature", live => live.At > first.At.AddSeconds(3));

        var killed = DateTimeOffset.UtcNow;
        await node.Process.Kill();
        await city.NodeView(node.Name, view => view.GetProperty("presence").GetString() == "offline"); // its will
        node.Up();

        await city.NodeView(node.Name, view => view.GetProperty("presence").GetString() == "online" && view.GetProperty("since").GetDateTimeOffset() > killed);
        var again = await city.Live(node.Climate, "air-temperature", live => live.At > killed);
        await city.Live(node.Climate, "air-temperature", live => live.At > again.At.AddSeconds(3));
        var stored = await Stored(city, node);
        Assert.Equal([1u, 2u], stored.Select(reading => reading.Order.Boot).Distinct());
        OnceInOrder(stored, node, killed.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task When_a_killed_broker_is_back_so_are_all_and_what_was_measured_meanwhile_is_stored()
    {
        await using var city = await SmallCity.Start();
        var node = city.Node("pole-1", smoke: "open");
        var first = await city.Live(node.Climate, "air-temperature");
        await city.Live(node.Climate, "air-temperature", live => live.At > first.At.AddSeconds(2));

        await city.Broker.Kill();
        var measured = node.Given.Count;
        await Until.True(() => node.Given.Count > measured + 8, "the node measures on without a broker");
        await city.Broker.Up();

        var back = DateTimeOffset.UtcNow;
        await city.NodeView(node.Name, view => view.GetProperty("presence").GetString() == "online" && view.GetProperty("since").GetDateTimeOffset() > back);
        await city.Live(node.Climate, "air-temperature", live => live.At > back);
        using var ready = await city.Hub.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.True(ready.IsSuccessStatusCode);
        var caughtUp = node.Given.Count;
        IReadOnlyList<Reading> stored = [];
        await Until.True(async () => (await Counted(city, node)) >= caughtUp, "the backlog is stored");
        stored = await Stored(city, node);
        Assert.Equal([1u], stored.Select(reading => reading.Order.Boot).Distinct());
        OnceInOrder(stored, node);
    }

    private static async Task<int> Counted(SmallCity city, PoleNode node)
    {
        var history = await city.Find($"/v1/sensors/{node.Climate}/history?quantity=air-temperature&step=PT1M");
        return history!.Value.GetProperty("points").EnumerateArray().Sum(point => point.GetProperty("count").GetInt32());
    }

    /// <summary>Stops the city and reads what its hub stored.</summary>
    private static async Task<IReadOnlyList<Reading>> Stored(SmallCity city, PoleNode node)
    {
        Assert.True(await node.Process.Stop(), "the node did not stop when asked");
        Assert.True(await city.Hub.Process.Stop(), "the hub did not stop when asked");
        using var timeline = new SqliteTimeline(new() { Folder = Path.Combine(city.Hub.Stores, "timeline") }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        return [.. timeline.Read(new(node.Climate), Quantity.AirTemperature, new(0), Instant.Max)];
    }

    /// <summary>Each reading stands under an order of its own, rising with time, and they are the chip's, in the chip's order; none is missing but
    /// what was given out in the last second before a kill, or after the last one that was sent.</summary>
    private static void OnceInOrder(IReadOnlyList<Reading> stored, PoleNode node, long? killed = null)
    {
        Assert.True(stored.Count > 8, $"{stored.Count} readings prove nothing");
        foreach (var (one, next) in stored.Zip(stored.Skip(1)))
        {
            Assert.True(one.Order < next.Order, $"{one.Order} stands before {next.Order}");
            Assert.True(one.At < next.At, $"{one.Order} of {one.At} stands before {next.Order} of {next.At}");
        }
        var given = node.Given;
        var at = 0;
        foreach (var reading in stored)
        {
            Assert.True(reading.TryGetValue(out var value), $"{reading.Order} failed");
            while (at < given.Count && !given[at].Temperature.Equals(value))
            {
                Assert.True(killed is { } kill && given[at].Wall <= kill && kill - given[at].Wall <= TakenWithin.TotalMilliseconds,
                    $"given out at {new Instant(given[at].Wall)} ({given[at].Temperature}) and not stored; next stored is {reading.Order} of {reading.At} ({value})");
                at++;
            }
            Assert.True(at < given.Count, $"{reading.Order} of {reading.At} ({value}) was not given out there: invented, doubled or out of order");
            at++;
        }
    }
}
