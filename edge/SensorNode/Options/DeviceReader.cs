using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Reads the <c>devices</c> of a node's file.</summary>
internal static class DeviceReader
{
    internal static readonly Dictionary<string, Polarity> PolarityWords = new() { ["high"] = Polarity.ActiveHigh, ["low"] = Polarity.ActiveLow };
    internal static readonly Dictionary<string, LinePull> PullWords = new() { ["as-is"] = LinePull.AsIs, ["up"] = LinePull.Up, ["down"] = LinePull.Down, ["off"] = LinePull.Off };
    // What a bay's ranger or a shock trigger tells is no contact that could be wired.
    private static readonly Dictionary<string, Quantity> ContactWords = Words(QuantityKind.Contact).Where(word => !QuantityCatalogue.Of(word.Value).IsOutput && word.Value is not (Quantity.BayOccupied or Quantity.Shock)).ToDictionary();
    private static readonly Dictionary<string, Quantity> OutputWords = Words(QuantityKind.Contact).Where(word => QuantityCatalogue.Of(word.Value).IsOutput).ToDictionary();
    private static readonly Dictionary<string, Quantity> PulseWords = new(Words(QuantityKind.Counter)) { [QuantityCatalogue.Of(Quantity.WindSpeed).Name] = Quantity.WindSpeed };

    public static List<DevicePlan> Devices(YamlSection root, IReadOnlyList<BusPlan> buses, Place place)
    {
        root.Require("devices");
        var devices = new List<DevicePlan>();
        var sections = root.List("devices", NodeFileReader.MaxDevices);
        var tuned = new List<(YamlSection Section, DevicePlan Device)>();
        foreach (var section in sections)
        {
            if (Device(section, buses, place) is { } untuned)
            {
                var device = untuned with { Tuning = TuningReader.Tuning(section, untuned), Power = untuned is I2cPlan ? Power(section.Section("power"), buses) : null };
                if (device.Power is { } power && devices.Any(other => other.Power is { } theirs && (theirs.Bus.Name, theirs.Line) == (power.Bus.Name, power.Line) || Wiring(other) == $"{power.Bus.Name} {power.Line}")) section.Problem("power", "another device is wired to that line.");
                tuned.Add((section, device));
                if (devices.Exists(other => other.Name == device.Name)) section.Problem("name", $"another device is called \"{device.Name}\".");
                if (devices.Find(other => Wiring(other) == Wiring(device)) is { } same) section.Problem(device is LinePlan or OutputPlan or SpeedTrapPlan or EchoPlan ? "line" : device switch { Ds18b20Plan => "rom", Pms5003Plan => "bus", _ => "address" }, $"\"{same.Name}\" is wired there already.");
                devices.Add(device);
            }
            section.RefuseUnknown();
        }
        foreach (var (section, device) in tuned) TuningReader.CheckSources(section, device, devices);
        return devices;
    }

    private static PowerPlan? Power(YamlSection section, IReadOnlyList<BusPlan> buses)
    {
        if (!section.IsPresent) return null;
        var power = new PowerPlan(Bus(section, buses, BusKind.Gpio), section.Whole("line", 0, 1023), section.OneOf("active", PolarityWords, Polarity.ActiveHigh));
        section.RefuseUnknown();
        return power;
    }

    /// <summary>A place, each of whose parts is the outer one's when it is not given.</summary>
    public static Place Place(YamlSection section, Place outer)
    {
        var place = new Place(
            section.Has("district") ? section.Name("district") : outer.District,
            section.Has("site") ? section.Name("site") : outer.Site,
            section.Has("latitude") ? section.Number("latitude", -90, 90) : outer.Latitude,
            section.Has("longitude") ? section.Number("longitude", -180, 180) : outer.Longitude);
        if (section.IsPresent && section.Has("latitude") != section.Has("longitude")) section.Problem("latitude", "latitude and longitude belong together.");
        section.RefuseUnknown();
        return place;
    }

    /// <summary>Asks everything of one device, for whoever notes the questions.</summary>
    public static void Describe(YamlSection section)
    {
        if (Device(section, [], new(null, null, null, null)) is not { } device) return;
        TuningReader.Tuning(section, device);
        if (device is I2cPlan) Power(section.Section("power"), []);
    }

    private static DevicePlan? Device(YamlSection section, IReadOnlyList<BusPlan> buses, Place nodePlace)
    {
        var name = section.Name("name");
        var place = Place(section.Section("place"), nodePlace);
        switch (section.Text("chip"))
        {
            case "contact":
            {
                var line = Line(section, buses, TimeSpan.FromMinutes(1));
                var quantity = section.OneOf<Quantity>("quantity", ContactWords);
                return new ContactPlan(name, line.Bus, line.Interval, place, line.Line, quantity, line.Polarity, line.Pull, Debounce(section, 20));
            }
            case "pulse":
            {
                var line = Line(section, buses, TimeSpan.FromSeconds(10));
                var quantity = section.OneOf<Quantity>("quantity", PulseWords);
                var perPulse = quantity switch
                {
                    Quantity.RainDepth => section.Number("mm-per-tip", 0.01, 10),
                    Quantity.WindSpeed => section.Number("metres-per-pulse", 0.01, 10),
                    _ => 1,
                };
                return new PulsePlan(name, line.Bus, line.Interval, place, line.Line, quantity, line.Polarity, line.Pull, Debounce(section, 5), perPulse);
            }
            case "output":
                return new OutputPlan(name, Bus(section, buses, BusKind.Gpio), Interval(section, TimeSpan.FromMinutes(1)), place, section.Whole("line", 0, 1023),
                    section.OneOf<Quantity>("quantity", OutputWords), section.OneOf("active", PolarityWords, Polarity.ActiveHigh),
                    section.Duration("max-on", HeldOutput.ShortestOn, HeldOutput.LongestOn, TimeSpan.FromMinutes(3)));
            case "speed-trap":
                return RangerReader.SpeedTrap(name, section, buses, place);
            case "hc-sr04":
                return RangerReader.Echo(name, section, buses, place);
            case var chip:
                if (ChipReader.Chip(chip, name, section, buses, place) is { } plan) return plan;
                if (chip.Length > 0) section.Problem("chip", $"\"{chip}\" is none of: bme280, contact, output, pulse, speed-trap, hc-sr04, {ChipReader.Words}.");
                section.AcceptAll(); // of a chip that is not known, no other key can be called unknown
                return null;
        }
    }

    private static (BusPlan Bus, TimeSpan Interval, int Line, Polarity Polarity, LinePull Pull) Line(YamlSection section, IReadOnlyList<BusPlan> buses, TimeSpan interval) =>
        (Bus(section, buses, BusKind.Gpio), Interval(section, interval), section.Whole("line", 0, 1023),
            section.OneOf("active", PolarityWords, Polarity.ActiveHigh), section.OneOf("pull", PullWords, LinePull.AsIs));

    /// <summary>How often it is sampled; the least is 100 ms where the chip is not slower.</summary>
    public static TimeSpan Interval(YamlSection section, TimeSpan absent, TimeSpan? least = null) =>
        section.Duration("interval", least ?? TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), absent);

    private static TimeSpan Debounce(YamlSection section, int absentMilliseconds) =>
        section.Duration("debounce", TimeSpan.Zero, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(absentMilliseconds));

    /// <summary>The bus that a device hangs on, of the kind that it needs.</summary>
    public static BusPlan Bus(YamlSection section, IReadOnlyList<BusPlan> buses, BusKind kind)
    {
        var name = section.Text("bus");
        var bus = buses.FirstOrDefault(bus => bus.Name == name);
        if (bus is null && name.Length > 0) section.Problem("bus", $"there is no bus \"{name}\"; buses: {string.Join(", ", buses.Select(known => known.Name))}.");
        else if (bus is not null && bus.Kind != kind) section.Problem("bus", $"\"{name}\" is no {kind switch { BusKind.I2c => "I2C bus", BusKind.Gpio => "GPIO chip", BusKind.W1 => "1-Wire bus", BusKind.Uart => "serial line" }}.");
        return bus ?? new BusPlan(name, kind, 0);
    }

    private static string Wiring(DevicePlan device) => device switch
    {
        SpeedTrapPlan trap => $"{trap.Bus.Name} {trap.FirstLine}",
        EchoPlan echo => $"{echo.Bus.Name} {echo.EchoLine}",
        I2cPlan chip => $"{chip.Bus.Name} {chip.Address}",
        Ds18b20Plan chip => $"{chip.Bus.Name} {chip.Rom}",
        Pms5003Plan chip => chip.Bus.Name,
        LinePlan line => $"{line.Bus.Name} {line.Line}",
        OutputPlan output => $"{output.Bus.Name} {output.Line}",
        _ => device.Name,
    };

    // From 200 on a quantity is the hub's own, and nothing that could be wired.
    private static Dictionary<string, Quantity> Words(QuantityKind kind) =>
        QuantityCatalogue.All.Where(row => row.Kind == kind && row.Quantity < Quantity.Notice).ToDictionary(row => row.Name, row => row.Quantity);
}
