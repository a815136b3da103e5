using System.Runtime.InteropServices;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>A good value that rules on districts look at.</summary>
internal readonly record struct DistrictValue(string District, string Site, SensorId Sensor, Quantity Quantity, Instant At, double Value);

/// <summary>
/// The rules on districts. Shards hand over, a bundle a round, what these rules look at and nothing else; a loop of its own evaluates them by the city clock.
/// What is found goes the way of all episode events. Their state goes into the checkpoints, a district under a node's name that no node has; what came after the last one comes back
/// with the blocks that are replayed, and of open episodes the register has the last word.
/// </summary>
/// <param name="group">Under which its checkpoints stand; empty: one hub watches for all groups.</param>
/// <param name="post">Districts that other groups' owners watch; null: all are watched here.</param>
internal sealed class DistrictWatches(string group, EpisodeWriter episodes, CityClock city, TimeProvider wall, HubMetrics metrics, IDistrictPost? post = null)
{
    /// <summary>Values that may wait for the loop; more than that are dropped and counted.</summary>
    private const int WaitingLimit = 500_000;

    /// <summary>Before a district's id, where a node's name stands in a checkpoint; no node's name has a slash.</summary>
    private const string Mark = "district/";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DistrictWatch> _districts = new(StringComparer.Ordinal);
    private readonly List<EpisodeEvent> _events = [];
    private List<DistrictValue> _waiting = [];
    private List<DistrictValue> _reading = [];
    private List<DistrictValue> _received = []; // of other groups, for districts that are watched here
    private readonly Dictionary<string, List<DistrictValue>> _away = new(StringComparer.Ordinal);
    private readonly Lock _looking = new(); // of the districts themselves: the loop, and who takes a checkpoint
    private readonly VarintWriter _writer = new();
    private bool _heard; // something since the last checkpoint
    private long _posted;
    private RuleSet? _changed;
    private RuleSet _rules = RuleSet.Empty;

    /// <summary>Takes values over; the list may be used again. Thread-safe.</summary>
    public void Tell(IReadOnlyList<DistrictValue> values)
    {
        lock (_gate)
        {
            if (TryAdd(_waiting, values)) return;
        }
        Shed(values.Count);
    }

    /// <summary>Takes over what sensors of other groups said in districts that are watched here. Thread-safe.</summary>
    public void TellOfOthers(IReadOnlyList<DistrictValue> values)
    {
        lock (_gate)
        {
            if (TryAdd(_received, values)) return;
        }
        Shed(values.Count);
    }

    private static bool TryAdd(List<DistrictValue> waiting, IReadOnlyList<DistrictValue> values)
    {
        if (waiting.Count + values.Count > WaitingLimit) return false;
        waiting.AddRange(values);
        return true;
    }

    private void Shed(int values) => metrics.Shed.Add(values, new KeyValuePair<string, object?>("reason", "district_rules_behind"));

    /// <summary>Puts rules in force with the next look. Thread-safe.</summary>
    public void Use(RuleSet rules)
    {
        lock (_gate) _changed = rules;
    }

    /// <summary>Number of the last event that came of them. What a checkpoint knows of must be written before it.</summary>
    public long EventsThrough => Interlocked.Read(ref _posted);

    /// <summary>States of districts that heard anything since the last time, with all that was handed over until now.</summary>
    public List<NodeCheckpoint> Capture()
    {
        var states = new List<NodeCheckpoint>();
        lock (_looking)
        {
            TakeValues();
            if (!_heard) return states;
            _heard = false;
            foreach (var district in _districts.Values)
            {
                _writer.Clear();
                district.Write(_writer);
                states.Add(new(new(group, Mark + district.Id), _writer.ToArray()));
            }
        }
        return states;
    }

    /// <summary>Before <see cref="Adopt"/>: takes the states of districts out of all checkpoints; the others go on.</summary>
    public IEnumerable<NodeCheckpoint> Restore(IEnumerable<NodeCheckpoint> checkpoints)
    {
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var checkpoint in checkpoints)
        {
            if (!checkpoint.Node.Node.StartsWith(Mark, StringComparison.Ordinal))
            {
                yield return checkpoint;
                continue;
            }
            // What another engine left serves where there is none of this one's.
            if (!IsOurs(checkpoint.Node.Node[Mark.Length..])) continue;
            if (checkpoint.Node.Group == group) own.Add(checkpoint.Node.Node);
            else if (own.Contains(checkpoint.Node.Node)) continue;
            Restore(checkpoint.State);
        }
    }

    private void Restore(byte[] state)
    {
        var reader = new VarintReader(state);
        if (!DistrictWatch.TryRead(ref reader, out var district)) return; // it begins anew
        _districts[district.Id] = district;
        district.Use(_rules, city.Now, _events);
    }

    /// <summary>Before <see cref="Run"/>: open episodes of districts go on, once rules are in force.</summary>
    public void Adopt(IEnumerable<Episode> open)
    {
        TakeRules();
        foreach (var episode in open)
        {
            if (episode.Sensor.District is { } district && IsOurs(district)) Of(district).Adopt(episode);
        }
    }

    /// <summary>Before <see cref="Run"/>: what the sensors' twins know, so that districts need not wait for every sensor to speak again.</summary>
    public void Hear(IEnumerable<SensorView> sensors)
    {
        foreach (var sensor in post is null ? sensors : sensors.Concat(post.SensorsBeside(group)))
        {
            if (!IsOurs(sensor.Place.District)) continue;
            foreach (var live in sensor.Values)
            {
                if (live is not { Quality: Quality.Good, Value: { } value } || !Watches(sensor.Place.District, live.Quantity)) continue;
                Of(sensor.Place.District).Hear(sensor.Id, sensor.Place.Site, live.Quantity, live.At, value);
            }
        }
    }

    /// <summary>Looks until cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, wall);
        while (await timer.WaitForNextTickAsync(stopping)) Look();
    }

    private void Look()
    {
        lock (_looking)
        {
            TakeRules();
            TakeValues();
            var now = city.Now;
            foreach (var district in _districts.Values)
            {
                if (district.NextDeadline > now) continue;
                district.Advance(now, _events);
                _heard = true;
            }
            if (_events.Count > 0) Interlocked.Exchange(ref _posted, episodes.Post(_events));
            _events.Clear();
        }
    }

    private void TakeValues()
    {
        lock (_gate) (_reading, _waiting) = (_waiting, _reading);
        foreach (ref readonly var value in CollectionsMarshal.AsSpan(_reading))
        {
            if (IsOurs(value.District)) Hear(value);
            else AwayTo(post!.HomeOf(value.District)).Add(value);
        }
        _reading.Clear();
        lock (_gate) (_reading, _received) = (_received, _reading);
        foreach (ref readonly var value in CollectionsMarshal.AsSpan(_reading)) Hear(value); // whoever sent them: they are not sent on
        _reading.Clear();
        foreach (var (home, values) in _away)
        {
            if (values.Count > 0) post!.Send(home, values);
            values.Clear();
        }
    }

    private void Hear(in DistrictValue value)
    {
        Of(value.District).Hear(value.Sensor, value.Site, value.Quantity, value.At, value.Value);
        _heard = true;
    }

    private bool IsOurs(string district) => post is null || post.HomeOf(district) == group;

    private List<DistrictValue> AwayTo(string home)
    {
        if (!_away.TryGetValue(home, out var values)) _away.Add(home, values = []);
        return values;
    }

    private void TakeRules()
    {
        RuleSet? changed;
        lock (_gate) (changed, _changed) = (_changed, null);
        if (changed is null) return;
        _rules = changed;
        foreach (var district in _districts.Values) district.Use(changed, city.Now, _events);
    }

    private bool Watches(string district, Quantity quantity)
    {
        foreach (var rule in _rules.Rules)
        {
            if (rule.District is not null && rule.Quantity == quantity && (rule.Districts.Count == 0 || rule.Districts.Contains(district, StringComparer.Ordinal))) return true;
        }
        return false;
    }

    private DistrictWatch Of(string id)
    {
        if (_districts.TryGetValue(id, out var district)) return district;
        _districts.Add(id, district = new(id));
        district.Use(_rules, city.Now, _events);
        return district;
    }
}
