using SensorNode.Options;

namespace SensorNode.Devices;

/// <summary>Where buses come from: the kernel's devices, or the simulated city.</summary>
public interface IDeviceBoard
{
    II2cBus OpenI2c(BusPlan bus);

    IW1Bus OpenW1(BusPlan bus);

    IUart OpenUart(BusPlan bus);

    IEdgeSource OpenLines(BusPlan bus);

    IOutputLines OpenOutputs(BusPlan bus);

    /// <summary>The line that feeds a chip: on from its opening to its end, but while it is told otherwise.</summary>
    IPowerLine OpenPower(DevicePlan chip);

    /// <summary>The two beams of a trap, as lines of their own.</summary>
    IEdgeSource OpenBeams(SpeedTrapPlan trap);

    IEchoLine OpenEcho(EchoPlan ranger);

    /// <summary>How warm the board is, °C; null: it has no thermometer, or that does not answer.</summary>
    double? Celsius();
}
