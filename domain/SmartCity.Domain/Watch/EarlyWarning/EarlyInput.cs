using System.Globalization;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>
/// What one rule has learnt of one channel, and compares: see <see cref="EarlyWarningOf"/>. Nothing is compared until enough is learnt, and nothing while a
/// forecast has too little to go by; an open episode stays as it is then.
/// <para>An anomaly opens an episode by its news and keeps it open by its surprise, so that one long excursion is one episode.</para>
/// </summary>
internal sealed class EarlyInput : PointInput
{
    private readonly PlannedRule _rule;
    private readonly EarlyWarningOf _early;
    private AnomalyWatch? _watch;
    private ChangeWatch? _changes;
    private Forecaster? _forecaster;
    private long _newest = long.MinValue;
    private double _value;
    private Anomaly? _seen; // of the last reading, if it has come since a restart
    private bool _tells; // an anomaly goes on
    private int _late;

    public EarlyInput(PlannedRule rule, EarlyWarningOf early)
    {
        (_rule, _early) = (rule, early);
        if (early.Kind == EarlyKind.Forecast) _forecaster = new(early.Within / Forecaster.Reach);
        else _watch = new();
        if (early.Kind == EarlyKind.Change) _changes = new();
    }

    /// <summary>Readings (a forecast: steps) that it still learns before it says anything; 0: it has learnt enough.</summary>
    public int StillLearns => _forecaster?.StillLearns ?? Math.Max(0, AnomalyWatch.Learns - _watch!.Seen);

    public EarlyState State => new(_rule.Id, _rule.Rule.Quantity, _early.Kind, StillLearns)
    {
        Late = _late,
        Surprise = StillLearns > 0 ? null : _seen?.Surprise,
        Usual = StillLearns > 0 ? null : _seen?.Usual,
        Change = _changes?.Last,
        Forecast = Made,
        Level = _forecaster is null ? null : _rule.Rule.Level + _rule.Reference,
        Crosses = Made?.Crosses(_rule.Rule.Level + _rule.Reference, IsUpwards) is { } crossing && crossing.After > TimeSpan.Zero ? crossing : null,
    };

    private Forecast? Made => _forecaster is not null && _forecaster.TryForecast(out var forecast) ? forecast : null;

    /// <summary>A reading came behind a newer one. To learn it in its place, everything since would have to be learnt again from a second copy of all that is
    /// learnt, at twice the memory and up to 64 times the work; and whoever was warned would be warned of another past.</summary>
    public void PassOver() => _late = Math.Min(_late + 1, int.MaxValue - 1);

    public override bool TryTake(long at, double value, out double compared)
    {
        compared = 0;
        if (at <= _newest)
        {
            PassOver(); // a stamp that goes back, though later in order
            return false;
        }
        (_newest, _value) = (at, value);
        if (_forecaster is not null)
        {
            _forecaster.Observe(at, value);
            if (!_forecaster.TryForecast(out var forecast)) return false;
            compared = forecast.Extreme(IsUpwards);
            return true;
        }
        var seen = _watch!.Observe(at, value);
        _seen = seen;
        if (_changes is not null)
        {
            _changes.Observe(at, value, seen);
            compared = _changes.Last?.By ?? 0;
            return !seen.Learning;
        }
        if (seen.News > 0 && _rule.Breached(seen.News)) _tells = true;
        else if (_tells && _rule.Clears(seen.Surprise)) _tells = false;
        compared = _tells ? seen.Surprise : seen.News;
        return !seen.Learning;
    }

    public override string Describe()
    {
        var row = QuantityCatalogue.Of(_rule.Rule.Quantity);
        var zone = CultureInfo.InvariantCulture;
        switch (_early.Kind)
        {
            case EarlyKind.Anomaly when _seen is { } seen:
                return string.Create(zone, $"Surprise {seen.Surprise:0.00}: {_value:0.###} {row.Unit}, where {seen.Usual:0.###} is usual at this hour, give or take {seen.Spread:0.###}.");
            case EarlyKind.Change when _changes!.Last is { } change:
                return string.Create(zone, $"The level has moved by {change.By:+0.###;-0.###} {row.Unit} since {DateTimeOffset.FromUnixTimeMilliseconds(change.Since):yyyy-MM-dd HH:mm} UTC.");
            case EarlyKind.Forecast when _forecaster!.TryForecast(out var forecast):
                var level = _rule.Rule.Level + _rule.Reference;
                if (forecast.Crosses(level, IsUpwards) is not { } crossing) return "";
                var late = _newest - forecast.From; // since the forecast was made
                if (crossing.After <= TimeSpan.Zero) return string.Create(zone, $"It is past {level:0.###} {row.Unit} now.");
                return string.Create(zone, $"Crosses {level:0.###} {row.Unit} in {In(crossing.After, late)}, ")
                    + (crossing.Latest is { } latest ? $"between {In(crossing.Earliest, late)} and {In(latest, late)}." : $"not before {In(crossing.Earliest, late)}, perhaps later than {In(forecast.Horizon, late)}.");
            default:
                return "";
        }
    }

    /// <summary>Goes on with what another rule has learnt of the same channel, if it learns the same.</summary>
    public void TakeOver(EarlyInput known)
    {
        if (known._early == _early) (_watch, _changes, _forecaster, _newest, _value, _seen) = (known._watch, known._changes, known._forecaster, known._newest, known._value, known._seen);
    }

    /// <summary>Nothing: both folds of a rule that learns have the same one.</summary>
    public override void CopyTo(PointInput other)
    {
    }

    public override void Write(VarintWriter w)
    {
        w.Byte((byte)_early.Kind);
        w.Byte(_tells ? (byte)1 : (byte)0);
        w.Signed(_newest == long.MinValue ? -1 : _newest);
        _watch?.Write(w);
        _changes?.Write(w);
        _forecaster?.Write(w);
    }

    public override bool Read(ref VarintReader r)
    {
        if (!r.Byte(out var kind) || kind != (byte)_early.Kind || !r.Byte(out var tells) || tells > 1 || !r.Signed(out var newest) || newest < -1) return false;
        (_tells, _newest) = (tells == 1, newest < 0 ? long.MinValue : newest);
        if (_watch is not null && !AnomalyWatch.TryRead(ref r, out _watch)) return false;
        if (_changes is not null && !ChangeWatch.TryRead(ref r, out _changes)) return false;
        return _forecaster is null || Forecaster.TryRead(ref r, out _forecaster) && _forecaster.Step == _early.Within / Forecaster.Reach;
    }

    private bool IsUpwards => _rule.Rule.Breach == Breach.Above;

    private static string In(TimeSpan after, long late)
    {
        var left = after - TimeSpan.FromMilliseconds(late);
        return left <= TimeSpan.Zero ? "0 min" : left < TimeSpan.FromMinutes(2) ? $"{(int)left.TotalSeconds} s" : left < TimeSpan.FromHours(3) ? $"{(int)left.TotalMinutes} min" : $"{(int)left.TotalHours} h {left.Minutes} min";
    }
}
