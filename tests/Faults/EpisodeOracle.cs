using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace Faults;

/// <summary>The episodes that the pure domain finds when it is given the witness's values in order, offline and undisturbed.</summary>
internal static class EpisodeOracle
{
    public static IReadOnlyDictionary<EpisodeId, Episode> Find(RuleSet rules, SensorId sensor, string district, IEnumerable<Reading> readings, Instant end)
    {
        var plan = RulePlan.For(rules, district);
        var twin = new SensorTwin(sensor);
        var events = new List<EpisodeEvent>();
        foreach (var reading in readings)
        {
            PassTime(reading.At);
            twin.Observe(reading, 1, reading.At, plan, events); // one outbox for the whole run: epoch 1
        }
        PassTime(end);
        var episodes = new Dictionary<EpisodeId, Episode>();
        foreach (var change in events)
        {
            if (Episode.Apply(episodes.GetValueOrDefault(change.Episode), change) is { } next) episodes[change.Episode] = next;
        }
        return episodes.Where(e => e.Value.WithdrawnAt is null).ToDictionary();

        // The hub's clock goes on between readings, and so must this one.
        void PassTime(Instant to)
        {
            while (twin.NextDeadline is { } next && next <= to)
            {
                twin.Advance(next, plan, events);
                if (twin.NextDeadline == next) return;
            }
        }
    }

    /// <summary>Says where the hub's episodes are not the witness's, and which of them reached nobody.</summary>
    public static void Compare(IReadOnlyDictionary<EpisodeId, Episode> expected, IReadOnlyList<Episode> kept, Func<EpisodeId, IReadOnlyCollection<string>> delivered, Verdict verdict)
    {
        // What the hub says of its own parts (the broker that was killed) has no rule file's version, and no witness.
        var actual = kept.Where(e => e.WithdrawnAt is null && e.RuleVersion > 0).ToDictionary(e => e.Id);
        verdict.Episodes += expected.Count;
        foreach (var episode in expected.Values)
        {
            var name = $"{episode.Rule} on {episode.Sensor} at {episode.FirstBreachAt} ({episode.Id})";
            if (!actual.Remove(episode.Id, out var found))
            {
                verdict.Fault($"episode {name} is not in the register");
                continue;
            }
            if (found.ClearedAt != episode.ClearedAt) verdict.Fault($"episode {name} cleared at {found.ClearedAt?.ToString() ?? "never"}, by the witness {episode.ClearedAt?.ToString() ?? "never"}");
            if (found.RaisedAt is null) continue; // came to light after it was over: recorded, and nobody is called
            var ids = delivered(episode.Id);
            if (ids.Count == 1) verdict.Delivered++;
            else verdict.Fault(ids.Count == 0 ? $"episode {name} was delivered to nobody" : $"episode {name} was delivered under {ids.Count} ids");
        }
        foreach (var episode in actual.Values) verdict.Fault($"episode {episode.Rule} on {episode.Sensor} at {episode.FirstBreachAt} ({episode.Id}) is in the register, the witness knows none");
    }
}
