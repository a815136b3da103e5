using System.Globalization;

namespace Scoring;

/// <summary>One quantity of one air-quality station: values by whole hour, those that were measured.</summary>
/// <param name="Hours">Hours since 1970-01-01 00:00 in the station's own time; a stamp ends its hour. Rising.</param>
public sealed record StationSeries(string Station, string Quantity, long[] Hours, double[] Values)
{
    /// <summary>Reads a folder of station files, one per station and month (<c>yyyy-MM/Station.csv</c>): first row names, second row units.</summary>
    /// <exception cref="DirectoryNotFoundException">No such folder.</exception>
    public static IReadOnlyList<StationSeries> Read(string folder, IReadOnlyCollection<string> quantities)
    {
        var found = new SortedDictionary<(string Quantity, string Station), SortedDictionary<long, double>>();
        foreach (var file in Directory.GetDirectories(folder).SelectMany(month => Directory.GetFiles(month, "*.csv")).Order(StringComparer.Ordinal))
        {
            var lines = File.ReadLines(file).ToArray();
            var columns = lines[0].Split(',').Select((name, at) => (name, at)).Where(c => quantities.Contains(c.name)).ToArray();
            foreach (var cells in lines.Skip(2).Select(line => line.Split(',')).Where(cells => cells.Length > 2 && cells[1].Length > 0))
            {
                var day = DateTime.ParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
                var hour = (long)(day - DateTime.UnixEpoch).TotalHours + int.Parse(cells[1].AsSpan(0, 2), CultureInfo.InvariantCulture);
                foreach (var (name, at) in columns)
                {
                    if (!double.TryParse(cells[at], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) continue;
                    var key = (name, Path.GetFileNameWithoutExtension(file));
                    if (!found.TryGetValue(key, out var series)) found[key] = series = [];
                    series[hour] = value;
                }
            }
        }
        return found.Select(f => new StationSeries(f.Key.Station, f.Key.Quantity, f.Value.Keys.ToArray(), f.Value.Values.ToArray())).ToList();
    }
}
