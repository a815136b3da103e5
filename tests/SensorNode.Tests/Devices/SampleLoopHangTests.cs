using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SensorNode.Readings;
using SmartCity.Mqtt;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class SampleLoopHangTests
{
    private const string TwoBuses = """
        node: pole
        group: city
        clock: trusted
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { hangs: { i2c: 1 }, works: { i2c: 2 }, lines: { gpio: 0 } }
        devices:
          - { name: stuck, chip: bme280, bus: hangs, interval: 100ms }
          - { name: climate, chip: bme280, bus: works, interval: 100ms }
          - { name: door, chip: contact, bus: lines, line: 1, quantity: door-open, interval: 100ms }
        simulate: { seed: 1 }
        """;

    [Fact]
    public async Task A_chip_that_hangs_its_bus_for_ever_stops_neither_the_other_buses_nor_the_stop_of_the_node()
    {
        var (file, _) = NodeFileReader.Parse("pole.yaml", TwoBuses, new());
        using var board = new HangingBoard(file!);
        var samples = new TakenSamples();
        using var loop = new SampleLoop(file!, board, new ReadingClock(samples, new TrustedClock(), TimeProvider.System), TimeProvider.System, new SampleLoopFaults(NullLogger<SampleLoopFaults>.Instance));
        await loop.StartAsync(CancellationToken.None);
        Until.True(() => board.Hangs && samples.Of("climate").Count >= 3 && samples.Of("door").Count >= 3, () => $"{samples.All.Count} samples came, hanging: {board.Hangs}");
        Assert.Empty(samples.Of("stuck"));
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await loop.StopAsync(limit.Token); // gives up on it within its limit
    }

    /// <summary>Simulated buses, the first of which never comes back from a transfer.</summary>
    private sealed class HangingBoard(NodeFile file) : IDeviceBoard, II2cBus
    {
        public double? Celsius() => null;

        public IOutputLines OpenOutputs(BusPlan bus) => throw new NotSupportedException();

        public IPowerLine OpenPower(DevicePlan chip) => throw new NotSupportedException();

        public IEdgeSource OpenBeams(SpeedTrapPlan trap) => throw new NotSupportedException();

        public IEchoLine OpenEcho(EchoPlan ranger) => throw new NotSupportedException();

        private readonly SimulatedBoard _board = new(file, file.Simulation!, TimeProvider.System);
        private readonly ManualResetEventSlim _released = new();

        public volatile bool Hangs;

        public II2cBus OpenI2c(BusPlan bus) => bus.Name == "hangs" ? this : _board.OpenI2c(bus);

        public IW1Bus OpenW1(BusPlan bus) => _board.OpenW1(bus);

        public IUart OpenUart(BusPlan bus) => _board.OpenUart(bus);

        public IEdgeSource OpenLines(BusPlan bus) => _board.OpenLines(bus);

        public ReadFault? Read(byte address, byte register, Span<byte> into) => Hang();

        public ReadFault? Write(byte address, byte register, byte value) => Hang();

        public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read) => Hang();

        public void Dispose() => _released.Set();

        private ReadFault? Hang()
        {
            Hangs = true;
            _released.Wait();
            return ReadFault.TimedOut;
        }
    }
}
