using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>One rule on one district: the values of its sensors as of each step, and where the rule stands on what they make together.</summary>
internal sealed partial class DistrictRule
{
    /// <summary>Most steps that are made up for after a pause; what is before them is history.</summary>
    private const int MostSteps = 360;

    private readonly Dictionary<SensorId, Member> _members = [];
    private readonly Dictionary<string, (double Sum, int Count, double Worst)> _sites = new(StringComparer.Ordinal);
    private readonly DistrictInput _input;
    private RuleTwin _twin;
    private readonly long _every;
    private readonly long _freshFor;
    private double[] _values = [];
    private long _step = long.MinValue; // the last one that was evaluated
    private bool _restored;
    private EpisodeId? _open;
    private HashSet<SensorId> _told = []; // members of the open episode

    public DistrictRule(PlannedRule plan)
    {
        Plan = plan;
        _input = plan.Rule.District!;
        _twin = new(plan);
        (_every, _freshFor) = ((long)_input.Every.TotalMilliseconds, (long)_input.FreshFor.TotalMilliseconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(_every, 1000, nameof(plan));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plan.Lateness, _every * DistrictInput.MaxSteps, nameof(plan));
    }

    /// <summary>A sensor's value as of the last evaluated step, and what has come for later ones: the last of each step.</summary>
    private sealed class Member
    {
        public string Site = "";
        public long At = long.MinValue;
        public double Value;
        public readonly List<(long Step, long At, double Value)> Later = [];

        public void Hear(long step, long evaluated, long at, double value)
        {
            if (step <= evaluated)
            {
                if (at > At) (At, Value) = (at, value);
                return;
            }
            var index = Later.Count;
            while (index > 0 && Later[index - 1].Step >= step) index--;
            if (index == Later.Count || Later[index].Step != step) Later.Insert(index, (step, at, value));
            else if (at > Later[index].At) Later[index] = (step, at, value);
            if (Later.Count > 2 * DistrictInput.MaxSteps) Advance(Later[0].Step);
        }

        public void Advance(long step)
        {
            while (Later.Count > 0 && Later[0].Step <= step)
            {
                if (Later[0].At > At) (At, Value) = (Later[0].At, Later[0].Value);
                Later.RemoveAt(0);
            }
        }
    }

    public PlannedRule Plan { get; private set; }

    public void Hear(SensorId sensor, string site, long at, double value)
    {
        var step = StepOf(at);
        if (_step == long.MinValue) _step = step - 1;
        if (!_members.TryGetValue(sensor, out var member)) _members.Add(sensor, member = new());
        member.Site = site;
        member.Hear(step, _step, at, value);
    }

    public void Forget(SensorId sensor) => _members.Remove(sensor);

    /// <summary>When there is something to find, Unix ms; the greatest number: never.</summary>
    public long NextDeadline => _members.Count == 0 ? long.MaxValue : Math.Min(_twin.Deadline, (_step + 1) * _every + Plan.Lateness);

    public void Advance(SensorId district, long looked, long now, List<EpisodeEvent> events)
    {
        if (_step != long.MinValue)
        {
            var due = (long)Math.Floor((now - Plan.Lateness) / (double)_every);
            for (_step = Math.Max(_step, due - MostSteps); _step < due;) Evaluate(district, ++_step, looked, now, events);
        }
        if (_twin.Deadline <= now) Tell(_step * _every, events, () => _twin.Elapse(district, looked, now, events));
    }

    /// <summary>An episode that was open when the hub stopped goes on: the register's word on who is in it, and on whether there is one.</summary>
    public void Adopt(Episode open, long looked)
    {
        if (open.RaisedAt is not null) (_open, _told) = (open.Id, [.. open.Members]);
        // What a checkpoint knows of it is more than the register does, unless it is older.
        if (_restored && (open.RaisedAt is null || _twin.OpenState(looked) is { } known && EpisodeId.Of(Plan.Id, open.Sensor, known.Epoch, known.First) == open.Id)) return;
        var level = Plan.Rule.Levels.Count(of => of.Severity <= open.Severity);
        _twin.Adopt(new()
        {
            Phase = Phase.Raised, Level = (byte)Math.Max(1, level), First = (ulong)open.FirstBreachAt.UnixMilliseconds, Since = open.FirstBreachAt.UnixMilliseconds,
            RaisedAt = (open.RaisedAt ?? open.FirstBreachAt).UnixMilliseconds, MovedAt = (open.SeverityAt ?? open.RaisedAt ?? open.FirstBreachAt).UnixMilliseconds,
            RaisedValue = open.Value, LastValue = open.Value, LastAt = open.FirstBreachAt.UnixMilliseconds, LastBreachAt = open.FirstBreachAt.UnixMilliseconds,
        });
    }

    /// <summary>The same rule under another version: members stay, and so does an open episode.</summary>
    public DistrictRule Under(PlannedRule plan, long looked)
    {
        if (plan.Definition == Plan.Definition)
        {
            _twin.Rename(plan);
            Plan = plan;
            return this;
        }
        var next = new DistrictRule(plan) { _open = _open, _told = _told };
        if (_twin.OpenState(looked) is { } open) next._twin.Adopt(open);
        foreach (var (sensor, member) in _members)
        {
            if (plan.Rule.Quantity != Plan.Rule.Quantity || member.At == long.MinValue) continue;
            next.Hear(sensor, member.Site, member.At, member.Value);
        }
        return next;
    }

    public void Withdraw(SensorId district, int version, long looked, long now, List<EpisodeEvent> events) =>
        _twin.Withdraw(district, Plan.Rule.Quantity, version, looked, now, events);

    private void Evaluate(SensorId district, long step, long looked, long now, List<EpisodeEvent> events)
    {
        var at = step * _every;
        if (Collect(step, at) is not { } value) return; // too few sites: nothing is said, and nothing clears
        var reading = new Kept((ulong)Math.Max(0, at), at, value, Quality.Good);
        if (!_twin.IsQuiet(reading)) Tell(at, events, () => _twin.Step(district, 0, reading, looked, now, events));
        if (_open is { } open && MembersAt(at).Where(member => !_told.Contains(member)).Take(Episode.MostMembers - _told.Count).ToArray() is { Length: > 0 } more)
        {
            _told.UnionWith(more);
            events.Add(new EpisodeEvent.Joined(open, Plan.Id, Plan.Version, district, Plan.Rule.Quantity, new(at), more));
        }
    }

    private double? Collect(long step, long at)
    {
        _sites.Clear();
        var below = Plan.Rule.Breach == Breach.Below;
        foreach (var (sensor, member) in _members)
        {
            member.Advance(step);
            if (member.At == long.MinValue || at - member.At > _freshFor) continue;
            var site = member.Site.Length > 0 ? member.Site : sensor.Value; // a sensor without a site stands by itself
            if (!_sites.TryGetValue(site, out var sum)) sum = (0, 0, member.Value);
            _sites[site] = (sum.Sum + member.Value, sum.Count + 1, below ? Math.Min(sum.Worst, member.Value) : Math.Max(sum.Worst, member.Value));
        }
        if (_values.Length < _sites.Count) _values = new double[Math.Max(16, 2 * _sites.Count)];
        var count = 0;
        foreach (var site in _sites.Values) _values[count++] = _input.Take == DistrictTake.Quorum ? site.Worst : site.Sum / site.Count;
        return _input.Of(_values.AsSpan(0, count), Plan.Rule.Breach);
    }

    // What is raised names the sensors that are past the level; all that are fresh, when the rule is on something else than their own values.
    private void Tell(long at, List<EpisodeEvent> events, Action find)
    {
        var told = events.Count;
        find();
        for (var i = told; i < events.Count; i++)
        {
            if (events[i] is EpisodeEvent.Raised raised)
            {
                events[i] = raised with { Members = MembersAt(at) };
                (_open, _told) = (raised.Episode, [.. MembersAt(at)]);
            }
            else if (events[i] is EpisodeEvent.Cleared or EpisodeEvent.Withdrawn) (_open, _told) = (null, []);
        }
    }

    private SensorId[] MembersAt(long at)
    {
        var fresh = _members.Where(member => member.Value.At != long.MinValue && at - member.Value.At <= _freshFor);
        if (_input.Take == DistrictTake.Quorum) fresh = fresh.Where(member => Plan.Breached(member.Value.Value));
        return [.. fresh.Select(member => member.Key).OrderBy(sensor => sensor.Value, StringComparer.Ordinal).Take(Episode.MostMembers)];
    }

    // The step that a stamp belongs to: the first at or after it.
    private long StepOf(long at) => (at + _every - 1) / _every;
}
