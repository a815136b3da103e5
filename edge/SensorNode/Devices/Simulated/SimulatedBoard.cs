using SensorNode.Options;

namespace SensorNode.Devices.Simulated;

/// <summary>The simulated city's end of a node: every device of its file as a simulated chip.</summary>
public sealed class SimulatedBoard(NodeFile file, SimulationPlan simulation, TimeProvider time) : IDeviceBoard
{
    public II2cBus OpenI2c(BusPlan bus) =>
        new SimulatedI2cBus(file.Devices.OfType<Bme280Plan>().Where(chip => chip.Bus == bus).ToDictionary(
            chip => chip.Address,
            ISimulatedChip (chip) => new SimulatedBme280(file.Node.Node, chip.Name, simulation.Devices[chip.Name], simulation.Seed, simulation.WitnessDirectory, time)));

    public IEdgeSource OpenLines(BusPlan bus) =>
        new SimulatedLines(file.Node.Node, file.Devices.OfType<LinePlan>().Where(line => line.Bus == bus), simulation, time);
}
