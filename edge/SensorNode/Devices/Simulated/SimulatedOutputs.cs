using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>Simulated outputs: each level is written to its line's witness, which is where a test looks whether the siren sounds.</summary>
public sealed class SimulatedOutputs : IOutputLines
{
    private readonly TimeProvider _time;
    private readonly Dictionary<int, (Witness Witness, bool? OffHigh)> _lines;

    public SimulatedOutputs(string node, IEnumerable<OutputPlan> plans, SimulationPlan simulation, TimeProvider time)
    {
        _time = time;
        _lines = plans.ToDictionary(plan => plan.Line, plan => (Witness.Open(simulation.WitnessDirectory, node, plan.Name, null, time), (bool?)null));
    }

    public ReadFault? Open(int line, bool offHigh)
    {
        if (!_lines.TryGetValue(line, out var known)) return ReadFault.BusUnavailable;
        _lines[line] = known with { OffHigh = offHigh };
        return Set(line, offHigh);
    }

    public ReadFault? Set(int line, bool high) =>
        !_lines.TryGetValue(line, out var open) || open.OffHigh is null ? ReadFault.BusUnavailable : open.Witness.Gave(high, _time.MonotonicNs()) ? null : ReadFault.NoAnswer;

    public void Dispose()
    {
        foreach (var (line, open) in _lines)
        {
            if (open.OffHigh is { } off) Set(line, off);
            open.Witness.Dispose();
        }
    }
}
