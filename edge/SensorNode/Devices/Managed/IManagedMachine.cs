using System.Device.Gpio;
using System.Device.I2c;
using SensorNode.Options;

namespace SensorNode.Devices.Managed;

/// <summary>Where System.Device.Gpio's buses and controllers come from: the machine, or the simulated city. Both throw what the library throws.</summary>
public interface IManagedMachine
{
    I2cBus OpenI2c(BusPlan bus);

    GpioController OpenGpio(BusPlan bus);
}

/// <summary>The machine that the node runs on: /dev/i2c-N by the library's own bus, /dev/gpiochipN through libgpiod, whichever of its versions is installed.</summary>
public sealed class LinuxMachine : IManagedMachine
{
    public I2cBus OpenI2c(BusPlan bus) => I2cBus.Create(bus.Number);

    public GpioController OpenGpio(BusPlan bus)
    {
        try
        {
            return new(new System.Device.Gpio.Drivers.LibGpiodDriver(bus.Number));
        }
        catch (PlatformNotSupportedException) // no libgpiod 1: version 2 has another name
        {
            return new(new System.Device.Gpio.Drivers.LibGpiodV2Driver(bus.Number));
        }
    }
}
