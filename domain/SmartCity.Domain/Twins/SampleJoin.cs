using System.Runtime.CompilerServices;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>
/// Brings together readings of one sample: those of several quantities with the same stamp, in whatever order they come. What lacks a
/// part waits; of more than <see cref="Most"/> that wait the oldest is given up.
/// </summary>
internal sealed class SampleJoin
{
    /// <summary>Most samples that wait for a part.</summary>
    public const int Most = 64;

    private const int MostInputs = 2 * DerivedQuantity.MaxInputs;

    private readonly List<Sample> _waiting = [];

    public SampleJoin(JoinPlan plan)
    {
        Plan = plan;
        (Quantity, Reference) = (plan.Quantity, plan.Reference);
        if (plan.Reference is not null) Rules = new();
    }

    private SampleJoin(Quantity quantity, Quantity? reference, QuantityTwin? rules) => (Quantity, Reference, Rules) = (quantity, reference, rules);

    [InlineArray(MostInputs)]
    private struct Inputs
    {
        private double _first;
    }

    private struct Sample
    {
        public long At;
        public ulong Order;
        public byte Has;
        public Quality Worst;
        public Inputs Values;
    }

    public Quantity Quantity { get; }

    public Quantity? Reference { get; }

    /// <summary>Null after reading a checkpoint, until a plan is bound.</summary>
    public JoinPlan? Plan { get; private set; }

    /// <summary>The rules on a difference; a derived quantity has its own place among the sensor's.</summary>
    public QuantityTwin? Rules { get; }

    public bool IsFor(JoinPlan plan) => plan.Quantity == Quantity && plan.Reference == Reference;

    public void Bind(JoinPlan plan)
    {
        if (Plan is not null && !Plan.Inputs.AsSpan().SequenceEqual(plan.Inputs)) _waiting.Clear();
        Plan = plan;
        _waiting.RemoveAll(sample => sample.Has >= 1 << plan.Inputs.Length); // damaged
    }

    /// <summary>Takes a reading; the computed value when it was the last part of its sample, or false.</summary>
    public bool TryTake(in Reading reading, out Kept computed)
    {
        computed = default;
        var input = Array.IndexOf(Plan!.Inputs, reading.Quantity);
        if (input < 0 || !reading.TryGetValue(out var value)) return false;
        var at = reading.At.UnixMilliseconds;
        var index = _waiting.Count - 1;
        while (index >= 0 && _waiting[index].At != at) index--;
        var sample = index >= 0 ? _waiting[index] : new Sample { At = at };
        sample.Has |= (byte)(1 << input);
        sample.Values[input] = value;
        if (input == 0) sample.Order = reading.Order.Packed;
        if (reading.Quality > sample.Worst) sample.Worst = reading.Quality;
        if (sample.Has == (1 << Plan.Inputs.Length) - 1)
        {
            if (index >= 0) _waiting.RemoveAt(index);
            var result = Plan.Of(((ReadOnlySpan<double>)sample.Values)[..Plan.Inputs.Length]);
            computed = new(sample.Order, at, result, sample.Worst);
            return double.IsFinite(result);
        }
        if (index >= 0) _waiting[index] = sample;
        else Wait(sample);
        return false;
    }

    /// <summary>A new order begins; what waits belongs to the one before.</summary>
    public void Forget() => _waiting.Clear();

    public void Write(VarintWriter w, long looked)
    {
        w.Byte((byte)Quantity);
        w.Byte((byte)(Reference ?? 0));
        w.Varint((ulong)_waiting.Count);
        foreach (var sample in _waiting)
        {
            w.Signed(sample.At);
            w.Varint(sample.Order);
            w.Byte(sample.Has);
            w.Byte((byte)sample.Worst);
            for (var i = 0; i < MostInputs; i++)
            {
                if ((sample.Has >> i & 1) != 0) Numbers.Write(w, sample.Values[i]);
            }
        }
        Rules?.Write(w, looked);
    }

    public static bool TryRead(ref VarintReader r, out SampleJoin join)
    {
        join = new(default, null, null);
        if (!r.Byte(out var quantity) || !QuantityCatalogue.Knows(quantity) || !r.Byte(out var reference) || reference != 0 && !QuantityCatalogue.Knows(reference)) return false;
        if (!r.Varint(out var count) || count > Most) return false;
        var waiting = new List<Sample>();
        for (var i = 0ul; i < count; i++)
        {
            if (!TryRead(ref r, out Sample sample)) return false;
            waiting.Add(sample);
        }
        QuantityTwin? rules = null;
        if (reference != 0 && !QuantityTwin.TryRead(ref r, out rules)) return false;
        join = new((Quantity)quantity, reference == 0 ? null : (Quantity)reference, rules);
        join._waiting.AddRange(waiting);
        return true;
    }

    private static bool TryRead(ref VarintReader r, out Sample sample)
    {
        sample = default;
        if (!r.Signed(out sample.At) || !r.Varint(out sample.Order) || !r.Byte(out sample.Has) || sample.Has >= 1 << MostInputs) return false;
        if (!r.Byte(out var worst) || !Enum.IsDefined((Quality)worst)) return false;
        sample.Worst = (Quality)worst;
        for (var i = 0; i < MostInputs; i++)
        {
            if ((sample.Has >> i & 1) == 0) continue;
            if (!Numbers.Read(ref r, out var value)) return false;
            sample.Values[i] = value;
        }
        return sample.At >= 0 && sample.At <= Instant.Max.UnixMilliseconds;
    }

    private void Wait(in Sample sample)
    {
        if (_waiting.Count == Most)
        {
            var oldest = 0;
            for (var i = 1; i < Most; i++)
            {
                if (_waiting[i].At < _waiting[oldest].At) oldest = i;
            }
            _waiting.RemoveAt(oldest);
        }
        _waiting.Add(sample);
    }
}
