using Rig;
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
        Assert.Equal(("operations", Severity.Major, 0, "hub.rules"), (refused.Department, refused.Severity, refused.RuleVersion, refused.Sensor.Value));
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
}
