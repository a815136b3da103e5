namespace SensorNode.Devices;

/// <summary>Through what the node speaks to its buses and chips.</summary>
public enum DeviceLibrary : byte
{
    /// <summary>The kernel's I2C and GPIO, and our drivers: the default.</summary>
    Kernel,

    /// <summary>System.Device.Gpio, and of Iot.Device.Bindings the drivers that read their chips right. Compiled in where the package source holds both.</summary>
    Managed,
}
