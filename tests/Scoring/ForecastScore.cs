namespace Scoring;

/// <summary>Forecasts of one horizon next to what came, and next to the two baselines: the value at the origin, and the value 24 hours before the target.</summary>
public sealed class ForecastScore
{
    private double _forecast;
    private double _persistence;
    private double _dayBefore;
    private double _width;
    private int _within;

    public int Count { get; private set; }

    /// <summary>Mean absolute errors, in the quantity's unit.</summary>
    public double Forecast => _forecast / Count;

    public double Persistence => _persistence / Count;

    public double DayBefore => _dayBefore / Count;

    /// <summary>Mean absolute error as a share of the better baseline's.</summary>
    public double Ratio => Forecast / Math.Min(Persistence, DayBefore);

    /// <summary>Share of values within the band, in percent.</summary>
    public double Coverage => 100.0 * _within / Count;

    /// <summary>Mean width of the band, in the quantity's unit.</summary>
    public double Width => _width / Count;

    public void Add(double came, double atOrigin, double dayBefore, double low, double middle, double high)
    {
        Count++;
        _forecast += Math.Abs(came - middle);
        _persistence += Math.Abs(came - atOrigin);
        _dayBefore += Math.Abs(came - dayBefore);
        _width += high - low;
        if (came >= low && came <= high) _within++;
    }
}
