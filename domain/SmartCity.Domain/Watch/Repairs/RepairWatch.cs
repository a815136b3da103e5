using System.Runtime.CompilerServices;
using SmartCity.Readings;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Watch.Repairs;

/// <summary>
/// Finds values for the readings of one channel that are missing or not good. Mutable, single owner, no clock; at most 4 KB.
/// <para>Five ways compete: a straight line, up to three near sensors (each by the line that fits it to this one), and what is usual at the hour of the week. Where good readings stand on both
/// sides of a gap, what each way is off by at its ends is spread over it, so that a repaired stretch meets what was measured. Every way is tried on good readings all the time
/// (<see cref="MethodScores"/>); the one that has lately been off least for such a gap is taken, and how much that was is its confidence.</para>
/// <para>Each reading is held until the next one has come: a spike is known by then, and what the neighbours said at that time. So a repair is told one reading after its gap has ended.</para>
/// </summary>
public sealed partial class RepairWatch
{
    /// <summary>Most near sensors that are learnt.</summary>
    public const int MostNeighbours = 3;

    /// <summary>Most readings that wait for a good one; the oldest is then repaired without it, or given up.</summary>
    public const int MostWaiting = 48;

    internal const int Ways = 2 + MostNeighbours;
    private const int Line = 0, FirstNeighbour = 1, Season = 1 + MostNeighbours;
    private const int Kept = 16;                // good readings
    private const int SeasonLearns = 48;        // hours before what is usual says anything
    private const int SpreadMemory = 1000;      // readings
    private const double RhythmMemory = 16;
    private const double LeastShape = 0.3;
    private const double SideMemory = 8;        // readings

    private readonly Point[] _good = new Point[Kept];   // a ring
    private readonly List<Point> _waiting = [];
    private readonly NeighbourFit[] _fits = new NeighbourFit[MostNeighbours];
    private readonly HourOfWeek _usual = new(dayMemory: 14, weekMemory: 6, dayTrust: 1, weekTrust: 2);
    private MethodScores _scores;
    private int _goodCount;
    private int _newest = -1;
    private Point _held;
    private bool _holds;
    private bool _heldIsGood;
    private double _rhythm;   // ms between good readings
    private int _spreadOf;    // readings in mean and spread
    private double _mean;
    private double _spread;
    private long _hour = -1;  // of the readings that are being summed
    private double _hourSum;
    private int _hourCount;
    private int _hours;       // that were learnt

    /// <summary>A reading, and what each way says of it; not a number where it says nothing.</summary>
    private struct Point
    {
        public long At;
        public double Value;
        public Says Says;
    }

    [InlineArray(Ways)]
    private struct Says
    {
        private float _line;
    }

    /// <summary>When the reading was that is held: what neighbours said about then is to be given with the next one. Null: none is.</summary>
    public Instant? Held => _holds ? new Instant(_held.At) : null;

    /// <summary>Takes the next reading in order.</summary>
    /// <param name="reading">As the checks judged it. One that is not after the last is passed over.</param>
    /// <param name="before">What the reading before it has turned out to be, if worse than it was judged then.</param>
    /// <param name="near">What near sensors said about the time of <see cref="Held"/>, the nearest first.</param>
    /// <param name="repairs">What was found is appended.</param>
    public void Take(in Reading reading, Quality before, ReadOnlySpan<NearValue> near, RepairPlan plan, List<Repair> repairs)
    {
        var at = reading.At.UnixMilliseconds;
        if (_holds && at <= _held.At) return;
        if (_holds)
        {
            Ask(ref _held, near);
            if (_heldIsGood && before is not (Quality.Suspect or Quality.Fail)) TakeGood(plan, repairs, near);
            else Wait(_held, plan, repairs);
            if (plan.Every is { } every) NoteAbsent(_held.At, at, (long)every.TotalMilliseconds, plan, repairs);
        }
        _holds = true;
        _heldIsGood = reading.TryGetValue(out var value) && reading.Quality is Quality.Good or Quality.NotEvaluated;
        _held = new() { At = at, Value = _heldIsGood ? value : 0 };
    }

    private void Ask(ref Point point, ReadOnlySpan<NearValue> near)
    {
        point.Says[Line] = 0;
        point.Says[Season] = _hours >= SeasonLearns ? Finite(_usual.Usual(HourOfWeek.Of(point.At), _mean)) : float.NaN;
        for (var i = 0; i < MostNeighbours; i++)
        {
            point.Says[FirstNeighbour + i] = float.NaN;
            if (TryFind(near, i, out var said)) point.Says[FirstNeighbour + i] = Finite(_fits[i].Predict(said));
        }
    }

    private static float Finite(double value) => float.IsFinite((float)value) ? (float)value : float.NaN;

    private bool TryFind(ReadOnlySpan<NearValue> near, int fit, out double said)
    {
        foreach (var value in near)
        {
            said = value.Value;
            if (value.Sensor.Value == _fits[fit].Sensor) return true;
        }
        said = 0;
        return false;
    }

    private void TakeGood(RepairPlan plan, List<Repair> repairs, ReadOnlySpan<NearValue> near)
    {
        foreach (var waiting in _waiting) Bridge(waiting, plan, repairs);
        _waiting.Clear();
        Try();
        LearnNeighbours(near);
        LearnSeason();
        LearnSpread();
        if (_goodCount > 0)
        {
            var since = _held.At - _good[_newest].At;
            _rhythm = _rhythm == 0 ? since : _rhythm + (Math.Min(since, 2 * _rhythm) - _rhythm) / RhythmMemory;
        }
        _newest = (_newest + 1) % Kept;
        _good[_newest] = _held;
        _goodCount = Math.Min(_goodCount + 1, Kept);
    }

    // Readings that were due between two and never came. What neighbours said then is not asked: it is known of the time of a reading only.
    private void NoteAbsent(long from, long to, long every, RepairPlan plan, List<Repair> repairs)
    {
        var (gap, due) = (to - from, (to - from + every / 2) / every - 1);
        if (gap <= every + every / 2 || due > MostWaiting || gap > plan.Longest.TotalMilliseconds) return;
        for (var i = 1; i <= due; i++)
        {
            var absent = new Point { At = from + gap * i / (due + 1) };
            Ask(ref absent, []);
            Wait(absent, plan, repairs);
        }
    }

    private void Wait(in Point point, RepairPlan plan, List<Repair> repairs)
    {
        if (_waiting.Count == MostWaiting)
        {
            Choose(_waiting[0], null, plan, repairs);
            _waiting.RemoveAt(0);
        }
        _waiting.Add(point);
    }

    // The newest good reading on one side, the held one on the other.
    private void Bridge(in Point point, RepairPlan plan, List<Repair> repairs)
    {
        if (_goodCount == 0)
        {
            Choose(point, null, plan, repairs);
            return;
        }
        ref readonly var last = ref _good[_newest];
        var gap = _held.At - last.At;
        var steps = Math.Max(_waiting.Count + 1, _rhythm > 0 ? Math.Min(1000, Math.Round(gap / _rhythm)) : 0);
        var length = gap <= plan.Longest.TotalMilliseconds ? MethodScores.LengthOf((int)steps) : null;
        Choose(point, new(length, steps, (point.At - last.At) / (double)gap), plan, repairs);
    }

    /// <summary>The good readings on both sides of a gap.</summary>
    /// <param name="Length">Of <see cref="MethodScores"/>; null: it is too long to be bridged.</param>
    /// <param name="Steps">Readings from one side to the other.</param>
    /// <param name="Part">How far into it a reading stands, 0 to 1.</param>
    private readonly record struct Sides(int? Length, double Steps, double Part)
    {
        /// <summary>How much of what a way is off by at a side still holds so many readings away.</summary>
        public double Before => Math.Exp(-Part * Steps / SideMemory);
        public double After => Math.Exp(-(1 - Part) * Steps / SideMemory);

        /// <summary>Share of the error over a bridge's middle, as of a walk that is held at both ends.</summary>
        public double Shape => Math.Max(LeastShape, Math.Sqrt(4 * Part * (1 - Part)));

        /// <summary>Share of the error of a way that has no sides.</summary>
        public double Faded => Math.Max(LeastShape, Math.Sqrt(1 - Math.Max(Before * Before, After * After)));
    }

    private void Choose(in Point point, Sides? sides, RepairPlan plan, List<Repair> repairs)
    {
        var (best, found, by) = (double.PositiveInfinity, 0.0, RepairMethod.Interpolation);
        for (var way = 0; way < Ways; way++)
        {
            var method = way == Line ? RepairMethod.Interpolation : way == Season ? RepairMethod.Season : RepairMethod.Neighbour;
            if (float.IsNaN(point.Says[way]) || !Allows(plan, method)) continue;
            var (error, value) = sides is { Length: { } length } bridge
                ? (_scores.Of(way, length) * bridge.Shape, Between(_good[_newest], point, _held, way, bridge.Part))
                : (double.PositiveInfinity, double.NaN);
            if (error < best && double.IsFinite(value)) (best, found, by) = (error, value, method);
            if (way == Line) continue;
            (error, value) = (_scores.Of(way, MethodScores.Free) * (sides?.Faded ?? 1), Faded(point, sides, way));
            if (error < best) (best, found, by) = (error, value, method);
        }
        if (!double.IsFinite(best)) return;
        var confidence = best + _spread == 0 ? 1 : _spread / (_spread + best);
        var row = QuantityCatalogue.Of(plan.Quantity);
        if (confidence >= plan.LeastConfidence) repairs.Add(new(plan.Quantity, new(point.At), Math.Clamp(found, row.Min, row.Max), by, confidence));
    }

    private static bool Allows(RepairPlan plan, RepairMethod method)
    {
        foreach (var allowed in plan.Methods)
        {
            if (allowed == method) return true;
        }
        return false;
    }

    // What a way says, moved by what it is off by at both ends.
    private static double Between(in Point from, in Point point, in Point to, int way, double part)
    {
        var (before, after) = (from.Value - from.Says[way], to.Value - to.Says[way]);
        return point.Says[way] + before + (after - before) * part;
    }

    // What a way says where a gap is long: what it is off by at the ends fades with the distance from them.
    private double Faded(in Point point, Sides? sides, int way)
    {
        double value = point.Says[way];
        if (sides is not { } known) return value;
        var (before, after) = (_good[_newest].Value - _good[_newest].Says[way], _held.Value - _held.Says[way]);
        if (double.IsFinite(before)) value += before * known.Before;
        if (double.IsFinite(after)) value += after * known.After;
        return value;
    }

    // Every way on readings that are known, between this one and one further back.
    private void Try()
    {
        for (var way = Line + 1; way < Ways; way++) _scores.Tried(way, MethodScores.Free, Math.Abs(_held.Value - _held.Says[way]));
        for (var length = 0; length < MethodScores.Free && MethodScores.StepsOf(length) <= _goodCount; length++)
        {
            var steps = MethodScores.StepsOf(length);
            ref readonly var from = ref Back(steps - 1);
            ref readonly var middle = ref Back(steps / 2 - 1);
            if (_held.At - from.At > 1.5 * steps * _rhythm) return; // a gap in it
            var part = (middle.At - from.At) / (double)(_held.At - from.At);
            for (var way = 0; way < Ways; way++) _scores.Tried(way, length, Math.Abs(middle.Value - Between(from, middle, _held, way, part)));
        }
    }

    private ref readonly Point Back(int readings) => ref _good[(_newest - readings + Kept) % Kept];

    private void LearnNeighbours(ReadOnlySpan<NearValue> near)
    {
        foreach (var value in near)
        {
            var place = Array.FindIndex(_fits, fit => fit.Sensor == value.Sensor.Value);
            if (place < 0) place = Array.FindIndex(_fits, fit => fit.Sensor is null);
            if (place < 0) continue;
            if (_fits[place].Sensor is null) _fits[place] = NeighbourFit.Of(value.Sensor);
            _fits[place].Learn(value.Value, _held.Value);
        }
    }

    // By whole hours, so that what is usual is remembered for as many days whatever the rhythm is.
    private void LearnSeason()
    {
        var hour = _held.At / 3_600_000;
        if (hour != _hour && _hourCount > 0)
        {
            _usual.Learn((int)(_hour % HourOfWeek.Hours), _hourSum / _hourCount);
            _hours = Math.Min(_hours + 1, SeasonLearns);
        }
        if (hour != _hour) (_hour, _hourSum, _hourCount) = (hour, 0, 0);
        _hourSum += _held.Value;
        _hourCount++;
    }

    private void LearnSpread()
    {
        _spreadOf = Math.Min(_spreadOf + 1, SpreadMemory);
        if (_spreadOf > 1) _spread += (Math.Abs(_held.Value - _mean) - _spread) / (_spreadOf - 1);
        _mean += (_held.Value - _mean) / _spreadOf;
    }
}
