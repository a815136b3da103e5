using SmartCity.Readings;
using SmartCity.Twins;

namespace SmartCity.Watch;

/// <summary>A stored reading as it once came.</summary>
/// <param name="Epoch">Which outbox of its node, see <see cref="SensorTwin.Observe"/>.</param>
/// <param name="CityNow">The city clock when it came.</param>
public readonly record struct PastReading(SensorId Sensor, string District, string Site, IReadOnlyList<string> Tags, Reading Reading, uint Epoch, Instant CityNow);

/// <summary>One episode that both rule sets find, and not alike.</summary>
public sealed record MovedEpisode(Episode Before, Episode After);

/// <summary>What other rules would have made of the same past. Episodes that would be recorded without a call count too, and say so.</summary>
/// <param name="Readings">How many were replayed.</param>
/// <param name="Added">Found by the proposed rules alone.</param>
/// <param name="Removed">Found by the rules in force alone.</param>
/// <param name="Moved">Found by both for one rule and subject at overlapping times, and different in when, how severe, or whether somebody is called.</param>
/// <param name="Same">Found by both alike.</param>
public sealed record RehearsalReport(long Readings, IReadOnlyList<Episode> Added, IReadOnlyList<Episode> Removed, IReadOnlyList<MovedEpisode> Moved, int Same);

/// <summary>
/// The past once more, through two rule sets side by side: those in force and those proposed. Readings are taken in the order and at the times at which they
/// came, so what came late then is late again. Nothing outside is touched. Mutable, single owner.
/// </summary>
public sealed class Rehearsal(RuleSet inForce, RuleSet proposed)
{
    private readonly Stage _before = new(inForce);
    private readonly Stage _after = new(proposed);
    private long _readings;

    public void Take(in PastReading past)
    {
        _readings++;
        _before.Take(past);
        _after.Take(past);
    }

    /// <param name="until">The city clock at the end: what the clock alone would have found by then is found.</param>
    public RehearsalReport Finish(Instant until)
    {
        var (before, after) = (_before.Finish(until), _after.Finish(until));
        var (added, removed, moved, same) = (new List<Episode>(), new List<Episode>(), new List<MovedEpisode>(), 0);
        foreach (var key in before.Keys.Union(after.Keys).OrderBy(key => key.Rule, StringComparer.Ordinal).ThenBy(key => key.Subject.Value, StringComparer.Ordinal))
        {
            var (old, next) = (before.GetValueOrDefault(key, []), after.GetValueOrDefault(key, []));
            var (i, k) = (0, 0);
            while (i < old.Count || k < next.Count)
            {
                if (k == next.Count || i < old.Count && Ends(old[i]) < next[k].FirstBreachAt) removed.Add(old[i++]);
                else if (i == old.Count || Ends(next[k]) < old[i].FirstBreachAt) added.Add(next[k++]);
                else if (IsSame(old[i], next[k])) (same, i, k) = (same + 1, i + 1, k + 1);
                else moved.Add(new(old[i++], next[k++]));
            }
        }
        return new(_readings, added, removed, moved, same);
    }

    private static Instant Ends(Episode episode) => episode.ClearedAt ?? Instant.Max;

    private static bool IsSame(Episode a, Episode b) =>
        a.FirstBreachAt == b.FirstBreachAt && a.RaisedAt == b.RaisedAt && a.RecordedAt == b.RecordedAt && a.ClearedAt == b.ClearedAt && a.Severity == b.Severity;

    /// <summary>One rule set and everything it finds.</summary>
    private sealed class Stage(RuleSet rules)
    {
        private readonly Dictionary<SensorId, Actor> _actors = [];
        private readonly Dictionary<string, RulePlan> _plans = new(StringComparer.Ordinal);
        private readonly Dictionary<string, DistrictWatch> _districts = new(StringComparer.Ordinal);
        private readonly PriorityQueue<Actor, long> _due = new();
        private readonly Dictionary<EpisodeId, Episode> _episodes = [];
        private readonly List<EpisodeEvent> _events = [];
        private readonly bool _looksAtTags = RulePlan.LooksAtTags(rules);
        private readonly bool _hasDistricts = rules.Rules.Any(rule => rule.District is not null);
        private Instant _now;

        private sealed class Actor(SensorTwin twin)
        {
            public SensorTwin Twin => twin;
            public string District = "";
            public IReadOnlyList<string> Tags = [];
            public RulePlan Plan = RulePlan.Empty;
            public long Planned = long.MaxValue;
        }

        public void Take(in PastReading past)
        {
            if (past.CityNow > _now) Advance(past.CityNow);
            if (!_actors.TryGetValue(past.Sensor, out var actor)) _actors.Add(past.Sensor, actor = new(new(past.Sensor)));
            if (!ReferenceEquals(actor.Tags, past.Tags) || actor.District != past.District || ReferenceEquals(actor.Plan, RulePlan.Empty))
            {
                (actor.District, actor.Tags, actor.Plan) = (past.District, past.Tags, PlanOf(past.District, past.Tags));
            }
            var outcome = actor.Twin.Observe(past.Reading, past.Epoch, _now, actor.Plan, _events);
            Plan(actor);
            if (_hasDistricts && outcome is ObserveOutcome.Newest or ObserveOutcome.Merged && past.Reading.IsGood && actor.Plan.TellsDistrict(past.Reading.Quantity) && past.Reading.TryGetValue(out var value))
            {
                DistrictOf(past.District).Hear(past.Sensor, past.Site, past.Reading.Quantity, past.Reading.At, value);
            }
            if (_events.Count > 0) Note();
        }

        public Dictionary<(string Rule, SensorId Subject), List<Episode>> Finish(Instant until)
        {
            if (until > _now) Advance(until);
            return _episodes.Values.Where(episode => episode.WithdrawnAt is null).GroupBy(episode => (episode.Rule, episode.Sensor))
                .ToDictionary(group => group.Key, group => group.OrderBy(episode => episode.FirstBreachAt).ToList());
        }

        // The clock in steps of its deadlines, as the hub looks at it.
        private void Advance(Instant now)
        {
            while (_due.TryPeek(out var actor, out var at) && at <= now.UnixMilliseconds)
            {
                _due.Dequeue();
                if (actor.Planned != at) continue;
                actor.Planned = long.MaxValue;
                actor.Twin.Advance(new(Math.Max(at, _now.UnixMilliseconds)), actor.Plan, _events);
                if (actor.Twin.NextDeadline is { } next) Plan(actor, Math.Max(next.UnixMilliseconds, at + 1));
            }
            foreach (var district in _districts.Values)
            {
                while (district.NextDeadline is { } due && due <= now) district.Advance(due, _events);
            }
            _now = now;
            if (_events.Count > 0) Note();
        }

        private void Plan(Actor actor)
        {
            if (actor.Twin.NextDeadline is { } next) Plan(actor, next.UnixMilliseconds);
        }

        private void Plan(Actor actor, long at)
        {
            if (at >= actor.Planned) return;
            actor.Planned = at;
            _due.Enqueue(actor, at);
        }

        private void Note()
        {
            foreach (var change in _events)
            {
                if (Episode.Apply(_episodes.GetValueOrDefault(change.Episode), change) is { } after) _episodes[change.Episode] = after;
            }
            _events.Clear();
        }

        private RulePlan PlanOf(string district, IReadOnlyList<string> tags)
        {
            var key = _looksAtTags ? district + "\n" + string.Join('\n', tags.Order(StringComparer.Ordinal)) : district;
            if (!_plans.TryGetValue(key, out var plan)) _plans.Add(key, plan = RulePlan.For(rules, district, tags, new()));
            return plan;
        }

        private DistrictWatch DistrictOf(string id)
        {
            if (_districts.TryGetValue(id, out var district)) return district;
            _districts.Add(id, district = new(id));
            district.Use(rules, _now, _events);
            return district;
        }
    }
}
