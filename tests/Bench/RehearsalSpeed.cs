using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Rig;

namespace Bench;

/// <summary>A rehearsal as an officer asks for it: five changed rules beside five over a million readings in the store of a running hub, from the question to the whole answer.</summary>
internal static class RehearsalSpeed
{
    private const int Chips = 12; // of three quantities
    private const int Readings = 1_000_008;
    private const int Runs = 3;

    public static async Task AddTo(Table table, string folder)
    {
        var rules = Directory.CreateDirectory(Path.Combine(folder, "rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "bench.yaml"), FiveRules(30));
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, rules);
        await NodeFigures.Drain(folder, broker.Port, Chips, Readings, TimeSpan.FromSeconds(10));
        var took = new double[Runs];
        for (var run = 0; run < Runs; run++)
        {
            var (cpu, start) = (hub.Process.Figures().Cpu, Stopwatch.GetTimestamp());
            using var answer = await hub.Http.PostAsJsonAsync("/v1/rules/rehearsals", new
            {
                from = Stamp(DateTimeOffset.UtcNow.AddDays(-30)), to = Stamp(DateTimeOffset.UtcNow.AddMinutes(1)), files = new[] { new { name = "bench.yaml", text = FiveRules(20.5) } },
            });
            using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            took[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(report.RootElement.GetRawText());
            if (report.RootElement.GetProperty("readings").GetInt64() is not Readings and var read) throw new InvalidOperationException($"{read} readings were rehearsed, {Readings} are stored");
            cpu = hub.Process.Figures().Cpu - cpu;
            table.Row($"rehearsal by the API, five rules beside five, {Readings:#,0} readings from the store", Readings / took[run], cpu.TotalSeconds * 1e9 / Readings, double.NaN);
        }
        table.Ask("rehearsal of a million stored readings, the slowest of three", took.Max(), "s", "at most", 10);
    }

    private static string FiveRules(double level) => string.Create(CultureInfo.InvariantCulture, $$"""
        districts: { harbour: Harbour }
        rules:
          - { id: a, quantity: air-temperature, above: {{level}}, clear: {{level - 2}}, severity: major }
          - { id: b, quantity: air-temperature, above: 40, clear: 38, for: 2m, clear-for: 5m, severity: major }
          - { id: c, quantity: air-temperature, below: -5, clear: -3, severity: major }
          - { id: d, quantity: relative-humidity, above: 95, clear: 90, severity: minor }
          - { id: e, quantity: air-pressure, above: 1080, clear: 1070, severity: minor }
        """);

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
