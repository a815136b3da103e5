using System.Globalization;
using SmartCity.Devices;

namespace Faults;

/// <summary>One measurement that a simulated chip gave out, decoded by the pure domain.</summary>
/// <param name="Wall">Unix milliseconds at which it was given.</param>
internal sealed record GivenMeasure(long Wall, double Temperature, double Pressure, double Humidity);

/// <summary>One level that a simulated line took.</summary>
internal sealed record GivenLevel(long Wall, bool High);

/// <summary>Reads the chips' own logs: the record that the parts under test did not make.</summary>
internal static class WitnessLog
{
    public static IReadOnlyList<GivenMeasure> Climate(string file)
    {
        var measures = new List<GivenMeasure>();
        Bme280Trim? trim = null;
        foreach (var line in File.ReadLines(file))
        {
            var cells = line.Split(' ');
            if (cells[0] == "trim")
            {
                trim = Bme280Trim.Decode(Convert.FromHexString(cells[1]), Convert.FromHexString(cells[2]));
                continue;
            }
            if (cells.Length != 3 || trim is null) continue; // half a line: the process died while writing it
            var (temperature, pressure, humidity) = Bme280.Decode(Bme280Raw.Decode(Convert.FromHexString(cells[2])), trim);
            measures.Add(new(Wall(cells), Value(temperature), Value(pressure), Value(humidity)));
        }
        return measures;
    }

    public static IReadOnlyList<GivenLevel> Line(string file) =>
        File.ReadLines(file).Select(line => line.Split(' ')).Where(cells => cells.Length == 4).Select(cells => new GivenLevel(Wall(cells), cells[2] == "1")).ToArray();

    private static long Wall(string[] cells) => long.Parse(cells[1], CultureInfo.InvariantCulture);

    private static double Value(Measure measure) => measure.TryGetValue(out var value) ? value : double.NaN;
}
