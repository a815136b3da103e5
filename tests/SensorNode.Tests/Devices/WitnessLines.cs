using System.Globalization;
using SmartCity.Devices;

namespace SensorNode.Tests.Devices;

/// <summary>Reads a witness as an oracle would: with the pure domain alone.</summary>
internal static class WitnessLines
{
    public static IReadOnlyList<(ulong Number, long WallMs, double Temperature, double Pressure, double Humidity)> Bme280(string file)
    {
        var lines = File.ReadAllLines(file).Select(line => line.Split(' ')).ToList();
        Assert.Equal("trim", lines[0][0]);
        var trim = Bme280Trim.Decode(Convert.FromHexString(lines[0][1]), Convert.FromHexString(lines[0][2]));
        return [.. lines.Skip(1).Select(line =>
        {
            var (temperature, pressure, humidity) = SmartCity.Devices.Bme280.Decode(Bme280Raw.Decode(Convert.FromHexString(line[2])), trim);
            Assert.True(temperature.TryGetValue(out var t) & pressure.TryGetValue(out var p) & humidity.TryGetValue(out var h));
            return (ulong.Parse(line[0], CultureInfo.InvariantCulture), long.Parse(line[1], CultureInfo.InvariantCulture), t, p, h);
        })];
    }

    public static IReadOnlyList<(ulong Number, long WallMs, LineEdge Edge)> Line(string file) =>
        [.. File.ReadAllLines(file).Select(line => line.Split(' ')).Select(line =>
            (ulong.Parse(line[0], CultureInfo.InvariantCulture), long.Parse(line[1], CultureInfo.InvariantCulture),
                new LineEdge(line[2] == "1", long.Parse(line[3], CultureInfo.InvariantCulture))))];
}
