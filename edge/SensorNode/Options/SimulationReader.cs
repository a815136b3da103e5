using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Reads the <c>simulate</c> block of a node's file.</summary>
internal static class SimulationReader
{
    private const int MaxIncidents = 32;
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly Dictionary<string, Scenario> ClimateWords = new()
    {
        ["street"] = Scenario.Street, ["waterfront"] = Scenario.Waterfront, ["hillside"] = Scenario.Hillside,
    };

    private static readonly Dictionary<string, Scenario> ContactWords = new() { ["quiet"] = Scenario.Quiet, ["footfall"] = Scenario.Footfall };

    private static readonly Dictionary<string, Scenario> PulseWords = new()
    {
        ["traffic"] = Scenario.Traffic, ["showers"] = Scenario.Showers, ["dry"] = Scenario.Dry,
    };

    private static readonly Dictionary<string, Scenario> TrapWords = new() { ["traffic"] = Scenario.Traffic, ["dry"] = Scenario.Dry };
    private static readonly Dictionary<string, Scenario> LightWords = new() { ["daylight"] = Scenario.Daylight };
    private static readonly Dictionary<string, Scenario> SupplyWords = new() { ["mains"] = Scenario.Mains };

    private static readonly Dictionary<string, Scenario> SteadyWords = new() { ["steady"] = Scenario.Steady };

    public static SimulationPlan? Simulation(YamlSection root, IReadOnlyList<DevicePlan> devices, Setting? witness, List<NodeFileProblem> problems)
    {
        var section = root.Section("simulate");
        if (!section.IsPresent)
        {
            if (witness is not null) problems.Add(new(witness.Source, null, "simulate.witness", "only simulated chips keep a witness; this node has no simulate block."));
            return null;
        }
        var directory = section.Has("witness") ? section.Text("witness") : null;
        if (witness is not null)
        {
            directory = witness.Value;
            if (directory.Length == 0) problems.Add(new(witness.Source, null, "simulate.witness", "must name a directory."));
        }
        var seed = section.Whole("seed", 0, int.MaxValue, 1);
        var byDevice = section.Section("devices");
        var simulations = new Dictionary<string, DeviceSimulation>(StringComparer.Ordinal);
        foreach (var device in devices) simulations.TryAdd(device.Name, Device(byDevice.Section(device.Name), device));
        byDevice.RefuseUnknown();
        section.RefuseUnknown();
        return new(seed, directory, simulations);
    }

    private static DeviceSimulation Device(YamlSection section, DevicePlan device)
    {
        var (words, usual) = device switch
        {
            Bme280Plan or Scd41Plan or Ds18b20Plan => (ClimateWords, Scenario.Street),
            Bh1750Plan => (LightWords, Scenario.Daylight),
            Ina219Plan => (SupplyWords, Scenario.Mains),
            Ads1115Plan or Adxl345Plan or Pms5003Plan or Sgp4xPlan => (SteadyWords, Scenario.Steady),
            OutputPlan or EchoPlan => (SteadyWords, Scenario.Steady),
            SpeedTrapPlan => (TrapWords, Scenario.Traffic),
            ContactPlan { Quantity: Quantity.Motion } => (ContactWords, Scenario.Footfall),
            ContactPlan => (ContactWords, Scenario.Quiet),
            PulsePlan { Quantity: Quantity.RainDepth } => (PulseWords, Scenario.Showers),
            _ => (PulseWords, Scenario.Traffic),
        };
        var simulation = new DeviceSimulation(
            section.OneOf("scenario", words, usual),
            [.. section.List("incidents", MaxIncidents).Select(incident => Incident(incident, device)).OfType<Incident>()]);
        section.RefuseUnknown();
        return simulation;
    }

    private static Incident? Incident(YamlSection section, DevicePlan device)
    {
        var at = section.Duration("at", TimeSpan.Zero, Day);
        var length = section.Duration("for", TimeSpan.FromMilliseconds(100), Day);
        TimeSpan? every = section.Has("every") ? section.Duration("every", TimeSpan.FromSeconds(1), Day) : null;
        if (every <= length) section.Problem("every", "must be longer than the incident lasts (for).");
        var kinds = Kinds(device);
        var given = kinds.Where(kind => section.Has(kind.Key)).ToList();
        if (section.IsDescribing) given.ForEach(kind => Value(section, kind.Key, kind.Min, kind.Max));
        section.RefuseUnknown();
        if (given is not [var what])
        {
            section.Problem("", $"must have one of: {string.Join(", ", kinds.Select(kind => kind.Key))}.");
            return null;
        }
        return new(at, length, every, what.Kind, Value(section, what.Key, what.Min, what.Max));
    }

    private static double Value(YamlSection section, string key, double min, double? max)
    {
        if (max is { } most) return section.Number(key, min, most);
        section.True(key);
        return 1;
    }

    private static (string Key, IncidentKind Kind, double Min, double? Max)[] Kinds(DevicePlan device) =>
        device is I2cPlan ? [.. KindsOf(device), ("holds-bus", IncidentKind.HoldsBus, 0, null)] : KindsOf(device);

    private static (string Key, IncidentKind Kind, double Min, double? Max)[] KindsOf(DevicePlan device) => device switch
    {
        Bme280Plan =>
        [
            ("temperature", IncidentKind.Temperature, -35, 80), ("humidity", IncidentKind.Humidity, 1, 99), ("unplugged", IncidentKind.Unplugged, 0, null),
        ],
        Scd41Plan =>
        [
            ("co2", IncidentKind.CarbonDioxide, 350, 40_000), ("temperature", IncidentKind.Temperature, -5, 55), ("humidity", IncidentKind.Humidity, 1, 99),
            ("unplugged", IncidentKind.Unplugged, 0, null), ("disturbed", IncidentKind.Disturbed, 0, null),
        ],
        Bh1750Plan => [("illuminance", IncidentKind.Illuminance, 0, 200_000), ("unplugged", IncidentKind.Unplugged, 0, null)],
        Ina219Plan => [("voltage", IncidentKind.Voltage, 0, 32), ("current", IncidentKind.Current, -1000, 1000), ("unplugged", IncidentKind.Unplugged, 0, null)],
        Ads1115Plan => [("voltage", IncidentKind.Voltage, -6, 7), ("unplugged", IncidentKind.Unplugged, 0, null)],
        Adxl345Plan => [("tilt", IncidentKind.Tilt, 0, 180), ("vibration", IncidentKind.Vibration, 0, 100), ("unplugged", IncidentKind.Unplugged, 0, null)],
        Sgp4xPlan => [("voc-raw", IncidentKind.VocRaw, 0, 65_535), ("unplugged", IncidentKind.Unplugged, 0, null), ("disturbed", IncidentKind.Disturbed, 0, null)],
        Ds18b20Plan => [("temperature", IncidentKind.Temperature, -54, 124), ("unplugged", IncidentKind.Unplugged, 0, null), ("disturbed", IncidentKind.Disturbed, 0, null)],
        Pms5003Plan => [("pm2.5", IncidentKind.Particles, 0, 5000), ("unplugged", IncidentKind.Unplugged, 0, null), ("disturbed", IncidentKind.Disturbed, 0, null)],
        OutputPlan => [],
        EchoPlan => [("distance", IncidentKind.Distance, 0, 10), ("unplugged", IncidentKind.Unplugged, 0, null)],
        ContactPlan => [("closed", IncidentKind.Closed, 0, null)],
        _ => [("per-hour", IncidentKind.PerHour, 1, 36_000)],
    };
}
