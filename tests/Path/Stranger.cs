using System.Text.Json;
using Rig;

namespace ReadingPath;

/// <summary>A node of other people's code: the npm package sparkplug-client, which knows nothing of our ledger.</summary>
public sealed class Stranger(Stranger.Town town) : IClassFixture<Stranger.Town>
{
    private const string Sensor = "city.stranger.weather";

    public sealed class Town : IAsyncLifetime
    {
        private static readonly string Scripts = Path.Combine(Products.Root, "tests", "Path", "interop");

        public SmallCity City { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            City = await SmallCity.Start();
            if (Directory.Exists(Path.Combine(Scripts, "node_modules", "sparkplug-client"))) return;
            await using var npm = Child.Start(Path.Combine(City.Folder, "npm.log"), "npm", "ci", "--no-audit", "--no-fund", "--prefix", Scripts);
            var code = await npm.End(TimeSpan.FromMinutes(5));
            if (code != 0) throw new InvalidOperationException($"npm ci ended with {code}:\n{npm.Tail()}");
        }

        public async Task DisposeAsync() => await City.DisposeAsync();

        /// <summary>While this file exists, the stranger measures 46.5 degrees, else 21.25.</summary>
        public string Hot => Path.Combine(City.Folder, "hot");

        public Child Node() => Child.Start(Path.Combine(City.Folder, "stranger.log"), "node", Path.Combine(Scripts, "stranger.js"), $"{City.Broker.Port}", Hot);
    }

    [Fact]
    public async Task Another_peoples_node_is_live_unledgered_alerted_on_and_offline_by_its_death()
    {
        var city = town.City;
        await using var node = town.Node();

        var live = await city.Live(Sensor, "air-temperature");
        Assert.Equal((21.25, "Cel"), (live.Value, live.Unit));
        Assert.Equal(7, (await city.Live(Sensor, "vehicle-count")).Value);
        await city.Live(Sensor, "air-temperature", later => later.At > live.At); // not from the birth alone
        var view = await city.NodeView("stranger", v => v.GetProperty("presence").GetString() == "online");
        Assert.True(view.GetProperty("unledgered").GetBoolean());
        Assert.NotEmpty(view.GetProperty("deviations").EnumerateArray());

        await File.WriteAllTextAsync(town.Hot, "");
        var alert = await city.Alert("heat", Sensor);
        Assert.Equal((true, 46.5), (alert.GetProperty("open").GetBoolean(), alert.GetProperty("value").GetDouble()));
        await city.Department.Message("episode.raised", alert.GetProperty("id").GetString()!);

        await node.Kill(); // the broker publishes its will
        await city.NodeView("stranger", v => v.GetProperty("presence").GetString() == "offline");
        var sensor = (await city.Find($"/v1/sensors/{Sensor}"))!.Value;
        Assert.Equal("offline", sensor.GetProperty("presence").GetString());
        Assert.True((await city.Alert("heat", Sensor)).GetProperty("open").GetBoolean(), "a silent sensor clears no alert");
    }

    [Fact]
    public async Task Beside_our_own_nodes_it_is_the_only_one_shown_as_unledgered()
    {
        var city = town.City;
        await using var stranger = town.Node();
        var own = city.Node("pole-1", smoke: "open");
        await city.NodeView("stranger", v => v.GetProperty("presence").GetString() == "online");
        await city.Live(own.Climate, "air-temperature");
        var unledgered = (await city.List("/v1/nodes")).Where(v => v.GetProperty("unledgered").ValueKind == JsonValueKind.True).Select(v => v.GetProperty("node").GetString());
        Assert.Equal(["stranger"], unledgered);
    }
}
