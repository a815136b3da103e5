using CityHub.Silo.Register;
using CityHub.Silo.Tests.Twins;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Tests.Telemetry;

/// <summary>Repairs in a whole hub: beside what came, by neighbours across nodes, over restarts, and seen by no rule.</summary>
[Collection("hub")]
public sealed class RepairTests
{
    private const string Rules = """
        districts: { harbour: Harbour }
        checks: [{ quantity: air-temperature, gross-range: { fail: [-40, 70] } }]
        repairs: [{ quantity: air-temperature, least-confidence: 0.1 }]
        rules: [{ id: heat, quantity: air-temperature, above: 20, severity: critical }]
        """;

    private static readonly Instant Start = Instant.From(DateTimeOffset.UtcNow) - TimeSpan.FromHours(3);

    private static Instant At(int minute) => Start + TimeSpan.FromMinutes(minute);

    private static double Course(int minute) => 10 + 4 * Math.Sin(minute * 0.9) + 3 * Math.Sin(minute * minute * 0.013);

    [Fact]
    public async Task What_failed_is_found_by_a_neighbour_stored_beside_it_after_a_restart_too_and_raises_nothing()
    {
        await using var hub = await HubRig.Start(Rules);
        await hub.Register.SavePlaces([.. new[] { "n1", "n2" }.Select(name => new SensorPlace(new(name), new(new("city", name), "bme280"), new("harbour", "site of " + name, null, null, [], new(1))))]);
        await hub.StopHub();
        await hub.StartHub();
        await using var one = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var two = await new NodeRig("n2").Start(hub.Broker.Port);
        await Send(two, 1, [.. Enumerable.Range(0, 100).Select(minute => two.Reading(2 * Course(minute), At(minute)))]);
        await Send(one, 1, [.. Enumerable.Range(0, 80).Select(minute => one.Reading(Course(minute), At(minute)))]);
        Assert.Empty(hub.Timeline.Repairs(new("n1"), Quantity.AirTemperature, Start, Instant.Max));

        await Send(one, 2, one.Reading(75, At(80)), one.Reading(75, At(81)), one.Reading(75, At(82)));
        await hub.KillHub();
        await hub.StartHub();
        await Until.True(() => one.Births > 1 && two.Births > 1, "the nodes have found the hub again");
        await Send(one, 3, one.Reading(Course(83), At(83)));
        Assert.Empty(hub.Timeline.Repairs(new("n1"), Quantity.AirTemperature, Start, Instant.Max)); // one reading later: the next may show that this one is a spike
        await Send(one, 4, one.Reading(Course(84), At(84)));

        var repairs = hub.Timeline.Repairs(new("n1"), Quantity.AirTemperature, Start, Instant.Max).ToArray();
        Assert.Equal([At(80), At(81), At(82)], repairs.Select(repair => repair.At));
        Assert.Equal([75, 75, 75], (await hub.Stored("n1")).Where(reading => reading.Quality == Quality.Fail).Select(reading => reading.TryGetValue(out var value) ? value : 0));
        Assert.Equal(85, (await hub.Stored("n1")).Count);
        Assert.DoesNotContain(await hub.Episodes(), episode => episode.Sensor.Value == "n1");
        Assert.Equal(At(84), hub.City.Sensor(new("n1"))!.Values.Single(value => value.Quantity == Quantity.AirTemperature).At);

        static async Task Send(NodeRig node, ulong batch, params Reading[] readings)
        {
            node.Send(Lane.Raw, batch, readings);
            await Until.True(() => node.IsAnswered(Lane.Raw, batch), "it is stored");
        }
    }

    [Fact]
    public async Task Where_the_rules_say_how_often_one_is_due_a_reading_that_never_came_is_found_too()
    {
        await using var hub = await HubRig.Start(Rules.Replace("least-confidence: 0.1", "least-confidence: 0.1, every: 1m", StringComparison.Ordinal));
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, [.. Enumerable.Range(0, 84).Where(minute => minute is not (80 or 81)).Select(minute => node.Reading(10 + minute * 0.1, At(minute)))]);
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is stored");
        var repairs = hub.Timeline.Repairs(new("city.n1.bme280"), Quantity.AirTemperature, Start, Instant.Max).ToArray();
        Assert.Equal([(At(80), 18.0), (At(81), 18.1)], repairs.Select(repair => (repair.At, Math.Round(repair.Value, 6))));
        Assert.Equal(82, (await hub.Stored("city.n1.bme280")).Count);
    }

    [Fact]
    public async Task A_neighbour_tells_what_no_straight_line_does()
    {
        await using var hub = await HubRig.Start(Rules);
        await hub.Register.SavePlaces([.. new[] { "n1", "n2" }.Select(name => new SensorPlace(new(name), new(new("city", name), "bme280"), new("harbour", "site of " + name, null, null, [], new(1))))]);
        await hub.StopHub();
        await hub.StartHub();
        await using var one = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var two = await new NodeRig("n2").Start(hub.Broker.Port);
        for (var minute = 0; minute < 70; minute++)
        {
            await Send(two, minute, 2 * Course(minute));
            await Send(one, minute, minute is >= 60 and < 64 ? 75 : Course(minute));
        }
        await Until.True(() => one.IsAnswered(Lane.Raw, 70), "all is stored");
        var repairs = hub.Timeline.Repairs(new("n1"), Quantity.AirTemperature, Start, Instant.Max).ToArray();
        Assert.Equal([At(60), At(61), At(62), At(63)], repairs.Select(repair => repair.At));
        Assert.All(repairs, repair => Assert.Equal((RepairMethod.Neighbour, Math.Round(Course((int)((repair.At - Start).TotalMinutes)), 2)), (repair.Method, Math.Round(repair.Value, 2))));

        async Task Send(NodeRig node, int minute, double value)
        {
            node.Send(Lane.Raw, (ulong)minute + 1, node.Reading(value, At(minute)));
            await Until.True(() => hub.City.Sensor(new(node == one ? "n1" : "n2"))?.Values.Any(live => live.At == At(minute)) == true, "it is taken");
        }
    }
}
