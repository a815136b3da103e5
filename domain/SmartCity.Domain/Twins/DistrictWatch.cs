using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>
/// The rules on one district as a whole. It is told the good values of the district's sensors, in any order within the rules' lateness limits, and the time;
/// how often it is told the time changes nothing but how soon something is found. Mutable, single owner, no clock. A silent sensor clears nothing:
/// when too few sites have a fresh value, nothing is said.
/// </summary>
public sealed class DistrictWatch(string id)
{
    private const byte Version = 1;
    private const int MostRules = 2000;
    private const int MostBytes = 256 << 20;

    private List<DistrictRule> _rules = [];
    private List<(string Rule, byte[] State)> _unread = []; // of a checkpoint, until rules are in force
    private long _looked;

    public string Id { get; } = id;

    /// <summary>The district as the subject of its episodes.</summary>
    public SensorId Subject { get; } = SensorId.OfDistrict(id);

    /// <summary>When <see cref="Advance"/> has something to find (city clock); null: nothing unless a value comes.</summary>
    public Instant? NextDeadline
    {
        get
        {
            var next = long.MaxValue;
            foreach (var rule in _rules) next = Math.Min(next, rule.NextDeadline);
            return next == long.MaxValue ? null : new Instant(next);
        }
    }

    /// <summary>Puts rules in force: those on districts that name this one, or none. An open episode of a rule that is gone is withdrawn.</summary>
    public void Use(RuleSet set, Instant cityNow, List<EpisodeEvent> events)
    {
        var now = Math.Max(_looked, cityNow.UnixMilliseconds);
        var next = new List<DistrictRule>();
        foreach (var rule in set.Rules)
        {
            if (rule.District is null || rule.Districts.Count > 0 && !rule.Districts.Contains(Id, StringComparer.Ordinal)) continue;
            var plan = new PlannedRule(rule, set, new());
            next.Add(_rules.Find(old => old.Plan.Id == rule.Id)?.Under(plan, _looked) ?? Restored(plan));
        }
        _unread = [];
        foreach (var old in _rules)
        {
            if (!next.Exists(rule => rule.Plan.Id == old.Plan.Id)) old.Withdraw(Subject, set.Version, _looked, now, events);
        }
        _rules = next; // what the clock has found is told with the next look
    }

    /// <summary>Everything it knows, but for the rules themselves: read back under the same rules it goes on as if nothing had happened, a running for-duration included.</summary>
    public void Write(VarintWriter w)
    {
        w.Byte(Version);
        Texts.Write(w, Id);
        w.Signed(_looked);
        w.Varint((ulong)_rules.Count);
        var state = new VarintWriter();
        foreach (var rule in _rules)
        {
            state.Clear();
            rule.Write(state, _looked);
            Texts.Write(w, rule.Plan.Id);
            w.Varint((ulong)state.Length);
            w.Bytes(state.Written);
        }
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote. What they say of a rule counts once that rule is in force, with the same definition.</summary>
    public static bool TryRead(ref VarintReader r, out DistrictWatch watch)
    {
        watch = new("");
        if (!r.Byte(out var version) || version != Version || !Texts.Read(ref r, out var id)) return false;
        if (!r.Signed(out var looked) || looked < 0 || looked > Instant.Max.UnixMilliseconds || !r.Varint(out var count) || count > MostRules) return false;
        watch = new(id) { _looked = looked };
        for (var i = 0ul; i < count; i++)
        {
            if (!Texts.Read(ref r, out var rule) || !r.Varint(out var length) || length > MostBytes || !r.Bytes((int)length, out var state)) return false;
            watch._unread.Add((rule, state.ToArray()));
        }
        return true;
    }

    private DistrictRule Restored(PlannedRule plan)
    {
        var rule = new DistrictRule(plan);
        foreach (var (id, state) in _unread)
        {
            var r = new VarintReader(state);
            if (id == plan.Id && rule.TryRestore(ref r, _looked)) break;
        }
        return rule;
    }

    /// <summary>A good value of a sensor that stands in this district.</summary>
    /// <param name="site">Where; sensors of one site count once.</param>
    public void Hear(SensorId sensor, string site, Quantity quantity, Instant at, double value)
    {
        foreach (var rule in _rules)
        {
            if (rule.Plan.Rule.Quantity == quantity) rule.Hear(sensor, site, at.UnixMilliseconds, value);
        }
    }

    /// <summary>A sensor stands here no longer.</summary>
    public void Forget(SensorId sensor)
    {
        foreach (var rule in _rules) rule.Forget(sensor);
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(Instant cityNow, List<EpisodeEvent> events)
    {
        var now = Math.Max(_looked, cityNow.UnixMilliseconds);
        foreach (var rule in _rules) rule.Advance(Subject, _looked, now, events);
        _looked = now;
    }

    /// <summary>Takes over an episode of this district that was open when the hub stopped; one of no rule in force is left alone.</summary>
    public void Adopt(Episode open)
    {
        if (open.Sensor == Subject) _rules.Find(rule => rule.Plan.Id == open.Rule)?.Adopt(open, _looked);
    }
}
