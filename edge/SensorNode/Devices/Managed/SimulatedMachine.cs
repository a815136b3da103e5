using System.Device.Gpio;
using System.Device.I2c;
using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>The simulated city's chips and lines as System.Device.Gpio knows a machine: what is above them is the library and its drivers, what is below the same chips at their registers.</summary>
public sealed class SimulatedMachine(IDeviceBoard simulated) : IManagedMachine
{
    public I2cBus OpenI2c(BusPlan bus) => new SimulatedBus(simulated.OpenI2c(bus), bus.Number);

    public GpioController OpenGpio(BusPlan bus) => new(new SimulatedGpioDriver(() => simulated.OpenLines(bus), () => simulated.OpenOutputs(bus)));

    /// <summary>A simulated bus as the library knows one.</summary>
    public sealed class SimulatedBus(II2cBus bus, int number) : I2cBus
    {
        public override I2cDevice CreateDevice(int deviceAddress) => new SimulatedDevice(bus, number, (byte)deviceAddress);

        public override void RemoveDevice(int deviceAddress)
        {
            // nothing is kept for one
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) bus.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>A simulated chip as the library knows one.</summary>
    internal sealed class SimulatedDevice(II2cBus bus, int number, byte address) : I2cDevice
    {
        private byte? _register;

        public override I2cConnectionSettings ConnectionSettings { get; } = new(number, address);

        public override void Read(Span<byte> buffer)
        {
            // A chip of 8-bit registers reads on from where it was left; the simulated ones of that kind know whole transfers only.
            Done(_register is { } register ? bus.Transfer(address, [register], buffer) : bus.Transfer(address, [], buffer));
            if (_register is not null) _register = (byte)(_register.Value + buffer.Length & 0xFF);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _register = null;
            var fault = bus.Transfer(address, buffer, []);
            if (fault == ReadFault.NoAnswer && buffer.Length == 1) _register = buffer[0]; // said with the read that follows, or not at all
            else Done(fault);
        }

        public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
        {
            _register = null;
            Done(bus.Transfer(address, writeBuffer, readBuffer));
        }

        private static void Done(ReadFault? fault)
        {
            if (fault is { } why) throw new SimulatedFaultException(why);
        }
    }
}

/// <summary>A fault of a simulated chip on its way through the library, whose own exceptions carry the kernel's number in their text.</summary>
public sealed class SimulatedFaultException(ReadFault fault) : IOException($"The simulated chip: {fault}.")
{
    public ReadFault Fault => fault;
}
