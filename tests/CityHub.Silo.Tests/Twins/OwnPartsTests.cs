using Rig;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Twins;

/// <summary>The hub's own failures are episodes like any other, in a hub in which every part is real.</summary>
public sealed class OwnPartsTests
{
    private static async Task<Episode> Open(HubRig rig, string rule)
    {
        Episode? found = null;
        await Until.True(async () => (found = (await rig.Episodes()).FirstOrDefault(one => one.Rule == rule && one.IsOpen)) is not null, $"{rule} is open");
        return found!;
    }

    [Fact]
    public async Task Refused_rules_are_an_alert_for_those_who_look_after_the_hub_and_stay_one_over_a_restart()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        var good = Path.Combine(rig.RulesFolder, "rules.yaml");
        var bad = Path.Combine(rig.RulesFolder, "more.yaml");
        await File.WriteAllTextAsync(bad + ".new", "rulez: []");
        File.Move(bad + ".new", bad);
        var refused = await Open(rig, "hub-rules-refused");
        Assert.Equal(("operations", Severity.Major, 0, HubRig.Part("rules")), (refused.Department, refused.Severity, refused.RuleVersion, refused.Sensor.Value));
        Assert.Contains("more.yaml", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(good));
        await rig.StopHub();
        await rig.StartHub();
        Assert.Equal(refused.Id, (await Open(rig, "hub-rules-refused")).Id);
        Assert.Single(await rig.Episodes());
    }

    [Fact]
    public async Task A_wrong_desk_file_is_refused_and_the_policy_in_force_stays()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        var folder = Directory.CreateDirectory(Path.Combine(rig.RulesFolder, "desk")).FullName;
        await Save(Path.Combine(folder, "desk.yaml"), "rules: { heat: { latched: true } }");
        await Until.True(() => rig.City.Desk.Policy.Latched.Contains("heat"), "the desk file is in force");
        await Save(Path.Combine(folder, "desk.yaml"), "rules: { heat: { latch: true } }");
        var refused = await Open(rig, "hub-desk-refused");
        Assert.Contains("unknown key 'latch'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("heat", rig.City.Desk.Policy.Latched);

        static async Task Save(string path, string text)
        {
            await File.WriteAllTextAsync(path + ".new", text);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private static async Task Over(HubRig rig, EpisodeId id)
    {
        // Sound for a minute: counted from the first look that finds it so.
        await Until.True(async () =>
        {
            rig.Wall.Forward(TimeSpan.FromSeconds(2));
            return (await rig.Register.FindEpisode(id))!.ClearedAt is not null;
        }, "it is over a minute after the part is sound again");
    }

    /// <summary>Looks on, a second of the hub's at a time, until the failure has lasted.</summary>
    private static async Task<Episode> Lasts(HubRig rig, string rule)
    {
        Episode? found = null;
        await Until.True(async () =>
        {
            rig.Wall.Forward(TimeSpan.FromMilliseconds(200));
            return (found = (await rig.Episodes()).FirstOrDefault(one => one.Rule == rule && one.IsOpen)) is not null;
        }, $"{rule} is open");
        return found!;
    }

    [Fact]
    public async Task A_broker_that_is_gone_is_an_alert_and_over_when_it_is_back()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        await rig.Broker.Kill();
        await Until.True(() => rig.City.NotReady().Keys.Any(part => part.StartsWith("mqtt ", StringComparison.Ordinal)), "the hub has lost it");
        var away = await Lasts(rig, "hub-broker-away");
        Assert.Equal((Severity.Critical, "operations", HubRig.Part("mqtt.cityhub-city")), (away.Severity, away.Department, away.Sensor.Value));
        await rig.Broker.Up();
        await Until.True(() => rig.City.NotReady().Count == 0, "the hub has found it again");
        await Over(rig, away.Id);
    }

    [Fact]
    public async Task A_timeline_that_takes_nothing_is_an_alert_and_no_reading_is_lost_by_it()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        await using var node = await new NodeRig("n1").Start(rig.Broker.Port);
        rig.Faults.TimelineAway = true;
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => rig.City.NotReady().ContainsKey("timeline"), "the reading waits");
        var away = await Lasts(rig, "hub-timeline-away");
        Assert.Equal((Severity.Critical, HubRig.Part("timeline")), (away.Severity, away.Sensor.Value));
        rig.Faults.TimelineAway = false;
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is stored after all");
        await Over(rig, away.Id);
        Assert.Single(await rig.Stored(node.Sensor));
    }

    [Fact]
    public async Task A_register_that_was_away_is_an_alert_once_it_is_back()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        await using var node = await new NodeRig("n1").Start(rig.Broker.Port);
        rig.Faults.RegisterAway = true;
        node.Send(Lane.Alert, 1, node.Reading(45));
        await Until.True(() => rig.City.NotReady().ContainsKey("register"), "an alert cannot be written");
        var (looks, rounds) = (0, 100);
        await Until.True(() =>
        {
            rig.Wall.Forward(TimeSpan.FromMilliseconds(200));
            return ++looks == rounds;
        }, "it lasts twenty seconds of the hub's");
        rig.Faults.RegisterAway = false;
        await Until.True(async () => (await rig.Episodes()).Any(one => one.Rule == "heat"), "the alert is written");
        await Until.True(async () => (await rig.Episodes()).Any(one => one is { Rule: "hub-register-away", Severity: Severity.Critical }), "and that it could not be, too");
    }

    [Fact]
    public async Task A_clock_that_jumps_is_an_alert()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        rig.Wall.Forward(TimeSpan.FromSeconds(30));
        var jumped = await Open(rig, "hub-clock-jump");
        Assert.Matches(@"^The hub's clock jumped by \+(29|30|31) s\.", jumped.Message);
    }

    [Fact]
    public async Task Batches_that_a_node_no_longer_has_are_an_alert_that_names_it()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Desk:RoundEvery", "00:00:00.100"));
        await using var node = await new NodeRig("n1").Start(rig.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is stored");
        node.Oldest[(int)Lane.Raw] = 6; // 2 to 5 are gone
        node.Birth();
        var gap = await Open(rig, "hub-ledger-gap");
        Assert.Equal(("node.city/n1", "4 batches of node city/n1 are lost: its card no longer has them, and they never came."), (gap.Sensor.Value, gap.Message));
    }
}
