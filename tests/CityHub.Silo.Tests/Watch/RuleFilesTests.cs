using CityHub.Silo.Tests.Twins;
using CityHub.Silo.Watch;
using Rig;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Watch;

[Collection("hub")]
public sealed class RuleFilesTests
{
    [Fact]
    public async Task Changed_files_come_into_force_as_a_new_version_and_watch_what_is_there_already()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        Assert.Equal(1, hub.City.Rules().Version);
        node.Send(Lane.Raw, 1, node.Reading(45));
        await Until.True(async () => (await hub.Episodes()).Count == 1, "it is hot by version 1");
        await Write(hub, HubRig.Heat.Replace("above: 40", "above: 30", StringComparison.Ordinal).Replace("clear: 38", "clear: 28", StringComparison.Ordinal));
        await Until.True(() => hub.City.Rules().Version == 2, "version 2 is in force");
        Assert.Equal(30, hub.City.Rules().Rules.Single().Level);
        node.Send(Lane.Raw, 2, node.Reading(25));
        await Until.True(async () => !(await hub.Episodes()).Single().IsOpen, "the episode cleared by the new level");
        node.Send(Lane.Raw, 3, node.Reading(31));
        await Until.True(async () => (await hub.Episodes()).Count == 2, "it is hot by version 2");
        Assert.Equal([1, 2], (await hub.Episodes()).Select(episode => episode.RuleVersion).Order());
    }

    [Fact]
    public async Task A_bad_file_is_refused_whole_with_file_line_and_reason_and_the_old_set_stays()
    {
        await using var hub = await HubRig.Start();
        await Write(hub, HubRig.Heat.Replace("severity: critical", "severity: awful", StringComparison.Ordinal));
        await Until.True(() => hub.Get<RuleFiles>().Errors.Count == 1, "the error is known");
        Assert.Equal("rules.yaml:9: severity: one of warning, minor, major, critical is expected", hub.Get<RuleFiles>().Errors.Single().ToString());
        Assert.Contains(hub.Log, line => line.Contains("rules.yaml:9: severity", StringComparison.Ordinal));
        Assert.Equal(1, hub.City.Rules().Version);
        await Write(hub, HubRig.Heat);
        await Until.True(() => hub.Get<RuleFiles>().Errors.Count == 0, "the error is gone");
        Assert.Equal(1, hub.City.Rules().Version);
    }

    [Fact]
    public async Task With_wrong_files_a_hub_goes_on_with_the_last_version_and_a_new_one_does_not_start()
    {
        await using var hub = await HubRig.Start();
        await hub.StopHub();
        await Write(hub, "rules: [{ id: heat }]");
        await hub.StartHub();
        Assert.Equal((1, 40), (hub.City.Rules().Version, hub.City.Rules().Rules.Single().Level));
        Assert.NotEmpty(hub.Get<RuleFiles>().Errors);
        Assert.Equal("Harbour", hub.City.Districts().Single().Name);

        var wrong = await Assert.ThrowsAsync<BadRulesException>(() => HubRig.Start("colour: red"));
        Assert.Equal("rules.yaml:1: unknown key 'colour'; known are calendars, checks, day-offset, districts, repairs, rules", wrong.Errors.Single().ToString());
    }

    [Fact]
    public async Task A_rule_that_is_gone_withdraws_its_open_episode()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(45));
        await Until.True(async () => (await hub.Episodes()).Count == 1, "it is hot");
        await Write(hub, "rules: []");
        await Until.True(async () => (await hub.Episodes()).Single().WithdrawnAt is not null, "the episode is withdrawn");
    }

    private static Task Write(HubRig hub, string text) => File.WriteAllTextAsync(Path.Combine(hub.RulesFolder, "rules.yaml"), text);
}
