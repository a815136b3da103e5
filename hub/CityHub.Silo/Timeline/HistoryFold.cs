using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>Folds readings in rising time into steps. A step without values is left out.</summary>
internal sealed class HistoryFold(Instant from, TimeSpan step)
{
    private readonly List<HistoryPoint> _points = [];
    private readonly long _length = (long)step.TotalMilliseconds;
    private long _step = -1;
    private int _count;
    private Sums _good, _any;

    public void Add(in PackedReading reading)
    {
        var step = (reading.At.UnixMilliseconds - from.UnixMilliseconds) / _length;
        if (step != _step)
        {
            Close();
            _step = step;
        }
        _count++;
        if (!reading.Flags.Measured) return;
        _any.Add(reading.Value);
        if (reading.Flags.Quality == Quality.Good) _good.Add(reading.Value);
    }

    public IReadOnlyList<HistoryPoint> Finish()
    {
        Close();
        return _points;
    }

    private void Close()
    {
        var shown = _good.Count > 0 ? _good : _any;
        if (shown.Count > 0)
        {
            _points.Add(new(new(from.UnixMilliseconds + _step * _length), shown.Min, shown.Sum / shown.Count, shown.Max, _count, _good.Count));
        }
        (_count, _good, _any) = (0, default, default);
    }

    private struct Sums
    {
        public double Min, Max, Sum;
        public int Count;

        public void Add(double value)
        {
            Min = Count == 0 ? value : Math.Min(Min, value);
            Max = Count == 0 ? value : Math.Max(Max, value);
            Sum += value;
            Count++;
        }
    }
}
