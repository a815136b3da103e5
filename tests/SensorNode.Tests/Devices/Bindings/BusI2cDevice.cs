using System.Device.I2c;
using SensorNode.Devices;

namespace SensorNode.Tests.Devices.Bindings;

/// <summary>One of our buses as System.Device.I2c knows a device. Each transfer takes a while of the chip's time, so that whatever a driver began is done when it looks.</summary>
internal sealed class BusI2cDevice(II2cBus bus, byte address, PoleTime time) : I2cDevice
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private byte? _register;

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, address);

    public override void Read(Span<byte> buffer)
    {
        // A chip of 8-bit registers reads on from where it was left; our simulated ones of that kind know whole transfers only.
        Done(_register is { } register ? bus.Transfer(address, [register], buffer) : bus.Transfer(address, [], buffer));
        if (_register is not null) _register = (byte)(_register.Value + buffer.Length);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var fault = bus.Transfer(address, buffer, []);
        _register = fault is not null && buffer.Length == 1 ? buffer[0] : null;
        if (_register is null) Done(fault);
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        _register = null;
        Done(bus.Transfer(address, writeBuffer, readBuffer));
    }

    private void Done(SmartCity.Readings.ReadFault? fault)
    {
        if (fault is { } why) throw new IOException($"The chip at 0x{address:X2}: {why}.");
        time.Advance(Pace);
    }
}
