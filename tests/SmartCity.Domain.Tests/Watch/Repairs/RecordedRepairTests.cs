using Scoring;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace SmartCity.Tests.Watch.Repairs;

/// <summary>Known values of recorded stations blanked out and found again, when the recordings are beside the project.</summary>
public sealed class RecordedRepairTests
{
    /// <summary>One blanked value: how far off the repair and the last value before the gap were, in the series' own mean deviation.</summary>
    private sealed record Found(RepairMethod Method, double Confidence, double Error, double LastError, int Gap);

    [Theory]
    [InlineData("NO2", Quantity.NitrogenDioxide, 0.8)]
    [InlineData("O3", Quantity.Ozone, 0.6)]
    [InlineData("PM10_TEOM", Quantity.Pm10, 0.8)]
    [InlineData("TEMP", Quantity.AirTemperature, 0.35)]
    [InlineData("DRUCK", Quantity.AirPressure, 0.3)]
    public void What_was_blanked_out_is_found_better_than_by_the_last_value_and_the_surer_the_nearer(string name, Quantity quantity, double ratio)
    {
        if (Beside("saxony-air") is not { } folder) return;
        var series = StationSeries.Read(folder, [name]);
        var found = series.SelectMany(of => Blank(of, series, quantity, RepairPlan.DefaultOf(quantity) with { LeastConfidence = 0 }, seed: 7)).ToList();
        var byConfidence = found.OrderBy(of => of.Confidence).Chunk(found.Count / 5).Take(5).ToList();
        Assert.True(found.Count > 1000);
        Assert.True(found.Sum(of => of.Error) <= ratio * found.Sum(of => of.LastError));
        foreach (var method in found.GroupBy(of => of.Method).Where(of => of.Count() > 50)) Assert.True(method.Sum(of => of.Error) < method.Sum(of => of.LastError), $"{method.Key}: {method.Count()} {method.Average(of => of.Error):0.00} {method.Average(of => of.LastError):0.00}");
        for (var i = 1; i < byConfidence.Count; i++) Assert.True(byConfidence[i].Average(of => of.Error) < byConfidence[i - 1].Average(of => of.Error), $"fifth {i}");
    }

    [Theory]
    [InlineData("NO2", Quantity.NitrogenDioxide, 0.8)]
    [InlineData("O3", Quantity.Ozone, 0.6)]
    [InlineData("TEMP", Quantity.AirTemperature, 0.45)]
    [InlineData("DRUCK", Quantity.AirPressure, 0.45)]
    public void Hours_that_never_came_are_found_better_than_by_the_last_value_too(string name, Quantity quantity, double ratio)
    {
        if (Beside("saxony-air") is not { } folder) return;
        var plan = RepairPlan.DefaultOf(quantity) with { LeastConfidence = 0, Every = TimeSpan.FromHours(1) };
        var series = StationSeries.Read(folder, [name]);
        var found = series.SelectMany(of => Blank(of, series, quantity, plan, seed: 7, never: true)).ToList();
        Assert.True(found.Count > 1000);
        Assert.True(found.Sum(of => of.Error) <= ratio * found.Sum(of => of.LastError), $"{found.Sum(of => of.Error) / found.Sum(of => of.LastError):0.00} of the last value's error");
    }

    private static IEnumerable<Found> Blank(StationSeries of, IReadOnlyList<StationSeries> all, Quantity quantity, RepairPlan plan, int seed, bool never = false)
    {
        var chance = new Random(seed + of.Station.Length);
        var mean = of.Values.Average();
        var spread = of.Values.Average(value => Math.Abs(value - mean));
        var near = all.Where(other => other.Station != of.Station).OrderByDescending(other => other.Station[..4] == of.Station[..4]).ThenBy(other => other.Station, StringComparer.Ordinal)
            .Select(other => (Id: new SensorId(other.Station), Values: other.Hours.Zip(other.Values).ToDictionary(pair => pair.First, pair => pair.Second))).ToList();
        var watch = new RepairWatch();
        var blanked = new Dictionary<Instant, (double Value, double Last, int Gap)>();
        var repairs = new List<Repair>();
        var (left, gap, last) = (0, 0, double.NaN);
        for (var i = 0; i < of.Hours.Length; i++)
        {
            if (left == 0 && chance.Next(20) == 0 && !double.IsNaN(last)) left = gap = chance.Next(4) switch { 0 or 1 => 1, 2 => chance.Next(2, 6), _ => chance.Next(6, 25) };
            var at = new Instant(of.Hours[i] * 3_600_000);
            var said = watch.Held is { } held ? near.Where(other => other.Values.ContainsKey(held.UnixMilliseconds / 3_600_000)).Select(other => new NearValue(other.Id, held, other.Values[held.UnixMilliseconds / 3_600_000])).Take(RepairWatch.MostNeighbours).ToArray() : [];
            var blank = left > 0;
            if (blank) blanked[at] = (of.Values[i], last, gap);
            if (!blank || !never) watch.Take(blank ? Reading.Failed(quantity, at, new((ulong)i), ReadFault.NoAnswer) : Reading.Measured(quantity, at, new((ulong)i), of.Values[i]), Quality.Good, said, plan, repairs);
            if (blank) left--;
            else (last, gap) = (of.Values[i], 0);
        }
        // The recordings have gaps of their own: what was found for those is not known to be right or wrong.
        return repairs.Where(repair => !never || blanked.ContainsKey(repair.At)).Select(repair => blanked[repair.At] is var known ? new Found(repair.Method, repair.Confidence, Math.Abs(repair.Value - known.Value) / spread, Math.Abs(known.Last - known.Value) / spread, known.Gap) : throw new InvalidOperationException());
    }

    private static string? Beside(string data)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "SmartCity.sln"))) root = Path.GetDirectoryName(root)!;
        var folder = Path.GetFullPath(Path.Combine(root, "..", "shared", "data", data));
        if (Directory.Exists(folder)) return folder;
        Console.WriteLine($"city: the recorded series of {data} are not beside the project; the test of repairs on them was left out");
        return null;
    }
}
