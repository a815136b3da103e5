using System.Device.Gpio;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>Outputs of one GPIO chip by the library's controller. Each is taken at its off level in one step, where the library's driver can.</summary>
public sealed class ManagedOutputs(Func<GpioController> open) : IOutputLines
{
    private readonly Dictionary<int, bool> _offHigh = [];
    private GpioController? _controller;

    public ReadFault? Open(int line, bool offHigh)
    {
        try
        {
            _controller ??= open();
            if (_offHigh.Remove(line)) _controller.ClosePin(line);
            _controller.OpenPin(line, PinMode.Output, Level(offHigh));
            _offHigh[line] = offHigh;
            return null;
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            return ManagedFaults.OfOpening(failure);
        }
    }

    public ReadFault? Set(int line, bool high)
    {
        if (_controller is null || !_offHigh.ContainsKey(line)) return ReadFault.BusUnavailable;
        try
        {
            _controller.Write(line, Level(high));
            return null;
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            _offHigh.Remove(line);
            return ManagedFaults.OfTransfer(failure);
        }
    }

    public void Dispose()
    {
        foreach (var (line, offHigh) in _offHigh.ToArray()) Set(line, offHigh);
        _controller?.Dispose();
        _controller = null;
    }

    private static PinValue Level(bool high) => high ? PinValue.High : PinValue.Low;
}
