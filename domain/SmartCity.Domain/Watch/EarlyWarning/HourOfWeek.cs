using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>
/// What is usual at an hour of the day, and at an hour of the week as soon as that has been seen often enough to differ: 24 and 168 levels.
/// How often an hour of the week was seen is taken from its hour of the day: a seventh of that. Hours are those of UTC; a city's own hours are the same ones under another number, but for the days on which its clocks are changed.
/// </summary>
/// <param name="dayMemory">Readings of an hour of the day that count.</param>
/// <param name="weekMemory">Readings of an hour of the week that count.</param>
/// <param name="dayTrust">Visits after which an hour of the day counts half.</param>
/// <param name="weekTrust">Visits after which an hour of the week counts half, beside its hour of the day.</param>
internal sealed class HourOfWeek(double dayMemory, double weekMemory, double dayTrust, double weekTrust)
{
    public const int Hours = 168;
    public const int HoursOfDay = 24;

    private const int MostInHour = 1 << 20;

    private readonly float[] _day = new float[HoursOfDay];
    private readonly float[] _week = Unseen();          // NaN: never seen
    private readonly byte[] _dayVisits = new byte[HoursOfDay];
    private int _hour = -1;  // of the last reading
    private int _inHour;     // readings in it
    private int _perHour;    // readings in the hour before it that had any
    private bool _isNew;     // this hour of the week was never seen before

    /// <summary>Hours since 1970-01-01 00:00 UTC, which was a Thursday, as an hour of the week.</summary>
    public static int Of(long unixMilliseconds) => (int)(unixMilliseconds / 3_600_000 % Hours);

    /// <summary>Weight of what is known of an hour of the day, 0 to 1.</summary>
    public double DayWeight(int hour) => _dayVisits[hour % HoursOfDay] / (_dayVisits[hour % HoursOfDay] + dayTrust);

    /// <summary>What is usual in an hour of the week, where little is known leaning on <paramref name="otherwise"/>.</summary>
    public double Usual(int hour, double otherwise)
    {
        var ofDay = otherwise + DayWeight(hour) * (_day[hour % HoursOfDay] - otherwise);
        return float.IsNaN(_week[hour]) ? ofDay : ofDay + WeekVisits(hour) / (WeekVisits(hour) + weekTrust) * (_week[hour] - ofDay);
    }

    /// <summary>The same, with the hour of the week trusted sooner: by the square of its visits.</summary>
    public double UsualOfWeek(int hour, double otherwise)
    {
        var ofDay = otherwise + DayWeight(hour) * (_day[hour % HoursOfDay] - otherwise);
        var square = WeekVisits(hour) * WeekVisits(hour);
        return float.IsNaN(_week[hour]) ? ofDay : ofDay + square / (square + weekTrust) * (_week[hour] - ofDay);
    }

    /// <summary>Learns one value. Returns the weight that this one had for the hour of the day.</summary>
    public double Learn(int hour, double value)
    {
        var ofDay = hour % HoursOfDay;
        if (hour != _hour)
        {
            _hour = hour;
            _perHour = Math.Max(1, _inHour);
            _inHour = 0;
            if (_dayVisits[ofDay] < byte.MaxValue) _dayVisits[ofDay]++;
            _isNew = float.IsNaN(_week[hour]);
            if (_isNew) _week[hour] = (float)value;
        }
        _inHour = Math.Min(_inHour + 1, MostInHour);
        var weight = Weight(_dayVisits[ofDay], dayMemory);
        _day[ofDay] += (float)(weight * (value - _day[ofDay]));
        _week[hour] += (float)(Weight(_isNew ? 1 : Math.Max(2, WeekVisits(hour)), weekMemory) * (value - _week[hour]));
        return weight;
    }

    private int WeekVisits(int hour) => Math.Max(1, (_dayVisits[hour % HoursOfDay] + 6) / 7);

    private static float[] Unseen()
    {
        var levels = new float[Hours];
        Array.Fill(levels, float.NaN);
        return levels;
    }

    // A plain mean until the memory is full.
    private double Weight(int visits, double memory) => visits == 1 ? 1.0 / _inHour : Math.Max(1 / memory, 1.0 / ((visits - 1) * _perHour + _inHour));

    public void Write(VarintWriter w)
    {
        w.Signed(_hour);
        w.Varint((ulong)_inHour);
        w.Varint((ulong)_perHour);
        w.Byte(_isNew ? (byte)1 : (byte)0);
        w.Bytes(_dayVisits);
        Floats.Write(w, _day);
        for (var i = 0; i < Hours; i++)
        {
            var seen = !float.IsNaN(_week[i]);
            w.Byte(seen ? (byte)1 : (byte)0);
            if (seen) Floats.Write(w, _week[i]);
        }
    }

    public bool TryRead(ref VarintReader r)
    {
        if (!r.Signed(out var hour) || hour is < -1 or >= Hours) return false;
        if (!r.Varint(out var inHour) || inHour > MostInHour || !r.Varint(out var perHour) || perHour > MostInHour || !r.Byte(out var isNew) || isNew > 1) return false;
        (_hour, _inHour, _perHour, _isNew) = ((int)hour, (int)inHour, (int)perHour, isNew == 1);
        if (!r.Bytes(HoursOfDay, out var day)) return false;
        day.CopyTo(_dayVisits);
        if (!Floats.Read(ref r, _day)) return false;
        for (var i = 0; i < Hours; i++)
        {
            if (!r.Byte(out var seen) || seen > 1 || seen == 1 && !Floats.Read(ref r, out _week[i])) return false;
        }
        return true;
    }
}
