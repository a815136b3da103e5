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
}
