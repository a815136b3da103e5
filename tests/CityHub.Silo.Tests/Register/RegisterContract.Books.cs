using CityHub.Silo.Register;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Register;

public abstract partial class RegisterContract
{
    private static NodeCheckpoint[] Nodes(int count, byte state) =>
        Enumerable.Range(0, count).Select(n => new NodeCheckpoint(new("centre", $"pole-{n:D4}"), [state, (byte)n])).ToArray();

    [Fact]
    public async Task Checkpoints_replace_those_before_them_and_tell_how_far_they_reach()
    {
        Assert.Empty(Store.LoadCheckpoints(out var none));
        Assert.Equal(0, none);
        await Store.SaveCheckpoints(Nodes(200, 1), 17);
        await Store.SaveCheckpoints(Nodes(3, 2), 18);
        await Store.SaveCheckpoints([], 19);
        Reopen();
        var nodes = Store.LoadCheckpoints(out var through).ToList();
        Assert.Equal(19, through);
        Assert.Equal(200, nodes.Count);
        Assert.Equal(Nodes(3, 2).Select(n => n.State), nodes.Take(3).Select(n => n.State));
        Assert.Equal(new NodeKey("centre", "pole-0199"), nodes[199].Node);
        Assert.Equal(1, nodes[199].State[0]);
    }

    [Fact]
    public async Task Rules_get_the_next_number_unless_they_are_in_force_already()
    {
        Assert.Null(Store.RulesInForce());
        Assert.Equal(1, await Store.InstallRules("aa", "rules: 1", "file", new(1)));
        Assert.Equal(1, await Store.InstallRules("aa", "rules: 1", "file", new(2)));
        Assert.Equal(2, await Store.InstallRules("bb", "rules: 2", "file", new(3)));
        Assert.Equal(3, await Store.InstallRules("aa", "rules: 1", "anna", new(4)));
        Reopen();
        Assert.Equal((3, "aa", "rules: 1"), Store.RulesInForce());
    }

    [Fact]
    public async Task Places_are_dated_and_come_back_by_sensor_oldest_first()
    {
        var device = new DeviceKey(new("centre", "pole-1"), "bme280");
        SensorPlace north = new(Pole, device, new("north", "school", 51.05, 13.74, ["roof", "a \"quoted\" tag"], new(2000)));
        SensorPlace centre = new(Pole, device, new("centre", "market", null, null, [], new(1000)));
        await Store.SavePlaces([north, centre]);
        await Store.SavePlaces([centre with { Device = device with { Device = "bme280-2" } }]);
        Reopen();
        var places = Store.LoadPlaces();
        Assert.Equal(["bme280-2", "bme280"], places.Select(p => p.Device.Device));
        Assert.Equal(north.Place.Tags, places[1].Place.Tags);
        Assert.Equal((51.05, 13.74, "school", new Instant(2000)), (places[1].Place.Latitude!.Value, places[1].Place.Longitude!.Value, places[1].Place.Site, places[1].Place.Since));
        Assert.Null(places[0].Place.Latitude);
    }

    [Fact]
    public async Task A_key_is_found_by_its_hash_alone()
    {
        Assert.False(Store.HasKeys());
        await Store.AddKey("first", Enumerable.Repeat((byte)7, 32).ToArray(), new(1));
        Assert.True(Store.HasKeys());
        Assert.Equal("first", Store.FindKey(Enumerable.Repeat((byte)7, 32).ToArray()));
        Assert.Null(Store.FindKey(Enumerable.Repeat((byte)8, 32).ToArray()));
        Assert.Null(Store.FindKey([]));
    }

    [Fact]
    public async Task The_audit_takes_what_it_is_told() => await Store.Audit(new(1), "anna", "acknowledge", Id(1).Value);
}
