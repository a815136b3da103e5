using System.Globalization;
using System.Text.Json;

namespace Bench;

/// <summary>Rows of figures, printed as a table for people or as JSON for machines.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<(string[] Cells, bool? Met)> _rows = [];

    public void Row(params object[] cells) => _rows.Add((cells.Select(Text).ToArray(), null));

    /// <summary>A figure beside what was asked of it.</summary>
    public void Ask(string what, double figure, string unit, string relation, double asked)
    {
        var met = relation == "at most" ? figure <= asked : figure >= asked;
        Asks.Add(new(what, figure, unit, relation, asked, met));
    }

    public List<Asked> Asks { get; } = [];

    public bool AllMet => Asks.All(a => a.Met);

    public void Print(bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                title,
                machine = Machine.Line(),
                columns,
                rows = _rows.Select(r => r.Cells),
                asks = Asks.Select(a => new { a.What, a.Figure, a.Unit, a.Relation, a.Limit, a.Met }),
            }, new JsonSerializerOptions { WriteIndented = true }));
            return;
        }
        Console.WriteLine();
        Console.WriteLine(title);
        Console.WriteLine(Machine.Line());
        var widths = columns.Select((c, i) => Math.Max(c.Length, _rows.Count == 0 ? 0 : _rows.Max(r => r.Cells[i].Length))).ToArray();
        Console.WriteLine(string.Join("  ", columns.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))));
        foreach (var (cells, _) in _rows) Console.WriteLine(string.Join("  ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))));
        foreach (var ask in Asks)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(ask.Met ? "met " : "MISS")}  {ask.What}: {Text(ask.Figure)} {ask.Unit}, asked {ask.Relation} {Text(ask.Limit)}"));
        }
    }

    private static string Text(object value) => value switch
    {
        double d when double.IsNaN(d) => "-",
        double d when Math.Abs(d) >= 1000 => d.ToString("#,0", CultureInfo.InvariantCulture),
        double d => d.ToString(Math.Abs(d) >= 100 ? "0" : Math.Abs(d) >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture),
        int i => i.ToString("#,0", CultureInfo.InvariantCulture),
        long l => l.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    internal sealed record Asked(string What, double Figure, string Unit, string Relation, double Limit, bool Met);
}

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Line()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        var memory = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} × {model}, {long.Parse(memory, CultureInfo.InvariantCulture) / 1048576} GiB, Linux {Environment.OSVersion.Version.ToString(2)}, .NET {Environment.Version}");
    }
}
