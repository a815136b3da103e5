using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>
/// The checks of a quantity's readings. They are a fold like the rules': one over what is too old to be merged with, one over everything; so a
/// reading that comes late is judged in its place, and judges those after it anew. What that changes of qualities, rules are told like a late reading.
/// </summary>
internal sealed partial class QuantityTwin
{
    private QualityChecks? _checks;
    private QualityFolds? _folds; // null: nothing was ever checked

    public bool HasChecks => _checks is not null;

    /// <summary>The quality of the reading that was taken last, as it was judged then.</summary>
    public Quality Judged { get; private set; }

    /// <summary>What the reading before that one turned out to be by it, if worse than it was judged then; good: nothing new.</summary>
    public Quality JudgedBefore { get; private set; }

    /// <summary>The quality of a reading that is too late to be judged in its place: by its value alone.</summary>
    public Quality ByRange(in Kept reading) => QualityFold.Worse(reading.Source, _checks?.OfRange(reading.Value) ?? Quality.Good);

    private void JudgeNewest(SensorId sensor, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        Judged = _folds!.Now.Take(_checks!, reading.At, reading.Value, reading.Source, out var before);
        JudgedBefore = before;
        var previous = _kept.Count - 1;
        var judged = new Kept(reading.Order, reading.At, reading.Value, Judged, reading.Source, Judged);
        if (previous >= 0 && before > _kept[previous].Quality)
        {
            _kept.Judge(previous, before); // a spike is known by what comes after it
            _kept.Append(judged.With(Judged, Kept.NotThere));
            foreach (var rule in _rules)
            {
                if (rule.Plan!.Learns && !rule.IsQuiet(judged)) Step(rule, sensor, judged, looked, now, events); // what learns is never folded again
            }
            Merge(sensor, judged, looked, now, events);
            return;
        }
        _kept.Append(judged);
        foreach (var rule in _rules)
        {
            if (!rule.IsQuiet(judged)) Step(rule, sensor, judged, looked, now, events);
        }
        FindDeadline();
    }

    // All over again from the base: after a reading that came between others, and after a restart.
    private void JudgeKept()
    {
        _folds!.Now = _folds.Base;
        for (var i = 0; i < _kept.Count; i++)
        {
            _kept.Judge(i, _folds.Now.Take(_checks!, _kept[i].At, _kept[i].Value, _kept[i].Source, out var before));
            if (i > 0 && before > _kept[i - 1].Quality) _kept.Judge(i - 1, before);
        }
    }

    // After a checkpoint the fold over everything is found again. Other checks judge what comes from now on; what has come was judged.
    private void Check(QualityChecks? checks)
    {
        if (IsBound && checks == _checks) return;
        if (IsBound) _folds = null;
        _checks = checks;
        if (checks is not null) _folds ??= new();
        if (_folds is null) return;
        _folds.Now = _folds.Base;
        if (IsBound || checks is null) return;
        for (var i = 0; i < _kept.Count; i++) _folds.Now.Take(checks, _kept[i].At, _kept[i].Value, _kept[i].Source, out _);
    }

    private sealed class QualityFolds
    {
        public QualityFold Base;
        public QualityFold Now;
    }
}
