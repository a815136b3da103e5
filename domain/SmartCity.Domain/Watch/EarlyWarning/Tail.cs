using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>
/// How rare a deviation is, learnt from the deviations before it: the size that 3 % of them exceed, and how far those go beyond it. Beyond it the tail is
/// taken to fall like a power of the size (Pareto, Hill's estimator), as heavy as it has been seen to be; so a series full of spikes needs a larger spike.
/// Two floats and a count are all it keeps, whatever the length of the series.
/// </summary>
internal struct Tail
{
    private const double Share = 0.03;         // of deviations that are in the tail
    private const double Step = 0.03;          // of the threshold's logarithm per reading: about 30 readings in the tail to settle
    private const double Forget = 0.05;        // of the tail's weight per reading in it: the last 20 count
    private const double LeastSpread = 0.07;   // of the tail's logarithm: nothing is as sharp as a synthetic series
    private const int Unready = 30;            // readings before anything is called rare
    private const ushort Enough = ushort.MaxValue;

    private static readonly double Decade = Math.Log(10);
    private static readonly double ShareInDecades = -Math.Log(Share) / Decade;

    private float _threshold;
    private float _spread;
    private ushort _seen;

    /// <summary>How rare this deviation is, in decades: 3 means one in a thousand. 0: not in the tail, or not enough seen. Then it is learnt.</summary>
    /// <param name="size">Above zero.</param>
    public double Surprise(double size)
    {
        if (_seen < Enough) _seen++;
        if (_seen == 1)
        {
            _threshold = (float)Math.Max(size, 1e-30);
            _spread = 0.3f;
            return 0;
        }
        var step = Math.Max(Step, 1.0 / _seen);
        var surprise = 0.0;
        if (size > _threshold)
        {
            var beyond = Math.Log(size / _threshold);
            var spread = Math.Max(_spread, LeastSpread);
            if (_seen > Unready) surprise = ShareInDecades + beyond / spread / Decade;
            _spread += (float)(Math.Max(Forget, 2 / (_seen * Share + 10)) * (Math.Min(beyond, 4 * spread) - _spread));
            step *= 1 - Share;
        }
        else step *= -Share;
        // The threshold moves by shares of itself. So small a step needs no exponential: three terms are exact in a float.
        var moved = _threshold * (Math.Abs(step) < 0.01 ? 1 + step * (1 + step * (0.5 + step / 6)) : Math.Exp(step));
        _threshold = (float)Math.Clamp(moved, 1e-30, 1e30);
        return surprise;
    }

    public readonly void Write(VarintWriter w)
    {
        w.Varint(_seen);
        if (_seen == 0) return;
        Floats.Write(w, _threshold);
        Floats.Write(w, _spread);
    }

    public static bool TryRead(ref VarintReader r, out Tail tail)
    {
        tail = default;
        if (!r.Varint(out var seen) || seen > Enough) return false;
        tail._seen = (ushort)seen;
        return seen == 0 || Floats.Read(ref r, out tail._threshold) && Floats.Read(ref r, out tail._spread)
            && tail._threshold > 0 && tail._spread >= 0;
    }
}
