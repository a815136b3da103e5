using System.Device.I2c;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>
/// An I2C bus by System.Device.I2c. Opened at first use, and again after it was taken away. On an adapter that speaks SMBus only, the library tries plain reads and
/// writes, which the kernel refuses there: such an adapter is for the kernel's own rim.
/// </summary>
public sealed class ManagedI2cBus(Func<I2cBus> open) : II2cBus
{
    /// <summary>The most bytes of a transfer, as everywhere in this node.</summary>
    private const int Most = 32;

    private readonly Dictionary<byte, I2cDevice> _devices = [];
    private I2cBus? _bus;

    public ReadFault? Read(byte address, byte register, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, 1);
        return Transfer(address, [register], into);
    }

    public ReadFault? Write(byte address, byte register, byte value) => Transfer(address, [register, value], []);

    public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(write.Length, Most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(read.Length, Most);
        ArgumentOutOfRangeException.ThrowIfZero(write.Length + read.Length);
        var transferring = false;
        try
        {
            var device = Device(address);
            transferring = true;
            if (read.Length == 0) device.Write(write);
            else if (write.Length == 0) device.Read(read);
            else device.WriteRead(write, read);
            return null;
        }
        catch (Exception failure) when (ManagedFaults.IsOfTheWorld(failure))
        {
            var fault = Failed(failure);
            return transferring ? fault : ManagedFaults.OfOpening(failure);
        }
    }

    /// <summary>A chip as the library's drivers know it. They throw what the library throws: <see cref="Failed"/> says what it means.</summary>
    public I2cDevice Device(byte address)
    {
        _bus ??= open();
        if (!_devices.TryGetValue(address, out var device)) _devices[address] = device = _bus.CreateDevice(address);
        return device;
    }

    /// <summary>What an exception of a transfer means; the bus is opened anew after it, if it was taken away.</summary>
    public ReadFault Failed(Exception failure)
    {
        if (ManagedFaults.EndsBus(failure)) Close();
        return ManagedFaults.OfTransfer(failure);
    }

    public void Dispose() => Close();

    private void Close()
    {
        _devices.Clear();
        _bus?.Dispose();
        _bus = null;
    }
}
