using System.Globalization;
using Faults;
using Rig;
using SmartCity.Readings;

const string Help = """
    ./city faults [--minutes M | --seconds S] [--seed N] [--keep] [--store influxdb]
    Kills (-9) nodes, broker and hub at random, cuts and stalls the network between them, and starts them again.
    Then proves against the simulated chips' own logs that nothing taken was lost or doubled, that the episodes are
    those which the pure domain finds offline, and that each was delivered under one webhook-id. Exit 0 only then.
    --store influxdb: kills InfluxDB and the timeline that writes to it, with a proxy between them that answers 400, 413,
    429 and 503, hangs and loses answers. Then every reading must be there exactly once, and every window be true.
    """;

if (args.Contains("--help") || args.Contains("help"))
{
    Console.WriteLine(Help);
    return 0;
}
if (args is ["store-writer", var into, var url]) return await StoreRun.Write(into, new(url));
var length = TimeSpan.FromSeconds(Number("--seconds", 60 * Number("--minutes", 5)));
var seed = Number("--seed", Environment.ProcessId);
var folder = Path.Combine(Products.Root, ".city", "faults", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
Console.WriteLine($"fault run of {length.TotalSeconds:0} s, seed {seed}");

if (args.Contains("influxdb"))
{
    var held = await StoreRun.Run(folder, length, seed);
    if (held == 0 && !args.Contains("--keep")) Directory.Delete(folder, recursive: true);
    else Console.WriteLine($"files kept in {Path.GetRelativePath(Products.Root, folder)}");
    return held;
}

Verdict verdict;
Havoc havoc;
long resends, dropped;
await using (var city = await FaultCity.Start(folder, nodes: 4))
{
    await Until.True(() => city.Tap.Batches > 20, "every part is live");
    havoc = new(city, seed);
    await havoc.Run(length);
    Console.WriteLine("everything runs again; waiting for the nodes to be answered …");
    foreach (var node in city.Nodes)
    {
        if (!await node.Stop()) throw new InvalidOperationException($"{node.Name} did not stop when asked:\n{node.Process.Tail()}");
    }
    await Task.WhenAll(city.Nodes.Select(node => node.Drain()));
    await Until.True(async () => await city.Undelivered() == 0, "every message is delivered", TimeSpan.FromMinutes(2));
    (resends, dropped) = (city.Tap.Resends, city.Tap.DroppedByBroker);
    await city.Hub.Process.Stop();
    verdict = await Proof.Of(city, Instant.From(DateTimeOffset.UtcNow));
}

Console.WriteLine($"kills: {havoc.NodeKills} of nodes, {havoc.BrokerKills} of the broker, {havoc.HubKills} of the hub; {havoc.Cuts} cuts, {havoc.Stalls} stalls");
Console.WriteLine($"batches in flight at each: {string.Join(' ', havoc.InFlight)}");
Console.WriteLine($"batches sent again: {resends}; messages dropped by the broker: {dropped}");
var idle = new[] { ("kills of nodes", havoc.NodeKills), ("kills of the broker", havoc.BrokerKills), ("kills of the hub", havoc.HubKills), ("batches in flight", havoc.InFlight.Sum()), ("batches sent again", (int)resends), ("messages dropped by the broker", (int)dropped) }
    .Where(c => c.Item2 == 0).Select(c => c.Item1).ToArray();
verdict.Print();
if (idle.Length > 0) Console.WriteLine($"this run proves nothing: no {string.Join(", no ", idle)}");
var good = verdict.Holds && idle.Length == 0;
if (good && !args.Contains("--keep")) Directory.Delete(folder, recursive: true);
else Console.WriteLine($"files kept in {Path.GetRelativePath(Products.Root, folder)}");
return good ? 0 : 1;

int Number(string name, int absent)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 >= args.Length ? absent : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
