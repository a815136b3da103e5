using CityHub.Contracts;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Twins;

[Collection("hub")]
public sealed class EndToEndTests
{
    [Fact]
    public async Task A_reading_becomes_a_live_value_a_row_of_history_an_episode_and_an_answer()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(21.5));
        node.Send(Lane.Alert, 1, node.Reading(41));
        node.Send(Lane.Raw, 2, node.Reading(22, quantity: Quantity.RelativeHumidity));
        await Until.True(() => node.IsAnswered(Lane.Raw, 2) && node.IsAnswered(Lane.Alert, 1), "both lanes are answered");

        var sensor = hub.City.Sensor(new(node.Sensor))!;
        Assert.Equal(41, sensor.Values.Single(value => value.Quantity == Quantity.AirTemperature).Value);
        Assert.Equal(("harbour", "Pier 1", Presence.Online), (sensor.Place.District, sensor.Place.Site, sensor.Presence));
        Assert.Equal([21.5, 41], (await hub.Stored(node.Sensor)).Select(Value));
        var episode = Assert.Single(await hub.Episodes());
        Assert.Equal(("heat", "harbour", "fire", true), (episode.Rule, episode.District, episode.Department, episode.IsOpen));
        var district = Assert.Single(hub.City.Districts());
        Assert.Equal(("Harbour", 1, 1, 1), (district.Name, district.Sensors, district.NodesOnline, district.OpenEpisodes.Values.Sum()));
    }

    [Fact]
    public async Task A_place_that_the_city_decided_stands_against_what_a_birth_suggests()
    {
        await using var hub = await HubRig.Start();
        var device = new DeviceKey(new("city", "n1"), "bme280");
        await hub.Register.SavePlaces([new(new("pier-thermometer"), device, new("hills", "Summit", null, null, ["calibrated"], new(1)))]);
        await hub.StopHub();
        await hub.StartHub();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(45));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered");
        var sensor = hub.City.Sensor(new("pier-thermometer"))!;
        Assert.Equal(("hills", "Summit"), (sensor.Place.District, sensor.Place.Site));
        Assert.Equal(("pier-thermometer", "hills"), ((await hub.Episodes()).Single().Sensor.Value, (await hub.Episodes()).Single().District));
        Assert.Null(hub.City.Sensor(new(node.Sensor)));
    }

    [Fact]
    public async Task A_replaced_outbox_starts_a_new_order_and_a_hole_that_can_never_be_filled_is_a_named_gap()
    {
        await using var hub = await HubRig.Start();
        await using (var node = await new NodeRig("n1").Start(hub.Broker.Port))
        {
            node.Send(Lane.Raw, 1, node.Reading(20));
            await Until.True(() => node.IsAnswered(Lane.Raw, 1), "the first outbox is answered");
        }
        await using var other = new NodeRig("n1", outbox: 8);
        other.Oldest[(int)Lane.Raw] = 5;
        await other.Start(hub.Broker.Port);
        other.Send(Lane.Raw, 5, other.Reading(21));
        await Until.True(() => other.IsAnswered(Lane.Raw, 5), "the second outbox is answered, through its hole");
        Assert.Equal([20, 21], (await hub.Stored(other.Sensor)).Select(Value));
        Assert.Contains(hub.Log, line => line.Contains("another outbox", StringComparison.Ordinal));
        Assert.Contains(hub.Log, line => line.Contains("no longer keeps batches 1 to 4 of lane Raw", StringComparison.Ordinal));
    }

    internal static double Value(Reading reading) => reading.TryGetValue(out var value) ? value : double.NaN;
}
