using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>What is computed from several quantities: of one sample, derived quantities and differences that rules are counted in; hour by hour, indices.</summary>
public sealed partial class SensorTwin
{
    private const ulong MaxJoins = 256;

    private SampleJoin[] _joins = [];
    private HourlyMeans? _hours;

    private void Compute(in Reading reading, uint epoch, long now, List<EpisodeEvent> events)
    {
        if (reading.Fault is not null || reading.Quality is Quality.Fail or Quality.Missing || epoch < _epoch) return;
        if (_plan!.Indices.Length > 0 && reading.IsGood && HourlyMeans.Takes(reading.Quantity) && reading.TryGetValue(out var value))
        {
            (_hours ??= new()).Add(reading.Quantity, reading.At.UnixMilliseconds, value);
            _deadline = Math.Min(_deadline, _hours.NextDeadline(_plan.IndexSettle));
        }
        foreach (var join in _joins)
        {
            if (!join.TryTake(reading, out var computed)) continue;
            if (join.Rules is { } rules)
            {
                if (rules.IsOver(epoch) || !rules.LooksAt(computed.Quality)) continue;
                rules.Observe(Id, computed, _looked, now, events);
                _deadline = Math.Min(_deadline, rules.Deadline);
                continue;
            }
            var derived = Reading.Measured(join.Quantity, reading.At, new(computed.Order), computed.Value, reading.Clock, computed.Quality);
            var index = IndexOf(join.Quantity);
            Take(index < 0 ? Add(join.Quantity, now, _plan!, events) : index, derived, epoch, now, events);
        }
    }

    // An index is good, however its readings came: only good ones are in it.
    private void FormIndices(long now, List<EpisodeEvent> events)
    {
        if (_hours is null || _plan is null) return;
        while (_hours.TryClose(now, _plan.IndexSettle, out var end))
        {
            foreach (var index in _plan.Indices)
            {
                var value = _hours.IndexOf(index);
                if (double.IsNaN(value)) continue;
                var formed = Reading.Measured(index, new(end), new((ulong)end), value);
                var at = IndexOf(index);
                Take(at < 0 ? Add(index, now, _plan, events) : at, formed, _epoch, now, events);
            }
        }
        _deadline = Math.Min(_deadline, _hours.NextDeadline(_plan.IndexSettle));
    }

    // Of a computed quantity the rules stand with the quantity; a difference brings its own.
    private void BindJoins(long now, RulePlan plan, List<EpisodeEvent> events)
    {
        var old = _joins;
        _joins = Array.ConvertAll(plan.Joins, planned => Array.Find(old, join => join.IsFor(planned)) ?? new(planned));
        for (var i = 0; i < _joins.Length; i++)
        {
            var (join, planned) = (_joins[i], plan.Joins[i]);
            join.Bind(planned);
            if (join.Rules is not { } rules) continue;
            rules.Bind(Id, join.Quantity, planned.Rules, null, null, plan.Set.Version, _looked, now, events);
            _deadline = Math.Min(_deadline, rules.Deadline);
        }
        foreach (var join in old)
        {
            if (!_joins.Contains(join)) join.Rules?.Bind(Id, join.Quantity, [], null, null, plan.Set.Version, _looked, now, events);
        }
    }

    private void ForgetSamples()
    {
        foreach (var join in _joins) join.Forget();
    }

    private bool ReadHours(ref VarintReader r)
    {
        if (!r.Byte(out var any) || any > 1) return false;
        if (any == 0) return true;
        var read = HourlyMeans.TryRead(ref r, out var hours);
        _hours = hours;
        return read;
    }

    private bool ReadJoins(ref VarintReader r)
    {
        if (!r.Varint(out var count) || count > MaxJoins) return false;
        var joins = new SampleJoin[(int)count];
        for (var i = 0; i < joins.Length; i++)
        {
            if (!SampleJoin.TryRead(ref r, out joins[i])) return false;
        }
        _joins = joins;
        return true;
    }
}
