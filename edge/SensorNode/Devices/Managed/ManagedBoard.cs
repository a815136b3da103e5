using SensorNode.Options;

namespace SensorNode.Devices.Managed;

/// <summary>
/// A board by System.Device.Gpio and Iot.Device.Bindings. The libraries have no word for 1-Wire's kernel text, no serial line, and no stamp on an edge, so a DS18B20, a PMS5003,
/// speed traps and rangers stay with the board behind. docs/chips.md says whose driver serves which chip.
/// </summary>
/// <param name="behind">The kernel's board, or the simulated city's.</param>
public sealed class ManagedBoard(IDeviceBoard behind, IManagedMachine machine, TimeProvider time) : IDeviceBoard
{
    public II2cBus OpenI2c(BusPlan bus) => new ManagedI2cBus(() => machine.OpenI2c(bus));

    public IEdgeSource OpenLines(BusPlan bus) => new ManagedLines(() => machine.OpenGpio(bus), time);

    public IOutputLines OpenOutputs(BusPlan bus) => new ManagedOutputs(() => machine.OpenGpio(bus));

    public IPowerLine OpenPower(DevicePlan chip) => machine is LinuxMachine ? new LinePower(chip.Power!, OpenOutputs(chip.Power!.Bus)) : behind.OpenPower(chip);

    public IW1Bus OpenW1(BusPlan bus) => behind.OpenW1(bus);

    public IUart OpenUart(BusPlan bus) => behind.OpenUart(bus);

    public IEdgeSource OpenBeams(SpeedTrapPlan trap) => behind.OpenBeams(trap);

    public IEchoLine OpenEcho(EchoPlan ranger) => behind.OpenEcho(ranger);

    public IBusChip Driver(I2cPlan chip, II2cBus bus) => BindingsChips.Of(chip, (ManagedI2cBus)bus) ?? BusChips.Of(chip, bus);

    public double? Celsius() => behind.Celsius();
}
