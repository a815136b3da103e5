using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>
/// The open, raised episodes, arranged so that <see cref="Decision"/> finds in constant time which of them stand for another, and when a group was
/// last called. Not thread-safe: its owner sees to that.
/// </summary>
public sealed class OpenEpisodes
{
    private readonly Dictionary<EpisodeId, Episode> _all = [];
    private readonly Dictionary<(int Inhibition, string Key), List<EpisodeId>> _sources = [];
    private readonly Dictionary<(int Grouping, string Key), Group> _groups = [];
    private readonly Dictionary<(SensorId Member, Quantity Quantity), List<EpisodeId>> _districts = [];

    public DeskPolicy Policy { get; private set; } = DeskPolicy.Empty;

    public IReadOnlyCollection<Episode> All => _all.Values;

    public Episode? Find(EpisodeId id) => _all.GetValueOrDefault(id);

    /// <summary>Whether an episode stands for others: by its rule, or for a district's members.</summary>
    public bool IsSource(Episode episode) => episode.Members.Count > 0 || Policy.Inhibitions.Any(one => one.Source == episode.Rule);

    /// <summary>Goes by another policy from now on.</summary>
    public void Use(DeskPolicy policy)
    {
        Policy = policy;
        var all = _all.Values.ToArray();
        _all.Clear();
        _sources.Clear();
        _districts.Clear();
        _groups.Clear();
        foreach (var episode in all) Put(episode);
    }

    /// <summary>Takes an episode as it is now; one that is over or only recorded leaves.</summary>
    public void Put(Episode episode)
    {
        if (_all.Remove(episode.Id, out var before)) Leave(before);
        if (!episode.IsOpen || episode.RaisedAt is not { } raised) return;
        _all.Add(episode.Id, episode);
        foreach (var member in episode.Members) Add(_districts, (member, episode.Quantity), episode.Id);
        for (var i = 0; i < Policy.Inhibitions.Count; i++)
        {
            var one = Policy.Inhibitions[i];
            if (one.Source != episode.Rule) continue;
            Add(_sources, (i, DeskPolicy.KeyOf(episode, one.Equal)), episode.Id);
        }
        for (var i = 0; i < Policy.Groupings.Count; i++)
        {
            var key = (i, DeskPolicy.KeyOf(episode, Policy.Groupings[i].By));
            if (!_groups.TryGetValue(key, out var group)) _groups.Add(key, group = new());
            group.Members++;
            if (episode.CalledAt is { } called) group.LastCalledAt = group.LastCalledAt is { } last && last > called ? last : called;
            else if (episode.Held is { Reason: HoldReason.Grouped }) group.FirstWaitingAt = group.FirstWaitingAt is { } first && first < raised ? first : raised;
        }
    }

    /// <summary>An open episode that stands for this one: called itself, and at least as urgent. Null: none does.</summary>
    public Episode? InhibitorOf(Episode episode)
    {
        // A district's episode tells of its members; one district does not stand for another.
        if (episode.Members.Count == 0 && _districts.TryGetValue((episode.Sensor, episode.Quantity), out var districts))
        {
            foreach (var id in districts)
            {
                if (Stands(_all[id], episode)) return _all[id];
            }
        }
        for (var i = 0; i < Policy.Inhibitions.Count; i++)
        {
            var one = Policy.Inhibitions[i];
            // What could stand for itself, or for what stands for it, holds nothing back.
            if (one.Source == episode.Rule || (one.Targets.Count > 0 && !one.Targets.Contains(episode.Rule, StringComparer.Ordinal))) continue;
            if (!_sources.TryGetValue((i, DeskPolicy.KeyOf(episode, one.Equal)), out var ids)) continue;
            foreach (var id in ids)
            {
                if (Stands(_all[id], episode) && !Mutual(one, episode.Rule)) return _all[id];
            }
        }
        return null;
    }

    /// <summary>When the group of an episode is called next, and what it is called; null: it waits for none. An instant that is past: now.</summary>
    public (Instant At, string Name)? GroupTurn(Episode episode)
    {
        for (var i = 0; i < Policy.Groupings.Count; i++)
        {
            var one = Policy.Groupings[i];
            if (episode.Urgency >= one.Below || episode.RaisedAt is not { } raised) continue;
            var group = _groups.GetValueOrDefault((i, DeskPolicy.KeyOf(episode, one.By)));
            var at = group?.LastCalledAt is { } last ? last + one.Interval : (group?.FirstWaitingAt is { } first && first < raised ? first : raised) + one.Wait;
            return (at, string.Join(", ", one.By.Select(label => DeskPolicy.LabelOf(episode, label)).Where(text => text.Length > 0)));
        }
        return null;
    }

    /// <summary>Somebody was told of it, nobody put it aside, and it is at least as urgent and as real.</summary>
    private static bool Stands(Episode source, Episode target) =>
        source is { CalledAt: not null, FalseAlarm: null, Held: null or { IsOffDesk: false } } && source.Kind == target.Kind && source.Urgency >= target.Urgency;

    private bool Mutual(Inhibition one, string target) =>
        Policy.Inhibitions.Any(other => other.Source == target && (other.Targets.Count == 0 || other.Targets.Contains(one.Source, StringComparer.Ordinal)));

    private static void Add<TKey>(Dictionary<TKey, List<EpisodeId>> index, TKey key, EpisodeId id) where TKey : notnull
    {
        if (!index.TryGetValue(key, out var list)) index.Add(key, list = []);
        list.Add(id);
    }

    private static void Remove<TKey>(Dictionary<TKey, List<EpisodeId>> index, TKey key, EpisodeId id) where TKey : notnull
    {
        if (index.TryGetValue(key, out var list) && list.Remove(id) && list.Count == 0) index.Remove(key);
    }

    private void Leave(Episode episode)
    {
        foreach (var member in episode.Members) Remove(_districts, (member, episode.Quantity), episode.Id);
        for (var i = 0; i < Policy.Inhibitions.Count; i++)
        {
            if (Policy.Inhibitions[i].Source != episode.Rule) continue;
            Remove(_sources, (i, DeskPolicy.KeyOf(episode, Policy.Inhibitions[i].Equal)), episode.Id);
        }
        for (var i = 0; i < Policy.Groupings.Count; i++)
        {
            var key = (i, DeskPolicy.KeyOf(episode, Policy.Groupings[i].By));
            // The last one out ends the group: the next episode begins another, after the wait.
            if (_groups.TryGetValue(key, out var group) && --group.Members == 0) _groups.Remove(key);
        }
    }

    private sealed class Group
    {
        public int Members { get; set; }

        public Instant? LastCalledAt { get; set; }

        public Instant? FirstWaitingAt { get; set; }
    }
}
