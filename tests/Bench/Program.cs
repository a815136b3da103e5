using System.Globalization;
using Bench;

const string Help = """
    ./city bench ingest [--pairs N] [--seconds S] [--json]   what the hub takes in, next to a subscriber that only counts
    ./city bench ingest --rate R [--seconds S] [--json]      the hub alone at one offered rate
    ./city bench limit  [--seconds S] [--json]               the counting subscriber alone
    ./city bench alert  [--pairs N] [--seconds S] [--json]   publish to signed webhook, next to Node-RED on the same broker
                        [--rates R,R,…]                 … at these rates only
    ./city bench alert --rate R [--seconds S] [--json]       the hub alone at one rate
    ./city bench timeline [--pairs N] [--seconds S] [--json] readings/s and bytes a reading of the stores, next to a bare client; queries
                        [--part write|month|latest]     … one part of it
    ./city bench delivery [--pairs N] [--seconds S] [--rate R] [--json]   raised to delivered over 50 endpoints, next to Alertmanager
    ./city bench backlog  [--messages N] [--json]            a start with a million messages that wait
    ./city bench engine [--sensors N] [--rate R] [--pairs N] [--seconds S] [--json]   the Local engine and Orleans on the same stream
    ./city bench node   [--seconds S] [--json]               memory, CPU and drain of a node
    ./city bench rules  [--seconds S] [--json]               readings a second through rules of each kind, on one core; a rehearsal on a hub
    ./city bench early-warning --data DIR [--json]           anomalies by the Numenta benchmark's scoring, forecasts next to baselines
    """;

if (args is ["count", var port, var file]) return await Counter.Run(int.Parse(port, CultureInfo.InvariantCulture), file);

var json = args.Contains("--json");
var seconds = Number("--seconds", 8);
var pairs = Number("--pairs", 5);
var folder = Path.Combine(Rig.Products.Root, ".city", "bench", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
Directory.CreateDirectory(folder);
try
{
    Table table;
    switch (args.FirstOrDefault())
    {
        case "ingest" when Number("--rate", 0) is > 0 and var rate: table = await Ingest.At(folder, rate, TimeSpan.FromSeconds(seconds)); break;
        case "ingest": table = await Ingest.Run(folder, pairs, TimeSpan.FromSeconds(seconds)); break;
        case "alert" when Number("--rate", 0) is > 0 and var rate: table = await Alert.At(folder, rate, TimeSpan.FromSeconds(seconds)); break;
        case "alert": table = await Alert.Run(folder, Path.Combine(Rig.Products.Root, ".city", "node-red"), Rates(), pairs, TimeSpan.FromSeconds(seconds)); break;
        case "delivery": table = await Delivery.Run(folder, pairs, TimeSpan.FromSeconds(seconds), Number("--rate", 200)); break;
        case "backlog": table = await PendingBacklog.Run(Path.Combine(folder, "hub"), Number("--messages", 1_000_000)); break;
        case "engine": table = await Engine.Run(folder, Number("--sensors", 10_000), Number("--rate", 10_000), Number("--pairs", 3), TimeSpan.FromSeconds(seconds)); break;
        case "node": table = await NodeFigures.Run(folder, TimeSpan.FromSeconds(Math.Max(seconds, 30))); break;
        case "timeline": table = await TimelineStores.Run(folder, Number("--pairs", 3), TimeSpan.FromSeconds(seconds), Text("--part", "")); break;
        case "rules":
            table = RuleSpeed.Run(TimeSpan.FromSeconds(Math.Min(seconds, 4)));
            await RehearsalSpeed.AddTo(table, folder);
            break;
        case "limit": table = await Ingest.Limit(folder, TimeSpan.FromSeconds(seconds)); break;
        case "early-warning" when EarlyWarning.Run(Text("--data", "../shared/data")) is { } scores: table = scores; break;
        case "early-warning": return 2;
        default:
            Console.Error.WriteLine(Help);
            return args is [] or ["help"] ? 0 : 2;
    }
    table.Print(json);
    return table.AllMet ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

IReadOnlyList<double> Rates() => Text("--rates", "") is { Length: > 0 } rates ? [.. rates.Split(',').Select(rate => double.Parse(rate, CultureInfo.InvariantCulture))] : Alert.Rates;

string Text(string name, string absent)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 >= args.Length ? absent : args[at + 1];
}

int Number(string name, int absent)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 >= args.Length ? absent : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
