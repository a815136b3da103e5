namespace Faults;

/// <summary>What is done to the city, at random but by a seed, and what was in flight each time.</summary>
internal sealed class Havoc(FaultCity city, int seed)
{
    private readonly Random _random = new(seed);

    public int NodeKills { get; private set; }

    public int BrokerKills { get; private set; }

    public int HubKills { get; private set; }

    public int Cuts { get; private set; }

    public int Stalls { get; private set; }

    /// <summary>Batches sent and unanswered at each kill.</summary>
    public List<int> InFlight { get; } = [];

    /// <summary>One fault after another until the time is over; then everything runs again.</summary>
    public async Task Run(TimeSpan length)
    {
        var end = DateTimeOffset.UtcNow + length;
        var turn = 0;
        while (DateTimeOffset.UtcNow < end)
        {
            await Task.Delay(_random.Next(1000, 3000));
            // Each kind in turn first, so that a short run meets them all; then by chance.
            switch (turn < 6 ? turn : _random.Next(6))
            {
                case 0: await KillHub(); break;
                case 1: await KillNode(); break;
                case 2: await KillBroker(); break;
                case 3: await Cut(); break;
                case 4: await Stall(); break;
                case 5: await FreezeHub(); break;
            }
            turn++;
        }
    }

    private async Task KillNode()
    {
        var node = city.Nodes[_random.Next(city.Nodes.Count)];
        await UnderWay();
        Note($"kill -9 {node.Name}");
        await node.Kill();
        NodeKills++;
        await Task.Delay(_random.Next(200, 2000));
        await node.Up();
    }

    private async Task KillBroker()
    {
        await UnderWay();
        Note("kill -9 broker");
        await city.Broker.Kill();
        BrokerKills++;
        await Task.Delay(_random.Next(200, 2000));
        await city.Broker.Up();
    }

    private async Task KillHub()
    {
        await UnderWay();
        Note("kill -9 hub");
        await city.Hub.Process.Kill();
        HubKills++;
        await Task.Delay(_random.Next(200, 2000));
        await city.Hub.Up();
    }

    private async Task Cut()
    {
        var link = _random.Next(2) == 0 ? city.NodeLink : city.HubLink;
        Note(link == city.NodeLink ? "cut the nodes' network" : "cut the hub's network");
        link.Cut();
        Cuts++;
        await Task.Delay(_random.Next(500, 3000));
        link.Heal();
    }

    private async Task Stall()
    {
        var link = _random.Next(2) == 0 ? city.NodeLink : city.HubLink;
        Note(link == city.NodeLink ? "stall the nodes' network" : "stall the hub's network");
        link.Stall();
        Stalls++;
        await Task.Delay(_random.Next(1000, 4000));
        link.Heal();
    }

    private async Task FreezeHub()
    {
        Note("freeze the hub while a neighbour floods it");
        city.Hub.Process.Freeze();
        Stalls++;
        await city.Tap.Flood(TimeSpan.FromMilliseconds(_random.Next(2000, 5000)));
        city.Hub.Process.Thaw();
    }

    /// <summary>Waits for a moment at which batches are in flight: a kill in a pause would prove little.</summary>
    private async Task UnderWay()
    {
        for (var i = 0; i < 200 && city.Tap.InFlight == 0; i++) await Task.Delay(10);
    }

    private void Note(string what)
    {
        var inFlight = city.Tap.InFlight;
        InFlight.Add(inFlight);
        Console.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss} {what}, {inFlight} batches in flight");
    }
}
