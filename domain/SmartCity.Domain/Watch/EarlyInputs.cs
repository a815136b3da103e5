using SmartCity.Telemetry;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Watch;

/// <summary>How surprising a value is for its sensor, 0 to 1, see <see cref="Anomaly"/>. Nothing to compare while it learns.</summary>
internal sealed class AnomalyInput(AnomalyScore score) : PointInput
{
    private AnomalyWatch _watch = new();

    public override bool TryTake(long at, double value, out double compared)
    {
        var anomaly = _watch.Observe(at, value, out _);
        compared = score switch { AnomalyScore.Surprise => anomaly.Surprise, AnomalyScore.News => anomaly.News };
        return !anomaly.Learning;
    }

    public override void CopyTo(PointInput other) => Copy(this, other);

    public override void Write(VarintWriter w) => _watch.Write(w);

    public override bool Read(ref VarintReader r)
    {
        if (!AnomalyWatch.TryRead(ref r, out var watch)) return false;
        _watch = watch;
        return true;
    }
}

/// <summary>The most extreme value that is expected within six steps, see <see cref="Forecast.Extreme"/>. Nothing to compare while it learns, or after too long a silence.</summary>
internal sealed class ForecastInput(ForecastOver over, bool highest) : PointInput
{
    private Forecaster _forecaster = new(over.Step);

    public override bool TryTake(long at, double value, out double compared)
    {
        compared = 0;
        if (!_forecaster.Observe(at, value) || !_forecaster.TryForecast(out var forecast)) return false;
        compared = forecast.Extreme(highest);
        return true;
    }

    public override void CopyTo(PointInput other) => Copy(this, other);

    public override void Write(VarintWriter w) => _forecaster.Write(w);

    public override bool Read(ref VarintReader r)
    {
        if (!Forecaster.TryRead(ref r, out var forecaster) || forecaster.Step != over.Step) return false;
        _forecaster = forecaster;
        return true;
    }
}
