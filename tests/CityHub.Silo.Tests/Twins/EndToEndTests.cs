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

    internal static double Value(Reading reading) => reading.TryGetValue(out var value) ? value : double.NaN;
}
