using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch.Repairs;

/// <summary>The line that fits a channel to one near sensor: least squares over pairs of readings, learning as it goes, the last <see cref="Memory"/> counting most.</summary>
public struct NeighbourFit
{
    /// <summary>Pairs before it says anything.</summary>
    public const int Overlap = 24;

    /// <summary>Share of the channel's variance that the line must explain before it says anything.</summary>
    public const double Explained = 0.5;

    private const int Memory = 1000;

    private int _pairs;
    private double _x, _y, _xx, _xy, _yy;

    /// <summary>Null: nobody's.</summary>
    public string? Sensor { get; private set; }

    public static NeighbourFit Of(SensorId sensor) => new() { Sensor = sensor.Value };

    /// <summary>Not a number while there is too little overlap or fit.</summary>
    public readonly double Predict(double x) => _pairs < Overlap || _xx <= 0 || _xy * _xy < Explained * _xx * _yy ? double.NaN : _y + _xy / _xx * (x - _x);

    public void Learn(double x, double y)
    {
        _pairs = Math.Min(_pairs + 1, Memory);
        var weight = 1.0 / _pairs;
        var (fromX, fromY) = (x - _x, y - _y);
        (_x, _y) = (_x + weight * fromX, _y + weight * fromY);
        _xx = (1 - weight) * (_xx + weight * fromX * fromX);
        _xy = (1 - weight) * (_xy + weight * fromX * fromY);
        _yy = (1 - weight) * (_yy + weight * fromY * fromY);
    }

    public readonly void Write(VarintWriter w)
    {
        Texts.Write(w, Sensor ?? "");
        w.Varint((ulong)_pairs);
        foreach (var value in (ReadOnlySpan<double>)[_x, _y, _xx, _xy, _yy]) w.UInt64(BitConverter.DoubleToUInt64Bits(value));
    }

    public static bool TryRead(ref VarintReader r, out NeighbourFit fit)
    {
        fit = default;
        if (!Texts.Read(ref r, out var sensor) || !r.Varint(out var pairs) || pairs > Memory) return false;
        Span<double> values = stackalloc double[5];
        foreach (ref var value in values)
        {
            if (!r.UInt64(out var bits)) return false;
            value = BitConverter.UInt64BitsToDouble(bits);
            if (!double.IsFinite(value)) return false;
        }
        fit = new() { Sensor = sensor.Length > 0 ? sensor : null, _pairs = (int)pairs, _x = values[0], _y = values[1], _xx = values[2], _xy = values[3], _yy = values[4] };
        return true;
    }
}
