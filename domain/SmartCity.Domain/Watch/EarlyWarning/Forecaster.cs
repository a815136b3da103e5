using System.Runtime.CompilerServices;
using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>
/// Forecasts a channel one, three and six steps ahead with a band that holds four values in five, learning as it goes.
/// <para>Time is cut into steps, right-closed as stations stamp their hours; a step's value is its last reading. The change to come is a weighted sum of the
/// last three changes, of what this hour of the week usually brings, of how far the value stands from its usual and from the last day's and the long run's
/// level, and of the hour of the day. Weights are learnt by <see cref="LeastSquares"/> from all that came true; quiet times count more than wild ones, and an error
/// counts no more than three usual ones, so that the middle is closer to a median.</para>
/// <para>The band is as wide as errors were (adaptive conformal): each side moves until one value in ten lies beyond it, and widens while the channel is restless.</para>
/// </summary>
public sealed class Forecaster
{
    /// <summary>Steps that the furthest horizon is ahead.</summary>
    public const int Reach = 6;

    /// <summary>Steps with a reading before it says anything.</summary>
    public const int Learns = 96;

    /// <summary>Steps without a reading over which the last value is held; then it says nothing until there is a reading again.</summary>
    public const int Holds = 3;

    /// <summary>Shortest and longest step.</summary>
    public static readonly TimeSpan LeastStep = TimeSpan.FromSeconds(1), MostStep = TimeSpan.FromHours(4);

    private const int Targets = 3;
    private const int Features = 13;
    private const int Kept = Reach + 1;          // origins whose outcome is not known yet, and this one
    private const int Gap = 24;                  // steps without a reading after which changes are not changes
    private const int SolveEvery = 24;
    private const double Ridge = 100;            // usual squared changes
    private const double LevelMemory = 12;       // steps
    private const double LongMemory = 1000;
    private const double ChangeMemory = 500;
    private const double RestlessMemory = 24;
    private const double ErrorMemory = 50;
    private const double Unusual = 3;            // usual errors that an example counts at most
    private const double BandStep = 0.03;        // usual errors per outcome
    private const double Beyond = 0.1;           // of outcomes on each side of the band

    private readonly long _step;
    private readonly HourOfWeek _usual;          // of the distance from the day's level
    private readonly LeastSquares _learnt = new(Features, Targets);
    private readonly float[] _features = new float[Kept * Features];
    private readonly Origin[] _origins = new Origin[Kept];
    private PerTarget _errors;      // usual absolute error
    private PerTarget _low;         // sides of the band in usual errors
    private PerTarget _high;
    private long _slot = -1;        // last closed step
    private long _openSlot = -1;    // step that has a reading and is not closed
    private double _open;
    private int _measured;          // bit i: the step i back had a reading
    private int _steps;             // closed, with a reading
    private int _sinceGap;          // steps since the start or a gap
    private double _level;
    private double _long;
    private double _change;         // usual squared change
    private double _restless;       // the same of late
    private double _lowest;
    private double _highest;

    /// <param name="step">Length of a step; the furthest horizon is six of them.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not within <see cref="LeastStep"/> and <see cref="MostStep"/>.</exception>
    public Forecaster(TimeSpan step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, LeastStep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, MostStep);
        _step = (long)step.TotalMilliseconds;
        var perHour = Math.Max(1, 3_600_000.0 / _step);
        _usual = new(dayMemory: 15 * perHour, weekMemory: 5 * perHour, dayTrust: 1e-6, weekTrust: 30);
        ((Span<float>)_low).Fill(-1.6f);  // what 10 % of a double exponential exceed, in mean errors
        ((Span<float>)_high).Fill(1.6f);
    }

    public TimeSpan Step => TimeSpan.FromMilliseconds(_step);

    /// <summary>Steps with a reading that are still to come before it says anything; 0: it has learnt enough.</summary>
    public int StillLearns => Math.Max(0, Learns - _steps);

    /// <summary>Takes a reading. One of a step that is closed changes nothing: false.</summary>
    /// <param name="unixMilliseconds">Its stamp.</param>
    /// <param name="value">A finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">NaN or infinite.</exception>
    public bool Observe(long unixMilliseconds, double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "Only finite numbers can be learnt from.");
        var slot = (unixMilliseconds + _step - 1) / _step;
        if (slot <= _slot || slot < _openSlot) return false;
        if (_openSlot >= 0 && slot > _openSlot) Close(_openSlot, _open);
        (_openSlot, _open) = (slot, value);
        if (unixMilliseconds != slot * _step) return true;
        Close(slot, value);
        _openSlot = -1;
        return true;
    }

    /// <summary>The forecast from the last closed step. False: it has not learnt enough, or too long nothing came.</summary>
    public bool TryForecast(out Forecast forecast)
    {
        forecast = default;
        if (StillLearns > 0 || _sinceGap < Holds || (_measured & ((1 << Holds) - 1)) == 0) return false;
        forecast = new(_slot * _step, _step, _origins[At(_slot)].Value, Expect(0), Expect(1), Expect(2));
        return true;

        Expected Expect(int target)
        {
            ref readonly var origin = ref _origins[At(_slot)];
            double middle = origin.Forecasts[target];
            double scale = _errors[target] * origin.Restless;
            return new(middle + _low[target] * scale, middle, middle + _high[target] * scale);
        }
    }

    public void Write(VarintWriter w)
    {
        w.Varint((ulong)_step);
        w.Signed(_slot);
        w.Signed(_openSlot);
        w.Byte((byte)_measured);
        w.Varint((ulong)_steps);
        w.Varint((ulong)_sinceGap);
        foreach (var number in (ReadOnlySpan<double>)[_open, _level, _long, _change, _restless, _lowest, _highest]) Floats.Write(w, number);
        foreach (ref readonly var origin in _origins.AsSpan())
        {
            Floats.Write(w, origin.Value);
            Floats.Write(w, origin.Restless);
            Floats.Write(w, (ReadOnlySpan<float>)origin.Forecasts);
        }
        Floats.Write(w, _features);
        foreach (var numbers in (ReadOnlySpan<PerTarget>)[_errors, _low, _high]) Floats.Write(w, (ReadOnlySpan<float>)numbers);
        _learnt.Write(w);
        _usual.Write(w);
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out Forecaster forecaster)
    {
        forecaster = new(MostStep);
        if (!r.Varint(out var step) || step < LeastStep.TotalMilliseconds || step > MostStep.TotalMilliseconds) return false;
        forecaster = new(TimeSpan.FromMilliseconds(step));
        return forecaster.Read(ref r);
    }

    private bool Read(ref VarintReader r)
    {
        const long far = 1L << 50;
        if (!r.Signed(out _slot) || _slot is < -1 or > far || !r.Signed(out _openSlot) || _openSlot is < -1 or > far) return false;
        if (!r.Byte(out var measured) || measured >= 1 << Kept || !r.Varint(out var steps) || steps > int.MaxValue || !r.Varint(out var since) || since > int.MaxValue) return false;
        (_measured, _steps, _sinceGap) = (measured, (int)steps, (int)since);
        if (!Floats.Read(ref r, out _open) || !Floats.Read(ref r, out _level) || !Floats.Read(ref r, out _long) || !Floats.Read(ref r, out _change)) return false;
        if (!Floats.Read(ref r, out _restless) || !Floats.Read(ref r, out _lowest) || !Floats.Read(ref r, out _highest)) return false;
        if (_change < 0 || _restless < 0 || _lowest > _highest) return false;
        foreach (ref var origin in _origins.AsSpan())
        {
            if (!Floats.Read(ref r, out origin.Value) || !Floats.Read(ref r, out origin.Restless) || !Floats.Read(ref r, origin.Forecasts)) return false;
        }
        return Floats.Read(ref r, _features) && Floats.Read(ref r, _errors) && Floats.Read(ref r, _low) && Floats.Read(ref r, _high) && _learnt.TryRead(ref r) && _usual.TryRead(ref r);
    }

    [InlineArray(Targets)]
    private struct PerTarget
    {
        private float _first;
    }

    /// <summary>An instant that was forecast from.</summary>
    private struct Origin
    {
        public double Value;
        public float Restless; // how restless it was
        public PerTarget Forecasts;
    }

    private void Close(long slot, double value)
    {
        if (_slot < 0 || slot - _slot > Gap) Restart(slot, value);
        else
        {
            while (_slot < slot - 1) Advance(_origins[At(_slot)].Value, measured: false);
        }
        Advance(value, measured: true);
    }

    // Before the first reading, and after a long gap: the value has been what it is now.
    private void Restart(long slot, double value)
    {
        if (_steps == 0) _level = _long = _lowest = _highest = value;
        _slot = slot - 1;
        _measured = 0;
        _sinceGap = 0;
        foreach (ref var origin in _origins.AsSpan()) origin.Value = value;
    }

    private void Advance(double value, bool measured)
    {
        var before = _origins[At(_slot)].Value;
        _slot++;
        _origins[At(_slot)].Value = value;
        _measured = (_measured << 1 | (measured ? 1 : 0)) & ((1 << Kept) - 1);
        _sinceGap = Math.Min(_sinceGap + 1, Gap);
        if (_steps == 0) _level = value;
        _level += (value - _level) / LevelMemory;
        if (measured)
        {
            if (_steps < int.MaxValue) _steps++;
            _lowest = Math.Min(_lowest, value);
            _highest = Math.Max(_highest, value);
            _long += Math.Max(1.0 / _steps, 1 / LongMemory) * (value - _long);
            var change = (value - before) * (value - before);
            _change += Math.Max(1.0 / _steps, 1 / ChangeMemory) * (change - _change);
            _restless += Math.Max(1.0 / _steps, 1 / RestlessMemory) * (change - _restless);
            if (_steps > Gap) _usual.Learn(Hour(_slot), value - _level);
            JudgeForecasts(value);
        }
        if (_sinceGap > Reach && Measured(Reach)) Learn();
        if (_steps % SolveEvery == 0 && _steps > 0 && measured) _learnt.Solve(Ridge * _change + 1e-9 * (_highest - _lowest) * (_highest - _lowest) + 1e-12);
        Foresee(value);
    }

    private void JudgeForecasts(double value)
    {
        for (var target = 0; target < Targets; target++)
        {
            var ahead = Ahead(target);
            if (_sinceGap <= ahead || !Measured(ahead)) continue;
            ref readonly var origin = ref _origins[At(_slot - ahead)];
            var error = value - origin.Forecasts[target];
            var scale = _errors[target] * origin.Restless;
            if (scale > 0)
            {
                _low[target] += (float)(BandStep * (error < _low[target] * scale ? Beyond - 1 : Beyond));
                _high[target] += (float)(BandStep * (error > _high[target] * scale ? 1 - Beyond : -Beyond));
            }
            var size = Math.Abs(error) / Math.Max(origin.Restless, 1e-3);
            _errors[target] += (float)((_errors[target] == 0 ? 1 : 1 / ErrorMemory) * (Math.Min(size, _errors[target] == 0 ? size : 5 * _errors[target]) - _errors[target]));
        }
    }

    // The origin six steps back: by now all its outcomes are known, or never will be.
    private void Learn()
    {
        var origin = At(_slot - Reach);
        ReadOnlySpan<float> x = _features.AsSpan(origin * Features, Features);
        Span<double> changes = stackalloc double[Targets];
        for (var target = 0; target < Targets; target++)
        {
            var expected = _learnt.Predict(target, x);
            var back = Reach - Ahead(target);
            var error = Measured(back) ? _origins[At(_slot - back)].Value - _origins[origin].Value - expected : 0; // what is not known came as expected
            changes[target] = expected + Math.Clamp(error, -Unusual * _errors[target], Unusual * _errors[target]);
        }
        _learnt.Learn(1 / Restlessness(), x, changes);
    }

    private void Foresee(double value)
    {
        ref var origin = ref _origins[At(_slot)];
        var x = _features.AsSpan(At(_slot) * Features, Features);
        var usual = Usual(_slot);
        var usualChange = Math.Sqrt(_change);
        var off = value - _level;
        var (sin, cos) = Math.SinCos(_slot * _step % 86_400_000 * (2 * Math.PI / 86_400_000));
        x[0] = (float)usualChange;
        for (var back = 0; back < 3; back++) x[1 + back] = (float)(_origins[At(_slot - back)].Value - _origins[At(_slot - back - 1)].Value);
        for (var target = 0; target < Targets; target++) x[4 + target] = (float)(Usual(_slot + Ahead(target)) - usual);
        x[7] = (float)(off - usual);
        x[8] = (float)(usualChange * sin);
        x[9] = (float)(usualChange * cos);
        x[10] = (float)(off * sin);
        x[11] = (float)(off * cos);
        x[12] = (float)(_level - _long);
        origin.Restless = (float)Math.Sqrt(Math.Sqrt(Restlessness()));
        var room = _highest - _lowest; // no change is forecast that is larger than all that was seen
        for (var target = 0; target < Targets; target++)
        {
            origin.Forecasts[target] = (float)(value + Math.Clamp(_learnt.Predict(target, x), -room, room));
        }
    }

    private static int Ahead(int target) => target switch { 0 => 1, 1 => 3, _ => Reach };

    private static int At(long slot) => (int)(slot % Kept);

    private bool Measured(int back) => (_measured >> back & 1) != 0;

    // Of late, against the usual: 0.1 and up.
    private double Restlessness() => _change > 0 ? _restless / _change + 0.1 : 1;

    private int Hour(long slot) => HourOfWeek.Of(slot * _step - _step / 2);

    // The distance from the day's level that is usual in the middle of a step: a straight line from the middle of an hour to the middle of the next.
    private double Usual(long slot)
    {
        const long hour = 3_600_000;
        var middle = slot * _step - _step / 2;
        var at = HourOfWeek.Of(middle);
        var usual = _usual.Usual(at, 0);
        if (_step >= hour) return usual;
        var from = middle % hour / (double)hour - 0.5;
        var beside = (at + (from > 0 ? 1 : HourOfWeek.Hours - 1)) % HourOfWeek.Hours;
        return usual + Math.Abs(from) * (_usual.Usual(beside, 0) - usual);
    }
}
