using CityHub.Silo.Register;
using CityHub.Silo.Tests.Twins;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Telemetry;

/// <summary>Checks of the data in a whole hub: what is flagged is stored and shown so, and raises nothing.</summary>
[Collection("hub")]
public sealed class QualityTests
{
    private const string Rules = """
        districts: { harbour: Harbour }
        checks: [{ quantity: air-temperature, gross-range: { fail: [-40, 70], suspect: [-20, 50] } }]
        rules: [{ id: heat, quantity: air-temperature, above: 40, severity: critical }]
        """;

    [Fact]
    public async Task A_flag_is_stored_with_the_reading_shown_with_the_live_value_and_keeps_it_from_raising()
    {
        await using var hub = await HubRig.Start(Rules);
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20), node.Reading(55), node.Reading(75));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is stored");
        Assert.Equal([Quality.Good, Quality.Suspect, Quality.Fail], (await hub.Stored(node.Sensor)).Select(reading => reading.Quality));
        Assert.Equal((75, Quality.Fail), hub.City.Sensor(new(node.Sensor))!.Values.Single(value => value.Quantity == Quantity.AirTemperature) is { Value: { } value } live ? (value, live.Quality) : default);
        Assert.Empty(await hub.Episodes());
        node.Send(Lane.Raw, 2, node.Reading(45));
        await Until.True(async () => (await hub.Episodes()).Count == 1, "a good one raises");
    }

    [Fact]
    public async Task A_reading_that_differs_from_its_neighbours_is_flagged_across_nodes_and_again_after_a_restart()
    {
        await using var hub = await HubRig.Start("""
            districts: { harbour: Harbour }
            checks: [{ quantity: air-temperature, neighbours: { suspect: 10, sites: 2, fresh-for: 1h } }]
            rules: [{ id: heat, quantity: air-temperature, above: 40, severity: critical }]
            """);
        string[] names = ["n1", "n2", "n3"];
        await hub.Register.SavePlaces([.. names.Select(name => new SensorPlace(new(name), new(new("city", name), "bme280"), new("harbour", "site of " + name, null, null, [], new(1))))]);
        await hub.StopHub();
        await hub.StartHub();
        await using var one = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var two = await new NodeRig("n2").Start(hub.Broker.Port);
        await using var three = await new NodeRig("n3").Start(hub.Broker.Port);
        await Send(1, one, 20);
        await Send(1, two, 21);
        await Send(1, three, 45);
        await hub.StopHub();
        await hub.StartHub();
        await Until.True(() => one.Births > 1 && two.Births > 1 && three.Births > 1, "the nodes have found the hub again");
        await Send(2, one, 20);
        await Send(2, two, 21);
        await Send(2, three, 45);
        Assert.Equal([Quality.Suspect, Quality.Suspect], (await hub.Stored("n3")).Select(reading => reading.Quality));
        Assert.All((await hub.Stored("n1")).Concat(await hub.Stored("n2")), reading => Assert.Equal(Quality.Good, reading.Quality));
        Assert.Empty(await hub.Episodes());

        static async Task Send(ulong batch, NodeRig node, double value)
        {
            node.Send(Lane.Raw, batch, node.Reading(value));
            await Until.True(() => node.IsAnswered(Lane.Raw, batch), "it is stored");
        }
    }
}
