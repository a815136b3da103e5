using System.Runtime.CompilerServices;
using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>What one reading looks like to an <see cref="AnomalyWatch"/>.</summary>
/// <param name="Surprise">How far from anything usual, 0 to 1; 0.5 is where a warning is due. An unusual hour is surprising throughout.</param>
/// <param name="News">The same, less what has been surprising lately: 0 unless it exceeds that. An unusual hour is news once.</param>
/// <param name="Usual">What was usual at this hour of the week, in the quantity's unit.</param>
/// <param name="Spread">How far values usually are from that; above zero.</param>
/// <param name="Learning">True: too little has been seen to judge; surprise and news are 0.</param>
public readonly record struct Anomaly(double Surprise, double News, double Usual, double Spread, bool Learning);

/// <summary>
/// Scores each reading by how rare it is for its channel, learning as it goes: no training, no setting per channel, the same work and memory for each reading.
/// <para>It looks at the value, and at means over about 5, 20 and 70 readings, four ways: how far from the level of late; how far from what is usual at this
/// hour of the week, in that hour's own spread; how big a step; and beyond all that was ever seen. Each deviation is as surprising as it is rare in its own
/// history (<see cref="Tail"/>). Surprises add up as a cubic mean: several small ones weigh more than any of them, one large one stands alone.</para>
/// <para>The longer the history, the rarer a thing must be: what happens once in two thousand readings is nothing after two million. And news is what exceeds
/// the surprises of late, which fade over some four hundred readings.</para>
/// </summary>
public sealed class AnomalyWatch
{
    /// <summary>Readings before it judges.</summary>
    public const int Learns = 100;

    private const int Scales = 4;
    private const int Changes = 3;
    private const double LevelMemory = 66;        // readings of the level of late
    private const double Clip = 20;               // spreads from the usual, past which further is no worse: one wild value must not own the slow means
    private const double NeighbourSpread = 0.5;   // of the spread of the hour before and after: a habit may come early or late
    private const double LeastSpread = 0.3;       // of the overall spread, for hours that have been quiet so far
    private const double ChangeWeight = 0.85;
    private const double HistoryWeight = 1.2;     // decades of rarity asked per decade of readings
    private const double History = 2000;          // readings from which more is asked
    private const int Early = 600;                // readings up to which no less is asked: there is little to go by
    private const double FadeReadings = 400;
    private const double FadeShare = 0.02;        // of the history
    private const double HalfScore = 4.74;        // decades: where a warning is due

    private static readonly double[] Weights = [1, 0.2, 0.05, 0.015]; // of a new value in each mean

    private readonly HourOfWeek _usual = new(dayMemory: 48, weekMemory: 24, dayTrust: 0.5, weekTrust: 0.75);
    private readonly float[] _spreads = new float[HourOfWeek.HoursOfDay]; // mean distance from the usual, by hour of the day
    private readonly Learnt _learnt = new();

    /// <summary>Readings seen, up to two thousand million.</summary>
    public int Seen => _learnt.Seen;

    /// <summary>Judges a reading by those before it, then learns it.</summary>
    /// <param name="unixMilliseconds">Its stamp; only the hour of the week is read from it, so gaps and changing intervals do no harm.</param>
    /// <param name="value">A finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">NaN or infinite.</exception>
    public Anomaly Observe(long unixMilliseconds, double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers can be judged.");
        var s = _learnt;
        if (s.Seen == 0) s.Begin(value);
        if (s.Seen < int.MaxValue) s.Seen++;
        var hour = HourOfWeek.Of(unixMilliseconds);
        var ofDay = hour % HourOfWeek.HoursOfDay;
        var grain = 1e-3 * Math.Sqrt(s.Variance) + 1e-9; // below this a deviation is rounding
        var off = value - _usual.Usual(hour, s.Level);
        var (usual, spread) = (_usual.UsualOfWeek(hour, s.Level), Spread(ofDay) + grain);
        var distance = Math.Clamp(off / spread, -Clip, Clip);

        var sum = 0.0;
        for (var i = 0; i < Scales; i++)
        {
            if (i < Changes && s.Seen > 1) Add(ref sum, ChangeWeight * s.Steps[i].Surprise(Math.Abs(value - (i == 0 ? s.Last : s.Means[i])) + grain));
            s.Means[i] += (float)(Math.Max(Weights[i], 1.0 / s.Seen) * (value - s.Means[i]));
            s.Distances[i] += (float)(Weights[i] * (distance - s.Distances[i]));
            Add(ref sum, Side(ref s.Levels, i, s.Means[i] - s.Level, grain));
            Add(ref sum, Side(ref s.Usuals, i, s.Distances[i], 1e-3));
        }
        Add(ref sum, s.Beyond(value));
        s.Learn(value, Math.Abs(off));
        var weight = _usual.Learn(hour, value);
        _spreads[ofDay] += (float)(weight * (Math.Abs(off) - _spreads[ofDay]));
        if (s.Seen < Learns) return new(0, 0, usual, spread, Learning: true);

        var surprise = Math.Max(0, Math.Cbrt(sum) - HistoryWeight * Math.Log10(Math.Max(Early, s.Seen) / History));
        s.Told *= (float)Math.Exp(-1 / (FadeReadings + FadeShare * s.Seen));
        var isNews = surprise > s.Told;
        if (isNews) s.Told = (float)surprise;
        var score = surprise / (surprise + HalfScore);
        return new(score, isNews ? score : 0, usual, spread, Learning: false);
    }

    public void Write(VarintWriter w)
    {
        w.Varint((ulong)_learnt.Seen);
        if (_learnt.Seen == 0) return;
        _learnt.Write(w);
        Floats.Write(w, _spreads);
        _usual.Write(w);
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out AnomalyWatch watch)
    {
        watch = new();
        if (!r.Varint(out var seen) || seen > int.MaxValue) return false;
        watch._learnt.Seen = (int)seen;
        return seen == 0 || watch._learnt.TryRead(ref r) && Floats.Read(ref r, watch._spreads) && watch._usual.TryRead(ref r);
    }

    private double Spread(int ofDay)
    {
        var beside = Math.Max(_spreads[(ofDay + 1) % HourOfWeek.HoursOfDay], _spreads[(ofDay + HourOfWeek.HoursOfDay - 1) % HourOfWeek.HoursOfDay]);
        var spread = Math.Max(_spreads[ofDay], NeighbourSpread * beside);
        return Math.Max(_learnt.Spread + _usual.DayWeight(ofDay) * (spread - _learnt.Spread), LeastSpread * _learnt.Spread);
    }

    private static double Side(ref Tails tails, int scale, double deviation, double grain) =>
        deviation > 0 ? tails[2 * scale].Surprise(deviation + grain) : tails[2 * scale + 1].Surprise(grain - deviation);

    private static void Add(ref double sum, double surprise) => sum += surprise * surprise * surprise;

    [InlineArray(2 * Scales)]
    private struct Tails
    {
        private Tail _first;
    }

    [InlineArray(Changes)]
    private struct StepTails
    {
        private Tail _first;
    }

    [InlineArray(Scales)]
    private struct PerScale
    {
        private float _first;
    }

    /// <summary>All that is learnt but for the hours.</summary>
    private sealed class Learnt
    {
        public int Seen;
        public double Last;
        public double Level;
        public float Variance; // about the level
        public float Spread;   // mean distance from the usual
        public float Told;     // surprise that is no news
        private double _lowest;
        private double _highest;
        public PerScale Means;
        public PerScale Distances;
        public Tails Levels;
        public Tails Usuals;
        public StepTails Steps;

        public void Begin(double value)
        {
            Last = Level = _lowest = _highest = value;
            for (var i = 0; i < Scales; i++) Means[i] = (float)value;
        }

        /// <summary>Surprise of a value outside of all that was seen, by how much of the range it goes beyond it.</summary>
        public double Beyond(double value)
        {
            var beyond = value > _highest ? value - _highest : _lowest - value;
            return beyond > 0 ? 4.2 * Math.Log10(1 + 25 * beyond / Math.Max(_highest - _lowest, 1e-9)) : 0;
        }

        public void Learn(double value, double off)
        {
            _lowest = Math.Min(_lowest, value);
            _highest = Math.Max(_highest, value);
            var weight = Math.Max(1 / LevelMemory, 1.0 / Seen);
            var from = value - Level;
            Level += weight * from;
            Variance += (float)(weight * (from * from - Variance));
            Spread += (float)(weight * (off - Spread));
            Last = value;
        }

        public void Write(VarintWriter w)
        {
            foreach (var number in (ReadOnlySpan<double>)[Last, Level, _lowest, _highest]) Floats.Write(w, number);
            foreach (var number in (ReadOnlySpan<float>)[Variance, Spread, Told]) Floats.Write(w, number);
            Floats.Write(w, (ReadOnlySpan<float>)Means);
            Floats.Write(w, (ReadOnlySpan<float>)Distances);
            for (var i = 0; i < 2 * Scales; i++)
            {
                Levels[i].Write(w);
                Usuals[i].Write(w);
                if (i < Changes) Steps[i].Write(w);
            }
        }

        public bool TryRead(ref VarintReader r)
        {
            if (!Floats.Read(ref r, out Last) || !Floats.Read(ref r, out Level) || !Floats.Read(ref r, out _lowest) || !Floats.Read(ref r, out _highest)) return false;
            if (!Floats.Read(ref r, out Variance) || !Floats.Read(ref r, out Spread) || !Floats.Read(ref r, out Told)) return false;
            if (_lowest > _highest || Variance < 0 || Spread < 0 || Told < 0) return false;
            if (!Floats.Read(ref r, Means) || !Floats.Read(ref r, Distances)) return false;
            for (var i = 0; i < 2 * Scales; i++)
            {
                if (!Tail.TryRead(ref r, out Levels[i]) || !Tail.TryRead(ref r, out Usuals[i]) || i < Changes && !Tail.TryRead(ref r, out Steps[i])) return false;
            }
            return true;
        }
    }
}
