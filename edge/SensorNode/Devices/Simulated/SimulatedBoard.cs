using System.Diagnostics;
using SensorNode.Options;

namespace SensorNode.Devices.Simulated;

/// <summary>The simulated city's end of a node: every device of its file as a simulated chip.</summary>
public sealed class SimulatedBoard(NodeFile file, SimulationPlan simulation, TimeProvider time) : IDeviceBoard
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, SimulatedI2cBus> _i2c = new(StringComparer.Ordinal);

    private const double SelfHeating = 17; // a small board in a closed box on a pole

    private readonly long _start = time.GetTimestamp();
    private readonly Chance _chance = Chance.Of(simulation.Seed, $"{file.Node.Node}/board");

    /// <summary>The air that the node's first climate chip is in, else a street's, and what the board makes of it.</summary>
    public double? Celsius()
    {
        var around = file.Devices.OfType<Bme280Plan>().Select(chip => simulation.Devices[chip.Name]).FirstOrDefault(new DeviceSimulation(Scenario.Street, []));
        return Math.Round(Weather.At(around, time.GetElapsedTime(_start), time.GetUtcNow(), _chance).Temperature + SelfHeating, 1);
    }

    public II2cBus OpenI2c(BusPlan bus)
    {
        var plans = file.Devices.OfType<I2cPlan>().Where(chip => chip.Bus == bus).ToList();
        return _i2c[bus.Name] = new(plans.ToDictionary(chip => chip.Address, Chip), plans.ToDictionary(chip => chip.Address, chip => simulation.Devices[chip.Name]), time);
    }

    public IPowerLine OpenPower(DevicePlan chip) => new SimulatedPower(() => _i2c.GetValueOrDefault(chip.Bus.Name), ((I2cPlan)chip).Address);

    public IEdgeSource OpenLines(BusPlan bus) =>
        new SimulatedLines(file.Node.Node, file.Devices.OfType<LinePlan>().Where(line => line.Bus == bus), simulation, time);

    public IOutputLines OpenOutputs(BusPlan bus) =>
        new SimulatedOutputs(file.Node.Node, file.Devices.OfType<OutputPlan>().Where(output => output.Bus == bus), simulation, time);

    public IEdgeSource OpenBeams(SpeedTrapPlan trap) => new SimulatedBeams(trap, Seat(trap));

    public IEchoLine OpenEcho(EchoPlan ranger) => new SimulatedEcho(ranger, Seat(ranger));

    public IW1Bus OpenW1(BusPlan bus) =>
        new SimulatedW1Bus(file.Devices.OfType<Ds18b20Plan>().Where(chip => chip.Bus == bus).ToDictionary(chip => chip.Rom, chip => new SimulatedDs18b20(Seat(chip)), StringComparer.Ordinal));

    public IUart OpenUart(BusPlan bus) => new SimulatedPms5003(Seat(file.Devices.OfType<Pms5003Plan>().First(chip => chip.Bus == bus)));

    private ChipSeat Seat(DevicePlan plan) => new(file.Node.Node, plan.Name, simulation.Devices[plan.Name], simulation.Seed, simulation.WitnessDirectory, time);

    private ISimulatedChip Chip(I2cPlan plan)
    {
        var seat = Seat(plan);
        return plan switch
        {
            Bme280Plan => new SimulatedBme280(seat.Node, seat.Device, seat.Simulation, seat.Seed, seat.WitnessDirectory, time),
            Scd41Plan => new SimulatedScd41(seat),
            Bh1750Plan => new SimulatedBh1750(seat),
            Ina219Plan ina219 => new SimulatedIna219(seat, ina219.ShuntOhms),
            Ads1115Plan => new SimulatedAds1115(seat),
            Sgp4xPlan sgp => new SimulatedSgp4x(seat, sgp.HasNox),
            Adxl345Plan adxl345 => new SimulatedAdxl345(seat, adxl345.Up),
            _ => throw new UnreachableException($"no simulated chip for {plan.GetType().Name}"),
        };
    }
}
