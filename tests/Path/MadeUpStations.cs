using System.Globalization;
using System.Text;

namespace ReadingPath;

/// <summary>Three stations over ten days around the end of summer time and of a month, with every boundary that the limits have.</summary>
internal static class MadeUpStations
{
    private static readonly DateTime First = new(2025, 10, 24), End = new(2025, 11, 3);

    /// <summary>What a reader of the limits finds in <see cref="Write"/>, by hand.</summary>
    public static IReadOnlyList<StationDay> Expected { get; } =
    [
        Day("ozone-8h", "dresden-sued", 10, 27), Day("ozone-8h", "dresden-sued", 10, 30), Day("ozone-8h", "dresden-sued", 10, 31),
        Day("ozone-8h", "leipzig-ufer", 10, 25), Day("ozone-8h", "leipzig-ufer", 10, 29),
        Day("ozone-8h", "zinnwald", 10, 26), Day("ozone-8h", "zinnwald", 10, 29),
        Day("pm10-daily", "dresden-sued", 10, 25), Day("pm10-daily", "dresden-sued", 10, 30),
        Day("pm10-daily", "leipzig-ufer", 10, 26), Day("pm10-daily", "leipzig-ufer", 10, 27), Day("pm10-daily", "leipzig-ufer", 10, 28), Day("pm10-daily", "leipzig-ufer", 10, 31),
    ];

    public static void Write(string folder)
    {
        var south = new Station("Dresden-Süd", "NO2", "O3", "PM10_TEOM");
        south.Set("NO2", 28, 14, 14, 200); // on the limit
        south.Set("PM10_TEOM", 25, 1, 18, 60).Set("PM10_TEOM", 25, 19, 21, null).Set("PM10_TEOM", 25, 22, 24, double.NaN); // exactly 18 hours
        south.Set("PM10_TEOM", 27, 1, 17, 90).Set("PM10_TEOM", 27, 18, 24, null); // exactly 17
        south.Set("PM10_TEOM", 29, 1, 24, 50); // exactly 50
        south.Set("PM10_TEOM", 30, 1, 24, 50).Set("PM10_TEOM", 30, 9, 9, 51); // a little over
        south.Set("O3", 24, 10, 17, 120); // exactly 120
        south.Set("O3", 27, 10, 15, 130).Set("O3", 27, 16, 17, null); // the window that breaks ends with an hour that was not measured
        south.Set("O3", 30, 17, 24, 150).Set("O3", 31, 1, 4, 150); // across midnight: both days

        var bank = new Station("Leipzig-Ufer", "O3", "PM10_TEOM");
        bank.Set("PM10_TEOM", 26, 1, 24, 80).Set("PM10_TEOM", 27, 1, 24, 60).Set("PM10_TEOM", 28, 1, 24, 51); // three days, one after another
        bank.Set("PM10_TEOM", 31, 1, 23, 50).Set("PM10_TEOM", 31, 24, 24, 74).Set("PM10_TEOM", 32, 1, 24, 50); // its last hour decides, and it is stamped in November
        bank.Set("O3", 25, 5, 12, null).Set("O3", 25, 13, 18, 125); // exactly 6 hours
        bank.Set("O3", 27, 5, 12, null).Set("O3", 27, 13, 17, 200).Set("O3", 27, 18, 24, null); // exactly 5
        bank.Set("O3", 29, 1, 8, 130).Set("O3", 29, 15, 22, 130); // twice on one day

        var pass = new Station("Zinnwald", "O3", "PM10_HVS"); // its PM10 comes once a day, from another instrument
        pass.Set("O3", 26, 10, 17, 130);
        pass.Set("O3", 28, 20, 24, 140).Set("O3", 29, 1, 3, 140); // across midnight: the second day alone

        foreach (var station in new[] { south, bank, pass }) station.Write(folder);
    }

    private static StationDay Day(string rule, string station, int month, int day) => new(rule, station, new(2025, month, day));

    private sealed class Station(string name, params string[] columns)
    {
        private readonly Dictionary<(string, DateTime), double?> _set = [];

        /// <param name="day">Of October; 32 is the first of November.</param>
        /// <param name="from">First hour, by its end.</param>
        /// <param name="to">Last hour; 24 is stamped 00:00 of the next day.</param>
        /// <param name="value">Null: empty. NaN: NaN.</param>
        public Station Set(string column, int day, int from, int to, double? value)
        {
            for (var hour = from; hour <= to; hour++) _set[(column, new DateTime(2025, 10, 1).AddDays(day - 1).AddHours(hour))] = value;
            return this;
        }

        public void Write(string folder)
        {
            foreach (var month in Hours().GroupBy(end => end.AddTicks(-1).ToString("yyyy-MM", CultureInfo.InvariantCulture)))
            {
                var text = new StringBuilder($"Datum,Zeit,{string.Join(',', columns)}\nyyyy-mm-dd,hh:mm,{string.Join(',', columns.Select(_ => "µg/m³"))}\n");
                foreach (var end in month)
                {
                    if (end.Hour == 1) text.AppendLine(CultureInfo.InvariantCulture, $"{end:yyyy-MM-dd},,{string.Join(',', columns.Select(c => c == "PM10_HVS" ? "300" : ""))}");
                    text.AppendLine(CultureInfo.InvariantCulture, $"{end:yyyy-MM-dd},{end:HH:mm},{string.Join(',', columns.Select(c => Cell(c, end)))}");
                }
                Directory.CreateDirectory(Path.Combine(folder, month.Key));
                File.WriteAllText(Path.Combine(folder, month.Key, name + ".csv"), text.ToString());
            }
        }

        private static IEnumerable<DateTime> Hours()
        {
            for (var end = First.AddHours(1); end <= End; end = end.AddHours(1)) yield return end;
        }

        private string Cell(string column, DateTime end)
        {
            if (!_set.TryGetValue((column, end), out var value)) value = column switch { "O3" => 40, "PM10_HVS" => null, _ => 20 };
            return value?.ToString(CultureInfo.InvariantCulture) ?? "";
        }
    }
}
