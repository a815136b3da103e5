using Rig;
using SmartCity.Readings;
using SmartCity.Timeline;
using YamlDotNet.RepresentationModel;

namespace Walls.Tests;

/// <summary>The sample city as its node files say: where its sensors stand and what they measure. What can be measured and no node of it
/// measures is given to its first node and its last, so that every board has something to show.</summary>
internal static class SampleCity
{
    public sealed record Node(NodeKey Key, string District, string Site, double Latitude, double Longitude);

    public sealed record Series(Node Node, SensorId Sensor, Quantity Quantity, int Number)
    {
        public byte[] Head => new SeriesTags(Node.District, Node.Key.ToString(), Sensor.Value, Node.Site).Head(Quantity);
    }

    public static IReadOnlyList<Node> Nodes { get; }

    public static IReadOnlyList<Series> All { get; }

    public static IReadOnlyList<string> Districts => [.. Nodes.Select(n => n.District).Distinct()];

    static SampleCity()
    {
        var nodes = new List<Node>();
        var all = new List<Series>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Products.Root, "deploy/sample-city/nodes"), "*.yaml").Order(StringComparer.Ordinal))
        {
            var yaml = new YamlStream();
            using var reader = File.OpenText(file);
            yaml.Load(reader);
            var root = (YamlMappingNode)yaml.Documents[0].RootNode;
            var place = (YamlMappingNode)root["place"];
            var node = new Node(new(Text(root, "group")!, Text(root, "node")!), Text(place, "district")!, Text(place, "site")!, double.Parse(Text(place, "latitude")!), double.Parse(Text(place, "longitude")!));
            nodes.Add(node);
            foreach (var device in ((YamlSequenceNode)root["devices"]).Cast<YamlMappingNode>())
            {
                var sensor = SensorId.Suggested(new(node.Key, Text(device, "name")!));
                // A device names its quantity; a chip that measures several is the climate chip.
                Quantity[] quantities = Text(device, "quantity") is { } name && QuantityCatalogue.Find(name) is { } row
                    ? [row.Quantity]
                    : Text(device, "chip") == "bme280" ? [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.AirPressure] : [];
                all.AddRange(quantities.Select(q => new Series(node, sensor, q, all.Count)));
            }
        }
        var missing = Names.Measured.Select(q => q.Quantity).Except(all.Select(s => s.Quantity)).ToArray();
        foreach (var node in new[] { nodes[0], nodes[^1] })
        {
            foreach (var quantity in missing) all.Add(new(node, SensorId.Suggested(new(node.Key, "station")), quantity, all.Count));
        }
        (Nodes, All) = (nodes, all);
    }

    /// <summary>What it measures at an instant: the course of a day, its own level, and a disturbance now and then. The same whenever it is asked.</summary>
    public static double Value(Series series, Instant at)
    {
        var row = QuantityCatalogue.Of(series.Quantity);
        var minutes = at.UnixMilliseconds / 60_000.0;
        var noise = Noise(series.Number, (long)minutes);
        switch (row.Kind)
        {
            case QuantityKind.Counter:
                return Math.Floor(minutes % 1_000_000 * (0.5 + (series.Number % 7)) + noise);
            case QuantityKind.Contact:
                return ((long)minutes + (series.Number * 13)) % 90 < 4 ? 1 : 0;
            case QuantityKind.Level:
                if (series.Quantity == Quantity.VehicleSpeed) return (HashCode(series.Number, (long)minutes) % 3 == 0 ? -1 : 1) * (48 + (9 * noise)); // both ways
                if (series.Quantity == Quantity.WindDirection) return ((minutes * 7) + (40 * noise) + 720) % 360; // it blows from everywhere in an hour
                var (middle, swing) = Usual(series.Quantity);
                var day = Math.Sin((minutes / 1440 * 2 * Math.PI) + series.Number);
                // Once in five days an hour far off: what limits are for.
                var peak = (long)(minutes / 60) % 120 == 60 ? 6 * swing : 0;
                return Math.Clamp(middle + (swing * day) + (swing * 0.2 * noise) + peak, row.Min, row.Max);
            default:
                throw new InvalidOperationException();
        }
    }

    private static (double Middle, double Swing) Usual(Quantity quantity) => quantity switch
    {
        Quantity.AirTemperature or Quantity.WaterTemperature or Quantity.SurfaceTemperature => (9, 5),
        Quantity.RelativeHumidity or Quantity.SoilMoisture => (70, 15),
        Quantity.AirPressure => (1013, 8),
        Quantity.NitrogenDioxide => (35, 30),
        Quantity.Ozone => (60, 40),
        Quantity.SulfurDioxide => (20, 60),
        Quantity.Pm10 or Quantity.Pm10Daily => (24, 15),
        Quantity.WindDirection => (180, 179),
        Quantity.WaterLevel => (1.2, 0.8),
        Quantity.SupplyVoltage => (12.2, 0.4),
        Quantity.Tilt => (0.5, 0.2),
        _ => (QuantityCatalogue.Of(quantity).Max / 50, QuantityCatalogue.Of(quantity).Max / 100),
    };

    // A hash is all the chance that is needed.
    private static double Noise(int series, long minute) => (HashCode(series, minute) % 2001 / 1000.0) - 1;

    private static uint HashCode(int series, long minute)
    {
        unchecked
        {
            var h = (ulong)minute * 0x9E3779B97F4A7C15UL ^ (ulong)series * 0xC2B2AE3D27D4EB4FUL;
            h ^= h >> 29;
            return (uint)(h * 0xBF58476D1CE4E5B9UL >> 32);
        }
    }

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;
}
