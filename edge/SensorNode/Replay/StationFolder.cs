using System.Globalization;
using System.Text;
using SmartCity.Readings;

namespace SensorNode.Replay;

/// <summary>One value of a station's file.</summary>
/// <param name="At">The end of the hour (or of the day, for a daily row) that the value is the mean of.</param>
public readonly record struct StationValue(Instant At, Quantity Quantity, double Value);

/// <summary>A station and all its values, by time.</summary>
/// <param name="Name">As the file is called, without ending.</param>
/// <param name="Node">The name as a Sparkplug id: ASCII, lower case.</param>
/// <param name="Town">What stands before the first hyphen, as an id: the station's district.</param>
public sealed record Station(string Name, string Node, string Town, IReadOnlyList<StationValue> Values);

/// <summary>
/// A folder of public air-quality files: <c>YYYY-MM/Station.csv</c>, first row names, second row units, then date, time and values.
/// Empty or <c>NaN</c>: not measured, and nothing is sent. A row without a time holds daily values. Stamps end the hour, in fixed local time.
/// </summary>
public static class StationFolder
{
    /// <summary>Most lines read from one file; a month has 744 hours and 31 days.</summary>
    private const int MaxLines = 10_000;

    private static readonly (string Column, Quantity Quantity, bool Daily)[] Columns =
    [
        ("BEN", Quantity.Benzene, false), ("NO", Quantity.NitrogenMonoxide, false), ("NO2", Quantity.NitrogenDioxide, false),
        ("O3", Quantity.Ozone, false), ("SO2", Quantity.SulfurDioxide, false), ("PM10_TEOM", Quantity.Pm10, false),
        ("RUSS_PM1", Quantity.BlackCarbon, false), ("TEMP", Quantity.AirTemperature, false), ("DRUCK", Quantity.AirPressure, false),
        ("FEUCHT", Quantity.RelativeHumidity, false), ("STRAHL", Quantity.SolarRadiation, false), ("WINDGE", Quantity.WindSpeed, false),
        ("WINDRI", Quantity.WindDirection, false), ("PM10_HVS", Quantity.Pm10Daily, true), ("PM2.5", Quantity.Pm2_5Daily, true),
    ];

    /// <summary>Reads the folder. What is wrong is said with file and line, all of it at once; then there are no stations.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="offset">Offset of the files' local time from UTC.</param>
    /// <param name="errors">Empty when all is well.</param>
    public static IReadOnlyList<Station> Read(string folder, TimeSpan offset, out IReadOnlyList<string> errors)
    {
        var found = new List<string>();
        errors = found;
        if (!Directory.Exists(folder))
        {
            found.Add($"{folder}: no such folder");
            return [];
        }
        var values = new SortedDictionary<string, SortedDictionary<(Instant, Quantity), double>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!values.TryGetValue(name, out var station)) values[name] = station = [];
            ReadFile(file, Path.GetRelativePath(folder, file), offset, station, found);
        }
        if (values.Count == 0) found.Add($"{folder}: no .csv file in it or below it");
        if (found.Count > 0) return [];
        return values.Select(s => new Station(s.Key, Slug(s.Key), Slug(s.Key.Split('-')[0]),
            s.Value.Select(v => new StationValue(v.Key.Item1, v.Key.Item2, v.Value)).ToArray())).ToArray();
    }

    private static void ReadFile(string file, string shown, TimeSpan offset, SortedDictionary<(Instant, Quantity), double> into, List<string> errors)
    {
        string[]? names = null;
        var number = 0;
        foreach (var line in File.ReadLines(file, Encoding.UTF8))
        {
            number++;
            if (number > MaxLines)
            {
                errors.Add($"{shown}: over {MaxLines} lines");
                return;
            }
            var cells = line.Split(',');
            if (number == 1)
            {
                names = cells;
                if (cells.Length < 3 || cells[0] != "Datum" || cells[1] != "Zeit")
                {
                    errors.Add($"{shown}:1: the first row must begin with Datum,Zeit");
                    return;
                }
                foreach (var unknown in cells.Skip(2).Where(c => !Columns.Any(k => k.Column == c))) errors.Add($"{shown}:1: unknown column {unknown}");
                continue;
            }
            if (number == 2 || line.Length == 0) continue; // units
            if (cells.Length != names!.Length)
            {
                errors.Add($"{shown}:{number}: {cells.Length} cells, the first row has {names.Length}");
                continue;
            }
            ReadRow(cells, names, offset, into, error => errors.Add($"{shown}:{number}: {error}"));
        }
        if (number == 0) errors.Add($"{shown}: empty");
    }

    private static void ReadRow(string[] cells, string[] names, TimeSpan offset, SortedDictionary<(Instant, Quantity), double> into, Action<string> error)
    {
        if (!DateOnly.TryParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            error($"not a date: {cells[0]}");
            return;
        }
        var daily = cells[1].Length == 0;
        var time = TimeOnly.MinValue;
        if (!daily && !TimeOnly.TryParseExact(cells[1], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
        {
            error($"not a time: {cells[1]}");
            return;
        }
        // A daily value is the mean of the day that its date names: it is stamped at that day's end.
        var local = daily ? date.AddDays(1).ToDateTime(TimeOnly.MinValue) : date.ToDateTime(time);
        var at = Instant.From(new DateTimeOffset(local, offset));
        for (var i = 2; i < cells.Length; i++)
        {
            if (cells[i].Length == 0 || cells[i] == "NaN") continue;
            var column = Columns.FirstOrDefault(c => c.Column == names[i]);
            if (column.Column is null) continue; // said once, at the first row
            if (column.Daily != daily)
            {
                error($"{names[i]} has a value in {(daily ? "a daily" : "an hourly")} row");
                continue;
            }
            if (!double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                error($"{names[i]}: not a number: {cells[i]}");
                continue;
            }
            if (into.TryGetValue((at, column.Quantity), out var before) && before != value) error($"{names[i]}: {value} contradicts {before} for the same hour");
            into[(at, column.Quantity)] = value;
        }
    }

    /// <summary>Lower-case ASCII letters, digits and hyphens: an id that Sparkplug, rules and addresses all take.</summary>
    private static string Slug(string name)
    {
        var plain = name.ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).Replace("ä", "ae", StringComparison.Ordinal)
            .Replace("ö", "oe", StringComparison.Ordinal).Replace("ü", "ue", StringComparison.Ordinal);
        var slug = new StringBuilder();
        foreach (var c in plain)
        {
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }
        return slug.ToString().TrimEnd('-');
    }
}
