using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>
/// Outputs of a /dev/gpiochipN by uAPI v2, each line a request of its own. What becomes of a level when a process dies is the driver's matter:
/// the node that is started anew takes its lines at off.
/// </summary>
public sealed class KernelOutputs(string path, ILinux linux) : IOutputLines
{
    private readonly Dictionary<int, (int File, bool OffHigh)> _open = [];

    public unsafe ReadFault? Open(int line, bool offHigh)
    {
        Release(line);
        var chip = linux.Open(path);
        if (chip < 0) return Errno.Fault(-chip);
        var request = new GpioLineRequest
        {
            Offset = (uint)line,
            LineCount = 1,
            Flags = GpioUapi.Output,
            AttributeCount = 1,
            FirstAttribute = new() { Id = GpioUapi.OutputValues, Values = offHigh ? 1ul : 0, Mask = 1 }, // with the request: no moment at another level
        };
        "sensornode"u8.CopyTo(request.Consumer);
        var requested = linux.Ioctl(chip, GpioUapi.GetLine, &request);
        linux.Close(chip);
        if (requested < 0) return Errno.Fault(-requested);
        _open[line] = (request.File, offHigh);
        return null;
    }

    public unsafe ReadFault? Set(int line, bool high)
    {
        if (!_open.TryGetValue(line, out var open)) return ReadFault.BusUnavailable;
        var values = new GpioLineValues { Mask = 1, Bits = high ? 1ul : 0 };
        var set = linux.Ioctl(open.File, GpioUapi.SetValues, &values);
        if (set >= 0) return null;
        Release(line);
        return Errno.Fault(-set);
    }

    public void Dispose()
    {
        foreach (var (line, open) in _open.ToArray())
        {
            Set(line, open.OffHigh);
            Release(line);
        }
    }

    private void Release(int line)
    {
        if (_open.Remove(line, out var open)) linux.Close(open.File);
    }
}
