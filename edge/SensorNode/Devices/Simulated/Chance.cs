namespace SensorNode.Devices.Simulated;

/// <summary>A repeatable source of chance: the same seed, device and number give the same value, on every machine and release.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). The base library's seeded Random makes no such promise.</remarks>
public sealed class Chance(ulong state)
{
    private ulong _state = state;

    /// <summary>The chance of one device: FNV-1a over its name, mixed with the seed.</summary>
    public static Chance Of(int seed, string name)
    {
        var hash = 14695981039346656037ul;
        foreach (var c in name) hash = unchecked((hash ^ c) * 1099511628211ul);
        return new(unchecked(hash + (ulong)seed * 0x9E3779B97F4A7C15ul));
    }

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15ul;
            var z = _state;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ul;
            z = (z ^ z >> 27) * 0x94D049BB133111EBul;
            return z ^ z >> 31;
        }
    }

    /// <summary>Evenly from 0, included, to 1, excluded.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1ul << 53));

    /// <summary>A whole number from the least to the greatest, both included.</summary>
    public int Whole(int least, int greatest) => least + (int)(Unit() * (greatest - least + 1L));

    /// <summary>Roughly normal with mean 0 and deviation 1: the sum of twelve even chances, less six; never beyond 6.</summary>
    public double Normal()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++) sum += Unit();
        return sum;
    }

    /// <summary>The wait for the next of events that come at a mean rate.</summary>
    public TimeSpan Wait(double perHour) => TimeSpan.FromHours(Math.Min(-Math.Log(1 - Unit()) / perHour, 48));
}
