using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>
/// The last 24 hours of one sensor's pollutants, for indices that are formed hour by hour. Hours are right-closed, by UTC. An hour is closed by the clock, once
/// readings have had time to come; what comes for it later is left out, so that within that time the order of arrival does not matter.
/// </summary>
internal sealed class HourlyMeans
{
    private const long Hour = 3_600_000;
    private const int Hours = AirQualityIndex.MostHours;

    private static readonly Quantity[] Pollutants =
        [.. AirQualityIndex.Us.Concat(AirQualityIndex.Cn).Select(part => part.Quantity).Distinct()];

    // By pollutant and hour, a ring each, one hour longer than any mean: the hour that is open.
    private readonly double[,] _sums = new double[Pollutants.Length, 2 * Hours];
    private readonly int[,] _counts = new int[Pollutants.Length, 2 * Hours];
    private long _closed;    // the last closed hour
    private long _newest;    // the newest with a reading
    private bool _any;

    public static bool Takes(Quantity quantity) => Array.IndexOf(Pollutants, quantity) >= 0;

    public void Add(Quantity quantity, long at, double value)
    {
        var row = Array.IndexOf(Pollutants, quantity);
        var hour = HourOf(at);
        if (row < 0) return;
        if (!_any)
        {
            (_any, _closed, _newest) = (true, hour - 1, hour);
            Empty(hour - 2 * Hours + 1, hour);
        }
        if (hour <= _closed) return;
        if (hour > _newest)
        {
            Empty(Math.Max(_newest + 1, hour - 2 * Hours + 1), hour);
            _newest = hour;
            _closed = Math.Max(_closed, hour - Hours); // never more open hours than the ring has room for
        }
        _sums[row, Slot(hour)] += value;
        _counts[row, Slot(hour)]++;
    }

    /// <summary>When the clock closes the next hour, Unix ms; the greatest number when there is nothing left in any mean.</summary>
    public long NextDeadline(long settle) => _any && _closed < _newest + Hours - 1 ? (_closed + 1) * Hour + settle : long.MaxValue;

    /// <summary>Closes the next hour if it is time. Its end, in Unix ms.</summary>
    public bool TryClose(long now, long settle, out long end)
    {
        end = (_closed + 1) * Hour;
        if (NextDeadline(settle) > now) return false;
        _closed++;
        if (_closed > _newest)
        {
            _newest = _closed;
            Empty(_closed, _closed);
        }
        return true;
    }

    /// <summary>An index at the end of the last closed hour; not a number when no part can be formed.</summary>
    public double IndexOf(Quantity index)
    {
        var worst = double.NaN;
        foreach (var part in AirQualityIndex.Find(index)!)
        {
            if (Mean(part) is not { } mean || part.IndexOf(mean) is not { } one) continue;
            if (double.IsNaN(worst) || one > worst) worst = one;
        }
        return double.IsNaN(worst) ? worst : AirQualityIndex.Reported(index, worst);
    }

    public void Write(VarintWriter w)
    {
        w.Byte(_any ? (byte)1 : (byte)0);
        if (!_any) return;
        w.Signed(_closed);
        w.Signed(_newest);
        for (var row = 0; row < Pollutants.Length; row++)
        {
            for (var slot = 0; slot < 2 * Hours; slot++)
            {
                w.Varint((ulong)_counts[row, slot]);
                if (_counts[row, slot] > 0) Numbers.Write(w, _sums[row, slot]);
            }
        }
    }

    public static bool TryRead(ref VarintReader r, out HourlyMeans means)
    {
        means = new();
        if (!r.Byte(out var any) || any > 1) return false;
        if (any == 0) return true;
        means._any = true;
        if (!r.Signed(out means._closed) || !r.Signed(out means._newest)) return false;
        if (means._newest is < -1 or > 1L << 40 || means._closed > means._newest || means._closed < means._newest - 2 * Hours) return false;
        for (var row = 0; row < Pollutants.Length; row++)
        {
            for (var slot = 0; slot < 2 * Hours; slot++)
            {
                if (!r.Varint(out var count) || count > int.MaxValue) return false;
                means._counts[row, slot] = (int)count;
                if (count > 0 && !Numbers.Read(ref r, out means._sums[row, slot])) return false;
            }
        }
        return true;
    }

    private double? Mean(IndexPart part)
    {
        var row = Array.IndexOf(Pollutants, part.Quantity);
        var (sum, filled) = (0.0, 0);
        for (var back = 0; back < part.Hours; back++)
        {
            var slot = Slot(_closed - back);
            if (_counts[row, slot] == 0) continue;
            sum += _sums[row, slot] / _counts[row, slot];
            filled++;
        }
        return filled * 4 >= part.Hours * 3 ? sum / filled : null;
    }

    private void Empty(long from, long to)
    {
        for (var hour = from; hour <= to; hour++)
        {
            for (var row = 0; row < Pollutants.Length; row++) (_sums[row, Slot(hour)], _counts[row, Slot(hour)]) = (0, 0);
        }
    }

    private static long HourOf(long at) => (at + Hour - 1) / Hour;

    private static int Slot(long hour) => (int)((hour % (2 * Hours) + 2 * Hours) % (2 * Hours));
}
