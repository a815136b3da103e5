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

    /// <summary>The driver of a chip on an I2C bus that this board opened: ours, unless the board has another that reads it right.</summary>
    IBusChip Driver(I2cPlan chip, II2cBus bus) => BusChips.Of(chip, bus);

    /// <summary>How warm the board is, °C; null: it has no thermometer, or that does not answer.</summary>
    double? Celsius();
}
