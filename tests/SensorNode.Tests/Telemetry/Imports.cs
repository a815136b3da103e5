using SensorNode.Readings;
using SensorNode.Readings.Outbox;
using SensorNode.Tests.Devices;
using SmartCity.Mqtt;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

public sealed class Imports : IDisposable
{
    private const string NodeText = """
        node: pole-1
        group: test
        broker: { host: nowhere.example, credentials: /root/secret }
        outbox: { directory: OUTBOX }
        buses: { i2c: { i2c: 1 }, lines: { gpio: 0 } }
        devices:
          - { name: bme, chip: bme280, bus: i2c }
          - { name: smoke, chip: contact, bus: lines, line: 1, quantity: smoke }
        """;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task What_was_collected_by_hand_reaches_the_hub_once_however_often_it_is_sent()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        var archive = Path.Combine(_scratch.Path, "pole-1.tar.gz");
        using (var files = new DiskFileLayer(Path.Combine(_scratch.Path, "outbox")))
        using (var outbox = Samples.Open(files))
        {
            for (var i = 0; i < 20; i++)
            {
                outbox.Take("bme", Lane.Raw, Samples.Air(outbox, Samples.Start + i));
                outbox.Commit(Lane.Raw);
            }
            OutboxArchive.Write(_scratch.Write("pole.yaml", NodeText), Path.Combine(_scratch.Path, "outbox"), archive);
        }
        for (var time = 1; time <= 2; time++)
        {
            var (exit, output, error) = await NodeProcess.RunAsync("import", archive, "--broker", $"127.0.0.1:{broker.Port}");
            Assert.True(exit == 0, output + error);
            Assert.Equal(60, hub.StoredReadings);
        }
        Assert.Equal(20, hub.Locked(() => hub.Arrivals.Select(arrival => arrival.Position).Distinct().Count())); // the same positions: nothing was numbered anew
    }
}
