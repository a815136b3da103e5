using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>
/// Linear regression of several targets on the same features, learning as it goes: sums with exponential forgetting, in floats; solved now and then, in
/// doubles, with a ridge that leans every weight towards 0. What is forgotten never takes the ridge with it, so it cannot wind up while nothing happens.
/// </summary>
internal sealed class LeastSquares(int features, int targets)
{
    private const double Keep = 1 - 1.0 / 1000; // a thousand steps count: six weeks of hours

    private readonly float[] _products = new float[features * (features + 1) / 2]; // lower triangle of Σ w·x·xᵀ
    private readonly float[] _sums = new float[features * targets];               // Σ w·x·target
    private readonly float[] _weights = new float[features * targets];

    public double Predict(int target, ReadOnlySpan<float> x)
    {
        var sum = 0.0;
        var weights = _weights.AsSpan(target * features, features);
        for (var i = 0; i < features; i++) sum += (double)weights[i] * x[i];
        return sum;
    }

    /// <summary>Learns one example: how much it counts, its features, and every target.</summary>
    public void Learn(double weight, ReadOnlySpan<float> x, ReadOnlySpan<double> values)
    {
        var at = 0;
        for (var i = 0; i < features; i++)
        {
            var scaled = (float)(weight * x[i]);
            for (var j = 0; j <= i; j++, at++) _products[at] = (float)Keep * _products[at] + scaled * x[j];
            for (var target = 0; target < targets; target++)
            {
                ref var sum = ref _sums[target * features + i];
                sum = (float)Keep * sum + scaled * (float)values[target];
            }
        }
    }

    /// <summary>Finds the weights anew, by Cholesky's decomposition.</summary>
    /// <param name="ridge">Above zero.</param>
    public void Solve(double ridge)
    {
        Span<double> lower = stackalloc double[_products.Length];
        for (int i = 0, row = 0; i < features; row += ++i)
        {
            for (int j = 0, other = 0; j <= i; other += ++j)
            {
                var rest = _products[row + j] + (i == j ? ridge : 0);
                for (var k = 0; k < j; k++) rest -= lower[row + k] * lower[other + k];
                lower[row + j] = i == j ? Math.Sqrt(Math.Max(rest, 1e-3 * ridge)) : rest / lower[other + j]; // rounding may eat the ridge
            }
        }
        Span<double> solution = stackalloc double[features];
        for (var target = 0; target < targets; target++)
        {
            for (int i = 0, row = 0; i < features; row += ++i)
            {
                double rest = _sums[target * features + i];
                for (var k = 0; k < i; k++) rest -= lower[row + k] * solution[k];
                solution[i] = rest / lower[row + i];
            }
            for (var i = features - 1; i >= 0; i--)
            {
                var rest = solution[i];
                for (var k = i + 1; k < features; k++) rest -= lower[k * (k + 1) / 2 + i] * solution[k];
                solution[i] = rest / lower[i * (i + 1) / 2 + i];
                _weights[target * features + i] = (float)solution[i];
            }
        }
    }

    public void Write(VarintWriter w)
    {
        Floats.Write(w, _products);
        Floats.Write(w, _sums);
        Floats.Write(w, _weights);
    }

    public bool TryRead(ref VarintReader r) => Floats.Read(ref r, _products) && Floats.Read(ref r, _sums) && Floats.Read(ref r, _weights);
}
