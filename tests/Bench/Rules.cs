using System.Globalization;
using System.Text;

namespace Bench;

/// <summary>Rule sets for the load: twenty over four quantities, one of which the load's hot messages break.</summary>
internal static class Rules
{
    public const string HotRule = "hot";

    /// <param name="count">1 to 20.</param>
    public static string Write(string folder, int count)
    {
        var text = new StringBuilder("districts:\n  harbour: Harbour\nrules:\n");
        text.Append(CultureInfo.InvariantCulture, $"  - {{ id: {HotRule}, quantity: air-temperature, above: 40, clear: 38, severity: major }}\n");
        (string Quantity, double Level)[] others = [("air-temperature", 60), ("relative-humidity", 95), ("air-pressure", 1080), ("pm2.5", 150)];
        for (var i = 1; i < count; i++)
        {
            var (quantity, level) = others[i % others.Length];
            var kind = (i % 3) switch { 0 => "", 1 => ", for: 30s", _ => ", mean: { window: 10m, slot: 1m, min-slots: 5 }" };
            text.Append(CultureInfo.InvariantCulture, $"  - {{ id: rule-{i}, quantity: {quantity}, above: {level + i * 0.1}, clear: {level}, severity: minor{kind} }}\n");
        }
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "bench.yaml"), text.ToString());
        return folder;
    }
}
