using Rig;

namespace ReadingPath;

/// <summary>Smoke at a pole while the hub is away: its node sounds the siren by its own rule, and the hub adopts what it found when it is back.</summary>
public sealed class SirenAtTheEdge
{
    [Fact]
    public async Task The_siren_sounds_without_the_hub_and_the_hub_that_comes_back_has_one_episode_of_it()
    {
        var rules = Directory.CreateTempSubdirectory("edge-rules-").FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "edge.yaml"), "districts: { harbour: Harbour }\nrules:\n" + Rule("edge: true, department: fire, late: raise, message: Smoke at the pole."));
        await using var city = await SmallCity.Start(rules);
        var node = city.Own(new SirenNode(city.Folder, city.Broker.Port, "10m", "rules:\n" + Rule("switch: [ siren ]") + """

            simulate:
              devices:
                smoke: { incidents: [ { at: 8s, for: 20s, closed: true } ] }
            """));
        node.Up();
        await city.Live(node.Smoke, "smoke", live => live.Value == 0);
        await city.Hub.Process.Kill();
        await Until.True(() => node.Levels is [false, true], "the siren sounds, and no hub is there");
        await city.Hub.Up();
        var alert = await city.Alert("pole-smoke", node.Smoke);
        Assert.Equal(("critical", "fire", "Smoke at the pole."), (alert.GetProperty("severity").GetString(), alert.GetProperty("department").GetString(), alert.GetProperty("message").GetString()));
        await city.Live(node.Siren, "siren", live => live.Value == 1);
        await Until.True(() => node.Levels is [false, true, false], "the smoke is over, and the siren is silent");
        await city.Alert("pole-smoke", node.Smoke, one => !one.GetProperty("open").GetBoolean());
        Assert.Equal(alert.GetProperty("id").GetString(), Assert.Single(await city.List($"/v1/alerts?sensor={node.Smoke}")).GetProperty("id").GetString());
        var raised = await city.Department.Message("episode.raised", alert.GetProperty("id").GetString()!);
        Assert.Equal(raised.Id, Assert.Single(city.Department.All.Where(message => message.Type == "episode.raised").Select(message => message.Id).Distinct()));
    }

    private static string Rule(string more) => $"  - {{ id: pole-smoke, quantity: smoke, equal: 1, severity: critical, {more} }}";
}
