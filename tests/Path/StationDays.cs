using System.Globalization;

namespace ReadingPath;

/// <summary>A day on which a station was over a limit.</summary>
/// <param name="Rule">The id of the rule that says so in the hub.</param>
/// <param name="Station">The station's file name as the replay writes it: lower case, ASCII.</param>
public readonly record struct StationDay(string Rule, string Station, DateOnly Day) : IComparable<StationDay>
{
    public int CompareTo(StationDay other) => (Rule, Station, Day).CompareTo((other.Rule, other.Station, other.Day));

    public override string ToString() => $"{Rule} {Station} {Day:yyyy-MM-dd}";
}

/// <summary>
/// The limits of the European air quality directive, calculated straight from the text of the files; no line is shared with the product.
/// Stamps end the hour in fixed local time, so a day is (00:00, 24:00], and an hour stamped 00:00 is the last one of the day before.
/// </summary>
internal static class StationDays
{
    public static SortedSet<StationDay> In(string folder)
    {
        var (pm10, ozone, newest) = Read(folder);
        var days = new SortedSet<StationDay>();
        foreach (var (station, values) in pm10)
        {
            foreach (var day in values.GroupBy(v => DayOf(v.Key)))
            {
                var over = day.Count() >= 18 && day.Sum(v => v.Value) / day.Count() > 50;
                if (over && day.Key.AddDays(1).ToDateTime(default) <= newest) days.Add(new("pm10-daily", station, day.Key));
            }
        }
        foreach (var (station, values) in ozone)
        {
            // Every hour that ends while there are data ends a window, also one that was not measured itself.
            for (var end = values.Keys.Min(); end <= newest; end = end.AddHours(1))
            {
                var window = Enumerable.Range(0, 8).Select(back => end.AddHours(-back)).Where(values.ContainsKey).Select(hour => values[hour]).ToArray();
                if (window.Length >= 6 && window.Sum() / window.Length > 120) days.Add(new("ozone-8h", station, DayOf(end)));
            }
        }
        return days;
    }

    /// <summary>The day that an hour belongs to, by the stamp of its end.</summary>
    public static DateOnly DayOf(DateTime end) => DateOnly.FromDateTime(end.AddTicks(-1));

    private static (Dictionary<string, Dictionary<DateTime, double>> Pm10, Dictionary<string, Dictionary<DateTime, double>> Ozone, DateTime Newest) Read(string folder)
    {
        var (pm10, ozone) = (new Dictionary<string, Dictionary<DateTime, double>>(), new Dictionary<string, Dictionary<DateTime, double>>());
        var newest = DateTime.MinValue;
        foreach (var file in Directory.GetFiles(folder, "*.csv", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(file);
            var names = lines[0].Split(',');
            var station = Plain(Path.GetFileNameWithoutExtension(file));
            foreach (var cells in lines.Skip(2).Select(line => line.Split(',')).Where(cells => cells.Length > 2 && cells[1].Length > 0)) // without a time: daily values
            {
                var end = DateTime.ParseExact(cells[0] + cells[1], "yyyy-MM-ddHH:mm", CultureInfo.InvariantCulture);
                if (cells.Skip(2).Any(cell => cell is not ("" or "NaN")) && end > newest) newest = end;
                Keep(pm10, "PM10_TEOM");
                Keep(ozone, "O3");

                void Keep(Dictionary<string, Dictionary<DateTime, double>> into, string name)
                {
                    var column = Array.IndexOf(names, name);
                    if (column < 0 || cells[column] is "" or "NaN") return;
                    if (!into.TryGetValue(station, out var values)) into[station] = values = [];
                    values[end] = double.Parse(cells[column], CultureInfo.InvariantCulture);
                }
            }
        }
        return (pm10, ozone, newest);
    }

    private static string Plain(string name)
    {
        var ascii = name.ToLowerInvariant().Replace("ä", "ae").Replace("ö", "oe").Replace("ü", "ue").Replace("ß", "ss");
        return string.Join('-', ascii.Split([' ', '.', '-', '_'], StringSplitOptions.RemoveEmptyEntries));
    }
}
