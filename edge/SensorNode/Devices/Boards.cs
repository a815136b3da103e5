using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;

namespace SensorNode.Devices;

/// <summary>Makes the board that a node's file and its command line ask for.</summary>
public static class Boards
{
    /// <summary>Whether <see cref="DeviceLibrary.Managed"/> is compiled in.</summary>
    public static bool HoldsManaged =>
#if DEVICEGPIO
        true;
#else
        false;
#endif

    /// <summary>The simulated city's board, or the machine's.</summary>
    /// <exception cref="NotSupportedException">The library is not compiled in; a command line that asks for it is refused before.</exception>
    public static IDeviceBoard Of(NodeFile file, DeviceLibrary library, TimeProvider time) => file.Simulation is { } simulation
        ? Through(library, new SimulatedBoard(file, simulation, time), simulated: true, time)
        : Through(library, new KernelBoard(new LinuxCalls(), time), simulated: false, time);

    private static IDeviceBoard Through(DeviceLibrary library, IDeviceBoard board, bool simulated, TimeProvider time) => library switch
    {
        DeviceLibrary.Kernel => board,
#if DEVICEGPIO
        DeviceLibrary.Managed => new Managed.ManagedBoard(board, simulated ? new Managed.SimulatedMachine(board) : new Managed.LinuxMachine(), time),
#else
        DeviceLibrary.Managed => throw new NotSupportedException($"System.Device.Gpio is not compiled in ({simulated}, {time.TimestampFrequency})."),
#endif
    };
}
