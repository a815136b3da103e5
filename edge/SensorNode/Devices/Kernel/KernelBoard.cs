using SensorNode.Options;

namespace SensorNode.Devices.Kernel;

/// <summary>The buses of the machine that the node runs on.</summary>
public sealed class KernelBoard(ILinux linux, TimeProvider time) : IDeviceBoard
{
    private readonly KernelThermometer _thermometer = new(KernelThermometer.Folder);

    public double? Celsius() => _thermometer.Celsius();

    public II2cBus OpenI2c(BusPlan bus) => new KernelI2cBus(bus.Path, linux);

    public IW1Bus OpenW1(BusPlan bus) => new KernelW1Bus(bus.Path);

    public IUart OpenUart(BusPlan bus) => new KernelUart(bus.Path, linux);

    public IEdgeSource OpenLines(BusPlan bus) => new KernelLines(bus.Path, linux, time);

    public IOutputLines OpenOutputs(BusPlan bus) => new KernelOutputs(bus.Path, linux);

    public IPowerLine OpenPower(DevicePlan chip) => new LinePower(chip.Power!, new KernelOutputs(chip.Power!.Bus.Path, linux));

    public IEdgeSource OpenBeams(SpeedTrapPlan trap) => new KernelLines(trap.Bus.Path, linux, time);

    public IEchoLine OpenEcho(EchoPlan ranger) => new KernelEcho(ranger, linux, time);
}
