using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using CityHub.Silo.Watch;
using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices.Simulated;
using SmartCity.Readings;
using SmartCity.Watch;

namespace Faults;

/// <summary>Opens the stores that the hub left and compares them with the chips' own logs.</summary>
internal static class Proof
{
    private const string District = "harbour";

    private static readonly (string Device, Quantity? Contact)[] Devices =
        [("climate", null), ("roof", null), ("smoke", Quantity.Smoke), ("door", Quantity.DoorOpen)];

    /// <param name="end">When the hub was stopped.</param>
    public static async Task<Verdict> Of(FaultCity city, Instant end)
    {
        var verdict = new Verdict();
        using var timeline = new SqliteTimeline(new() { Folder = Path.Combine(city.Hub.Stores, "timeline") }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        using var register = new SqliteRegister(new() { Path = Path.Combine(city.Hub.Stores, "register.db") }, (_, _, _) => [], TimeProvider.System, NullLogger<SqliteRegister>.Instance);
        var rules = Rules(register);
        var expected = new Dictionary<EpisodeId, Episode>();
        foreach (var node in city.Nodes)
        {
            foreach (var (device, contact) in Devices)
            {
                var sensor = SensorId.Suggested(new(new(FaultCity.Group, node.Name), device));
                var file = Path.Combine(city.Witness, Witness.FileName(node.Name, device));
                var matched = contact is { } quantity
                    ? ContactOracle.Compare(timeline, sensor, quantity, WitnessLog.Line(file), node.Outages, verdict)
                    : ClimateOracle.Compare(timeline, sensor, WitnessLog.Climate(file), node.Kills, verdict);
                foreach (var episode in EpisodeOracle.Find(rules, sensor, District, matched, end)) expected[episode.Key] = episode.Value;
            }
        }
        var kept = await register.ListEpisodes(new EpisodeFilter(Limit: 100_000));
        EpisodeOracle.Compare(expected, kept, id => city.Delivered.TryGetValue(id.Value, out var ids) ? [.. ids.Keys] : [], verdict);
        return verdict;
    }

    private static RuleSet Rules(SqliteRegister register)
    {
        var (version, hash, source) = register.RulesInForce() ?? throw new InvalidOperationException("the register holds no rules");
        var folder = RuleParser.Parse(RuleParser.Split(source), out var errors) ?? throw new InvalidOperationException(string.Join('\n', errors));
        return new(version, hash, folder.DayOffset, folder.Rules);
    }
}
