using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>A line of a /dev/gpiochipN that feeds a chip. It is taken at the level that gives power, and left there.</summary>
public sealed class KernelPower(PowerPlan plan, ILinux linux) : IPowerLine
{
    private readonly KernelOutputs _line = new(plan.Bus.Path, linux);
    private bool _isOpen;

    public ReadFault? Set(bool on)
    {
        var highIsOn = plan.On == Polarity.ActiveHigh;
        var fault = _isOpen ? null : _line.Open(plan.Line, offHigh: highIsOn); // what it falls back to is power
        fault ??= _line.Set(plan.Line, on == highIsOn);
        _isOpen = fault is null;
        return fault;
    }

    public void Dispose() => _line.Dispose();
}
