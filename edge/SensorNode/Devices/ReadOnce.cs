using System.Globalization;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>Reads every device of a node once and prints a table: what a technician on a ladder wants to see.</summary>
public static class ReadOnce
{
    /// <summary>Prints the table; true when every device gave every value.</summary>
    public static async Task<bool> PrintAsync(NodeFile file, IDeviceBoard board, TimeProvider time, TextWriter to)
    {
        var whole = true;
        to.WriteLine($"{"DEVICE",-20} {"QUANTITY",-20} {"VALUE",14} UNIT");
        foreach (var bus in file.Buses)
        {
            var devices = file.Devices.Where(device => device.Bus == bus && device is not (OutputPlan or SpeedTrapPlan)).ToList(); // an output is not touched by who only looks, and a trap has nothing to say until a vehicle comes
            if (devices.Count == 0) continue;
            var measures = bus.Kind switch
            {
                BusKind.I2c or BusKind.W1 or BusKind.Uart => await ReadChipsAsync(BusChips.Open(bus, devices, board), time),
                BusKind.Gpio => [.. ReadLines(board.OpenLines(bus), devices, time), .. await ReadEchoesAsync(devices.OfType<EchoPlan>(), board)],
            };
            foreach (var (device, measure) in measures)
            {
                whole &= measure.Fault is null;
                var row = QuantityCatalogue.Of(measure.Quantity);
                to.WriteLine($"{device.Name,-20} {row.Name,-20} {Value(row, measure),14} {(measure.Fault is null ? Unit(row) : $"on {bus.Path}")}".TrimEnd());
            }
        }
        return whole;
    }

    private static async Task<List<(DevicePlan, Measure)>> ReadChipsAsync(BusChips chips, TimeProvider time)
    {
        using var _ = chips;
        var rows = new List<(DevicePlan, Measure)>();
        foreach (var chip in chips.Chips)
        {
            var plan = chip.Plan;
            var begun = chip.Begin();
            var measures = new List<Measure>();
            if (begun.Fault is { } fault) measures.AddRange(plan.Quantities.Select(quantity => Measure.Failed(quantity, fault)));
            else
            {
                TimeSpan? wait = begun.ReadyAfter;
                while (wait is { } ready)
                {
                    await Task.Delay(ready, time);
                    wait = chip.Collect(measures);
                }
            }
            rows.AddRange(measures.Select(measure => (plan, measure)));
        }
        return rows;
    }

    private static async Task<List<(DevicePlan, Measure)>> ReadEchoesAsync(IEnumerable<EchoPlan> rangers, IDeviceBoard board)
    {
        var rows = new List<(DevicePlan, Measure)>();
        foreach (var ranger in rangers)
        {
            using var line = board.OpenEcho(ranger);
            var (echo, fault) = await line.PingAsync(CancellationToken.None);
            rows.AddRange(new EchoDevice(ranger).Measures(echo, fault, 0).Select(measure => ((DevicePlan)ranger, measure)));
        }
        return rows;
    }

    private static List<(DevicePlan, Measure)> ReadLines(IEdgeSource source, List<DevicePlan> devices, TimeProvider time)
    {
        using var _ = source;
        var rows = new List<(DevicePlan, Measure)>();
        foreach (var plan in devices.OfType<LinePlan>())
        {
            var opening = source.Open(plan.Line, plan.Pull, prompt: false);
            var line = LineDevice.Of(plan);
            if (opening.Fault is null) line.Opened(opening.High, opening.AtNs);
            rows.Add((plan, opening.Fault is { } fault ? Measure.Failed(plan.Quantity, fault) : line.Measure(time.MonotonicNs())));
        }
        return rows;
    }

    private static string Value(QuantityRow row, Measure measure)
    {
        if (!measure.TryGetValue(out var value)) return measure.Fault.ToString()!;
        return row.Kind switch
        {
            QuantityKind.Contact => value != 0 ? "active" : "quiet",
            QuantityKind.Counter => value.ToString("0.###", CultureInfo.InvariantCulture),
            QuantityKind.Level => value.ToString("0.00", CultureInfo.InvariantCulture),
        };
    }

    private static string Unit(QuantityRow row) => row.Kind == QuantityKind.Contact ? "" : row.Unit;
}
