using CityHub.Silo.Register;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>The open episodes and the rules in force, as the hub's other parts look at them. Thread-safe.</summary>
public sealed class EpisodeBoard(EventFeed feed, CityClock city, HubMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EpisodeId, Episode> _open = [];
    private volatile RuleSet _rules = RuleSet.Empty;
    private IReadOnlyDictionary<string, Rule> _byId = new Dictionary<string, Rule>();

    /// <summary>Told of committed changes, in the order in which they were applied. Be short, do not throw.</summary>
    public event Action<IReadOnlyList<EpisodeChange>>? Applied;

    public RuleSet Rules => _rules;

    public Rule? RuleOf(string id) => Volatile.Read(ref _byId).GetValueOrDefault(id);

    public void Use(RuleSet rules)
    {
        Volatile.Write(ref _byId, rules.Rules.ToDictionary(rule => rule.Id, StringComparer.Ordinal));
        _rules = rules;
    }

    public void Load(IReadOnlyList<Episode> open)
    {
        lock (_gate)
        {
            foreach (var episode in open)
            {
                if (episode.IsOpen) _open[episode.Id] = episode;
            }
        }
    }

    /// <summary>Takes committed changes, and tells them.</summary>
    public void Apply(IReadOnlyList<EpisodeChange> changes)
    {
        Applied?.Invoke(changes);
        foreach (var change in changes)
        {
            lock (_gate)
            {
                if (change.After.IsOpen) _open[change.After.Id] = change.After;
                else _open.Remove(change.After.Id);
            }
            metrics.EpisodeEvents.Add(1, new KeyValuePair<string, object?>("kind", change.Kind));
            feed.Tell(city.Now, change.Kind, change.After.Sensor.Value, change.After);
        }
    }

    /// <summary>How many episodes are open, by district and severity.</summary>
    public IReadOnlyDictionary<(string District, Severity Severity), int> OpenCounts()
    {
        var counts = new Dictionary<(string, Severity), int>();
        lock (_gate)
        {
            foreach (var episode in _open.Values) counts[(episode.District, episode.Severity)] = counts.GetValueOrDefault((episode.District, episode.Severity)) + 1;
        }
        return counts;
    }

    public int OpenCount
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }
}
