using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>
/// Reads a PMS5003 that sends by itself: what has come before a sample is dropped, and after a little more than the longest time between two
/// frames the last whole one counts. Nothing at all is <see cref="ReadFault.NoAnswer"/>; bytes without a whole frame are <see cref="ReadFault.BadChecksum"/>.
/// </summary>
public sealed class Pms5003Driver(IUart uart, Pms5003Plan plan) : IBusChip
{
    // 2.3 s at 9600 baud are 2,200 bytes at most; the kernel keeps 4,096.
    private const int MostBytes = 4096;

    private readonly byte[] _buffer = new byte[MostBytes];
    private readonly List<Pms5003Frame> _frames = [];

    public Pms5003Plan Plan => plan;

    DevicePlan IBusChip.Plan => plan;

    public ChipBegun Begin() => new(uart.Read(_buffer, out _), Pms5003.LongestInterval * 1.2);

    public TimeSpan? Collect(IList<Measure> into)
    {
        _frames.Clear();
        var fault = uart.Read(_buffer, out var count);
        if (fault is null) Pms5003Stream.Empty.Observe(_buffer.AsSpan(0, count), _frames);
        if (_frames.Count == 0) fault ??= count == 0 ? ReadFault.NoAnswer : ReadFault.BadChecksum;
        var (pm1, pm25, pm10) = fault is { } why ? Pms5003.AllFailed(why) : Pms5003.Measured(_frames[^1]);
        into.Add(pm1);
        into.Add(pm25);
        into.Add(pm10);
        return null;
    }
}
