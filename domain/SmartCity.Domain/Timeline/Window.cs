using System.Diagnostics;
using SmartCity.Readings;

namespace SmartCity.Timeline;

/// <summary>
/// What is kept of the readings of one series in one window of time. Its sums, least and greatest are those of the good readings; of a window without any, those of all
/// that have a value. Windows of a longer time are made of shorter ones without loss, in whatever order they come.
/// </summary>
/// <param name="Count">Readings, failed ones too.</param>
/// <param name="Good">Those that are good.</param>
/// <param name="Measured">Those that have a value.</param>
public readonly record struct Window(double Min, double Sum, double Max, int Count, int Good, int Measured)
{
    /// <summary>Readings that <see cref="Sum"/>, <see cref="Min"/> and <see cref="Max"/> are of; with none they mean nothing.</summary>
    public int Shown => Good > 0 ? Good : Measured;

    public double Mean => Sum / Shown;

    public static Window Of(in PackedReading reading) => !reading.Flags.Measured
        ? new(0, 0, 0, 1, 0, 0)
        : new(reading.Value, reading.Value, reading.Value, 1, reading.Flags.Quality == Quality.Good ? 1 : 0, 1);

    /// <summary>Both together.</summary>
    public Window And(in Window other)
    {
        var (count, good, measured) = (Count + other.Count, Good + other.Good, Measured + other.Measured);
        // Doubtful values give way to good ones.
        if (other.Shown == 0 || Good > 0 && other.Good == 0) return this with { Count = count, Good = good, Measured = measured };
        if (Shown == 0 || other.Good > 0 && Good == 0) return other with { Count = count, Good = good, Measured = measured };
        return new(Math.Min(Min, other.Min), Sum + other.Sum, Math.Max(Max, other.Max), count, good, measured);
    }
}

/// <summary>Folds readings in rising time into windows that are counted from an instant on. An empty window is left out: a gap is a gap.</summary>
public sealed class WindowFold
{
    private readonly long _from, _length;
    private readonly Action<Instant, Window> _closed;
    private long _window;
    private Window _sum;

    /// <param name="from">Where the first window starts.</param>
    /// <param name="length">At least 1 ms.</param>
    /// <param name="closed">Gets each window with its start.</param>
    public WindowFold(Instant from, TimeSpan length, Action<Instant, Window> closed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.FromMilliseconds(1));
        (_from, _length, _closed) = (from.UnixMilliseconds, (long)length.TotalMilliseconds, closed);
    }

    public void Add(in PackedReading reading) => Add(reading.At, Window.Of(reading));

    /// <summary>Adds a whole window, filed by its start.</summary>
    public void Add(Instant at, in Window more)
    {
        Debug.Assert(at.UnixMilliseconds >= _from, "before the first window");
        var window = (at.UnixMilliseconds - _from) / _length;
        if (window != _window) Finish();
        _window = window;
        _sum = _sum.Count == 0 ? more : _sum.And(more);
    }

    /// <summary>Closes the last window.</summary>
    public void Finish()
    {
        if (_sum.Count > 0) _closed(new(_from + _window * _length), _sum);
        _sum = default;
    }
}
