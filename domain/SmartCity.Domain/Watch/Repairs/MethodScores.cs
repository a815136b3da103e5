using System.Runtime.CompilerServices;
using SmartCity.Telemetry;

namespace SmartCity.Watch.Repairs;

/// <summary>
/// How far off each way of repairing has lately been on a channel: at each good reading every way is tried on good ones that it can look at from both sides, over gaps of 2, 4, 8
/// and 16 readings, and free, as if there were no side at all.
/// </summary>
internal struct MethodScores
{
    /// <summary>Lengths of gaps; the last one is free of sides.</summary>
    public const int Lengths = 5;

    public const int Free = Lengths - 1;

    /// <summary>Trials before a way is used.</summary>
    private const int Least = 8;

    private const int Memory = 200;

    private Errors _errors;
    private Trials _trials;

    [InlineArray(RepairWatch.Ways * Lengths)]
    private struct Errors
    {
        private float _first;
    }

    [InlineArray(RepairWatch.Ways * Lengths)]
    private struct Trials
    {
        private byte _first;
    }

    /// <summary>The shortest length that covers a gap of so many steps from good to good; null: none.</summary>
    public static int? LengthOf(int steps)
    {
        for (var length = 0; length < Free; length++)
        {
            if (steps <= StepsOf(length)) return length;
        }
        return null;
    }

    public static int StepsOf(int length) => 2 << length;

    /// <summary>The mean error of a way lately; infinite when it was not tried often enough.</summary>
    public readonly double Of(int way, int length) => _trials[way * Lengths + length] < Least ? double.PositiveInfinity : _errors[way * Lengths + length];

    public void Tried(int way, int length, double error)
    {
        if (!double.IsFinite(error)) return;
        var at = way * Lengths + length;
        if (_trials[at] < Memory) _trials[at]++;
        _errors[at] += (float)((error - _errors[at]) / _trials[at]);
    }

    public readonly void Write(VarintWriter w)
    {
        w.Bytes(_trials);
        EarlyWarning.Floats.Write(w, (ReadOnlySpan<float>)_errors);
    }

    public static bool TryRead(ref VarintReader r, out MethodScores scores)
    {
        scores = default;
        if (!r.Bytes(RepairWatch.Ways * Lengths, out var trials)) return false;
        trials.CopyTo(scores._trials);
        foreach (var trial in trials)
        {
            if (trial > Memory) return false;
        }
        return EarlyWarning.Floats.Read(ref r, (Span<float>)scores._errors);
    }
}
