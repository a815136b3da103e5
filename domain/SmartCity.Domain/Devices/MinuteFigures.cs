using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Least, mean and greatest of what one quantity measured in a minute; or why there was nothing.</summary>
public readonly record struct MinuteFigure(Measure Min, Measure Mean, Measure Max);

/// <summary>
/// Folds the samples of one device into figures of whole minutes, counted from the clock's own zero. Failed measures are left out; a minute in which
/// nothing else came gives its last fault. Of a counter only the greatest says something: it is the count at the minute's end. Not thread-safe.
/// </summary>
public sealed class MinuteFigures
{
    private const long MinuteNs = 60_000_000_000;

    private readonly SortedDictionary<Quantity, (double Min, double Max, double Sum, int Count, ReadFault? Fault)> _minute = [];
    private long? _number;

    /// <summary>Takes a sample; true when it is the first of another minute, and then the one before is to be had.</summary>
    /// <param name="atNs">Monotonic nanoseconds.</param>
    /// <param name="endedNs">The end of the minute that is over.</param>
    public bool Observe(ReadOnlySpan<Measure> sample, long atNs, out long endedNs, out IReadOnlyList<MinuteFigure> figures)
    {
        var number = Math.DivRem(atNs, MinuteNs).Quotient;
        var over = _number is { } running && number > running;
        (endedNs, figures) = over ? ((_number!.Value + 1) * MinuteNs, Figures()) : (0, []);
        if (over) _minute.Clear();
        if (_number is null || over) _number = number;
        foreach (var measure in sample)
        {
            var known = _minute.GetValueOrDefault(measure.Quantity);
            if (!measure.TryGetValue(out var value)) _minute[measure.Quantity] = known with { Fault = measure.Fault };
            else if (known.Count == 0) _minute[measure.Quantity] = (value, value, value, 1, known.Fault);
            else _minute[measure.Quantity] = (Math.Min(known.Min, value), Math.Max(known.Max, value), known.Sum + value, known.Count + 1, known.Fault);
        }
        return over && figures.Count > 0;
    }

    private List<MinuteFigure> Figures()
    {
        var figures = new List<MinuteFigure>();
        foreach (var (quantity, one) in _minute)
        {
            if (QuantityCatalogue.Of(quantity).Kind == QuantityKind.Contact) continue; // told at each change
            if (one.Count == 0)
            {
                var failed = Measure.Failed(quantity, one.Fault ?? ReadFault.Unspecified);
                figures.Add(new(failed, failed, failed));
                continue;
            }
            figures.Add(new(Measure.Of(quantity, one.Min), Measure.Of(quantity, one.Sum / one.Count, 3), Measure.Of(quantity, one.Max)));
        }
        return figures;
    }
}
