using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>An output that feeds a chip. It is taken at the level that gives power, and left there.</summary>
/// <param name="line">The outputs of its GPIO chip; disposed of with this.</param>
public sealed class LinePower(PowerPlan plan, IOutputLines line) : IPowerLine
{
    private bool _isOpen;

    public ReadFault? Set(bool on)
    {
        var highIsOn = plan.On == Polarity.ActiveHigh;
        var fault = _isOpen ? null : line.Open(plan.Line, offHigh: highIsOn); // what it falls back to is power
        fault ??= line.Set(plan.Line, on == highIsOn);
        _isOpen = fault is null;
        return fault;
    }

    public void Dispose() => line.Dispose();
}
