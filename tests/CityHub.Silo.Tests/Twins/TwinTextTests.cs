#if ORLEANS
using CityHub.Contracts;
using CityHub.Silo.Twins.Orleans;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Twins;

public sealed class TwinTextTests
{
    private static readonly NodeKey Pole = new("port", "pole-1");

    [Fact]
    public void Twins_come_over_the_wire_as_they_were()
    {
        var node = new NodeView(Pole, Presence.Stale, new(5), null, 3, 17, ClockTrust.Unsynced, true, ["no-bdSeq"])
        {
            BoardCelsius = 51.5, BytesADay = 1_000, SentBytes = ulong.MaxValue, SentTodayBytes = 0, Terms = "a1: taken", ReceivedBytes = 9,
        };
        var bare = new NodeView(Pole, Presence.Unheard, null, null, 0, 0, null, false, []);
        var sensor = new SensorView(new("port.pole-1.air"), new(Pole, "air"), new("harbour", "quay \"7\"", 53.5, null, ["suggested", "größe"], new(1)), Presence.Online,
            [new(Quantity.AirTemperature, new(1_700_000_000_123), 21.25, null, Quality.Good, ClockTrust.Synced), new(Quantity.Smoke, new(2), null, ReadFault.BadChecksum, Quality.Missing, ClockTrust.Unsynced),
                new(Quantity.AirPressure, new(3), double.NaN, null, Quality.Fail, ClockTrust.Unsynced)])
        {
            EarlyWarnings = [new("odd", Quantity.AirTemperature, EarlyKind.Forecast, 0) { Late = 2, Surprise = 0.25, Usual = 20, Level = 40, Change = new(1, 2, -3.5), Crosses = new(TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(30), null) }],
        };
        var read = TwinText.Page(TwinText.Write(new TwinPage([node, bare], [sensor])));
        Assert.Equal(Shown(node), Shown(read.Nodes[0]));
        Assert.Equal(Shown(bare), Shown(read.Nodes[1]));
        var back = Assert.Single(read.Sensors);
        Assert.Equal((sensor.Id, sensor.Device, sensor.Presence), (back.Id, back.Device, back.Presence));
        string[] none = [];
        Assert.Equal(sensor.Place with { Tags = none }, back.Place with { Tags = none });
        Assert.Equal(sensor.Place.Tags, back.Place.Tags);
        Assert.Equal(sensor.Values, back.Values);
        Assert.Equal(sensor.EarlyWarnings, back.EarlyWarnings);
    }

    [Fact]
    public void Commands_and_calls_come_over_the_wire_as_they_were()
    {
        var command = new OutputCommand("c-1", new("port.pole-1.siren"), Quantity.Siren, true, "anna", "fire", new(7)) { State = OutputCommandState.Superseded, EndedAt = new(9) };
        Assert.Equal(command, TwinText.Command(TwinText.Write(command)));
        var call = new NodeCall("a1", Pole, """{"id":"a1"}""", "anna", "", new(7)) { State = NodeCallState.Refused, EndedAt = new(8), Answer = "refused: no such device" };
        Assert.Equal(call, TwinText.Call(TwinText.Write(call)));
    }

    [Fact]
    public void What_is_said_in_a_district_comes_over_the_wire_to_the_bit()
    {
        List<CityHub.Silo.Twins.DistrictValue> values = [new("harbour", "quay \"7\"", new("port.pole-1.air"), Quantity.AirTemperature, new(1_700_000_000_123), 21.1 + 0.2), new("größe", "", new("x"), Quantity.WaterLevel, new(1), -0.0)];
        Assert.Equal(values, TwinText.Values(TwinText.Write(values)));
    }

    private static string Shown(NodeView view) => view with { Deviations = Array.Empty<string>() } + string.Join(",", view.Deviations);
}
#endif
