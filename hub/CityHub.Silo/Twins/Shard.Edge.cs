using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>Episodes that nodes have found by their own rules.</summary>
internal sealed partial class Shard
{
    /// <summary>
    /// Adopts what a device's node has found: under the id that our own watch over the same readings gives, so that whoever finds it first, and however
    /// often births tell it, there is one. What is open is raised, be it old: a siren sounds for it. What is over when it comes to light is recorded.
    /// A rule that is ours too ends here with the reading that ends it; one that is the node's alone ends by the node's word.
    /// </summary>
    private void AdoptEpisodes(SensorActor sensor)
    {
        foreach (var told in sensor.Node.Told)
        {
            if (told.Device != sensor.Device) continue;
            var id = sensor.Twin.EpisodeOf(told.Rule, sensor.Node.Twin.Ledger.Epoch, told.First);
            var ours = _rules.Rules.FirstOrDefault(rule => rule.Id == told.Rule && rule.Edge);
            var (severity, version, now) = (ours?.Severity ?? told.Severity, Math.Max(1, _rules.Version), _parts.City.Now);
            var since = told.FirstBreachAt > now || told.FirstBreachAt < now - _parts.Options.PastLimit ? now : told.FirstBreachAt; // a node has no clock of its own
            if (told.ClearedAt is not { } ended)
            {
                _events.Add(new EpisodeEvent.Raised(id, told.Rule, version, sensor.Twin.Id, told.Quantity, now, severity, told.Value, since, Late: now - since > (ours ?? Ordinary).Lateness)
                {
                    Detail = ours is null ? $"Found by the rule {told.Rule} of node {sensor.Node.Name} itself." : "",
                });
                continue;
            }
            _events.Add(new EpisodeEvent.Recorded(id, told.Rule, version, sensor.Twin.Id, told.Quantity, now, severity, told.Value, since) { ClearedAt = ended > now || ended < since ? now : ended });
            if (ours is null) _events.Add(new EpisodeEvent.Cleared(id, told.Rule, version, sensor.Twin.Id, told.Quantity, ended > now || ended < since ? now : ended, told.Value));
        }
    }

    private static readonly Rule Ordinary = new() { Id = "", Quantity = Quantity.Notice, Breach = Breach.Above, Level = 0, Clear = 0, Severity = Severity.Warning };
}
