using System.Globalization;
using SmartCity.Devices;

namespace ReadingPath;

/// <summary>One measurement that a simulated BME280 gave out, decoded by the pure domain.</summary>
/// <param name="Wall">Unix milliseconds at which it was given.</param>
public sealed record Given(long Wall, double Temperature, double Pressure, double Humidity);

/// <summary>Reads a simulated BME280's own log: the trim registers first, then raw measurements.</summary>
internal static class WitnessLog
{
    public static IReadOnlyList<Given> Read(string file)
    {
        var given = new List<Given>();
        Bme280Trim? trim = null;
        foreach (var line in File.ReadLines(file))
        {
            var cells = line.Split(' ');
            if (cells[0] == "trim") trim = Bme280Trim.Decode(Convert.FromHexString(cells[1]), Convert.FromHexString(cells[2]));
            if (cells is not [_, var wall, { Length: 16 } registers] || trim is null) continue; // half a line is being written, or its writer was killed
            var (temperature, pressure, humidity) = Bme280.Decode(Bme280Raw.Decode(Convert.FromHexString(registers)), trim);
            given.Add(new(long.Parse(wall, CultureInfo.InvariantCulture), Number(temperature), Number(pressure), Number(humidity)));
        }
        return given;
    }

    private static double Number(Measure measure) => measure.TryGetValue(out var value) ? value : double.NaN;
}
