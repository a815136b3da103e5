namespace SmartCity.Tests.Watch.EarlyWarning;

/// <summary>Made-up channels from a seed: the same ones on every run.</summary>
internal static class Sample
{
    /// <summary>2026-06-01, a Monday, 00:00 UTC.</summary>
    public static readonly long Monday = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public const long Minute = 60_000;
    public const long Hour = 60 * Minute;

    public static void Seeds(Action<Random, int> test)
    {
        for (var seed = 1; seed <= 8; seed++) test(new Random(seed), seed);
    }

    /// <summary>Gaussian noise of spread 1.</summary>
    public static double Noise(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Traffic: busy from 7 to 19 on working days, half as busy on the weekend, and noise.</summary>
    public static double Traffic(long at, Random random)
    {
        var hours = (at - Monday) / (double)Hour;
        var (hour, day) = (hours % 24, (int)(hours / 24) % 7);
        return 20 + (hour is >= 7 and < 19 ? day < 5 ? 60 : 30 : 0) + 2 * Noise(random);
    }

    /// <summary>A day's swing of 5 about a level that wanders and returns: hourly temperature.</summary>
    public static IEnumerable<(long At, double Value)> Temperature(int hours, Random random)
    {
        var wander = 0.0;
        for (var i = 0; i < hours; i++)
        {
            wander = 0.97 * wander + 0.5 * Noise(random);
            yield return (Monday + i * Hour, 12 + 5 * Math.Sin(2 * Math.PI * (i - 9) / 24) + wander);
        }
    }
}
