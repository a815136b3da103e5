using System.Runtime.CompilerServices;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Tests.Devices;

public class SampleCityTests
{
    private static readonly IReadOnlyList<NodeFile> City = [.. Files().Select(path =>
    {
        var (file, problems) = NodeFileReader.Read(path, new());
        Assert.True(file is not null, string.Join('\n', problems));
        return file;
    })];

    [Fact]
    public void Twelve_nodes_in_three_districts_carry_sixty_sensors_of_every_kind()
    {
        Assert.Equal(12, City.Count);
        Assert.Equal(60, City.Sum(node => node.Devices.Count));
        Assert.Equal(["harbour", "hills", "old-town"], City.SelectMany(node => node.Devices).Select(device => device.Place.District).Distinct().Order());
        Assert.All(City, node => Assert.Equal(5, node.Devices.Count));
        var quantities = City.SelectMany(node => node.Devices).SelectMany(device => device.Quantities).Distinct();
        Assert.Equal(
            [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.AirPressure, Quantity.VehicleCount, Quantity.RainDepth, Quantity.Motion, Quantity.Smoke, Quantity.Flood, Quantity.DoorOpen],
            quantities.Order());
    }

    [Fact]
    public void Every_node_is_simulated_named_as_its_file_and_chips_have_seeds_of_their_own()
    {
        Assert.All(City, node => Assert.Equal(Path.GetFileNameWithoutExtension(node.File), node.Node.Node));
        Assert.Equal(12, City.Select(node => node.Simulation!.Seed).Distinct().Count());
        Assert.All(City, node => Assert.Equal(("city", "cityhub-city", ClockSource.Trusted), (node.Node.Group, node.Host, node.Clock)));
    }

    [Fact]
    public void Contacts_and_heat_raise_and_clear_within_the_first_thirty_seconds_and_not_all_at_once()
    {
        var early = Incidents().Where(incident => incident.At + incident.For <= TimeSpan.FromSeconds(30)).ToList();
        Assert.Contains(early, incident => incident.Kind == IncidentKind.Temperature);
        Assert.True(early.Count(incident => incident.Kind == IncidentKind.Closed) >= 4);
        Assert.True(Incidents().Select(incident => incident.At).Distinct().Count() > 15);
        Assert.All(Incidents(), incident => Assert.InRange(incident.Every!.Value.TotalMinutes, 2, 10));
    }

    [Fact]
    public void The_first_smoke_rises_and_clears_in_the_alert_lane()
    {
        using var pole = new SimulatedPole(File.ReadAllText(Files().Single(path => path.EndsWith("harbour-01.yaml", StringComparison.Ordinal))));
        pole.Live(TimeSpan.FromSeconds(30), 5);
        var smoke = pole.Samples.Of("smoke").Where(taken => taken.Lane == Lane.Alert).Select(taken => taken.Sample[0].TryGetValue(out var value) ? value : -1);
        Assert.Equal([0, 1, 0], smoke);
    }

    [Fact]
    public void Heat_incidents_stand_out_of_the_daily_curve_at_every_hour()
    {
        foreach (var node in City.Where(node => node.Simulation!.Devices["climate"].Incidents.Any(incident => incident.Kind == IncidentKind.Temperature)))
        {
            var simulation = node.Simulation!.Devices["climate"];
            var incident = simulation.Incidents.Single(incident => incident.Kind == IncidentKind.Temperature);
            for (var hour = 0; hour < 24; hour++)
            {
                var wall = PoleTime.Noon.AddHours(hour);
                Assert.Equal(45, Weather.At(simulation, incident.At + incident.For / 2, wall, new(1)).Temperature, 0.4);
                Assert.InRange(Weather.At(simulation, TimeSpan.Zero, wall, new(1)).Temperature, 2, 25);
            }
        }
    }

    private static IEnumerable<Incident> Incidents() => City.SelectMany(node => node.Simulation!.Devices.Values).SelectMany(device => device.Incidents);

    internal static string[] Files([CallerFilePath] string here = "") =>
        [.. Directory.GetFiles(Path.Combine(Path.GetDirectoryName(here)!, "../../../deploy/sample-city/nodes"), "*.yaml").Order(StringComparer.Ordinal)];
}
