using System.Globalization;
using SmartCity.Readings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SensorNode.Options;

/// <summary>Reads a node's file and the settings that override it. Either everything is right, or every problem is named at once.</summary>
public static class NodeFileReader
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const long MaxBytes = 256 * 1024;

    public const int MaxDevices = 64;

    /// <summary>Reads and checks; the file is null exactly when there are problems.</summary>
    public static (NodeFile? File, IReadOnlyList<NodeFileProblem> Problems) Read(string path, NodeFileOverrides overrides)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) return Refused(path, null, "there is no such file.");
            if (info.Length > MaxBytes) return Refused(path, null, $"is over {MaxBytes / 1024} KiB.");
            return Parse(path, File.ReadAllText(path), overrides);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refused(path, null, $"cannot be read: {e.Message}");
        }
    }

    /// <summary>As <see cref="Read"/>, of text that is already at hand; the path is for messages and for files named relative to it.</summary>
    public static (NodeFile? File, IReadOnlyList<NodeFileProblem> Problems) Parse(string path, string yaml, NodeFileOverrides overrides)
    {
        YamlMappingNode root;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents is not [{ RootNode: YamlMappingNode mapping }]) return Refused(path, 1, "must be one YAML document, a mapping of keys and values.");
            root = mapping;
        }
        catch (Exception e) when (e is not OutOfMemoryException) // the parser's own, and what else escapes it on broken text (seen: InvalidOperationException)
        {
            return Refused(path, (e as YamlException)?.Start.Line, $"is not YAML: {e.Message}");
        }
        var problems = new List<NodeFileProblem>();
        var file = Build(path, new YamlSection(root, "", 1, path, problems), overrides, problems);
        return problems.Count == 0 ? (file, []) : (null, [.. problems.OrderBy(problem => problem.Line ?? 0)]);
    }

    /// <summary>Leads the reader through a file of one device and notes what it asks: of the file, and of the device.</summary>
    internal static void Describe(YamlMappingNode node, SchemaNode root, SchemaNode device)
    {
        var problems = new List<NodeFileProblem>();
        Build("any", new YamlSection(node, "", 1, "any", problems, root), new(), problems);
        var entry = (YamlMappingNode)((YamlSequenceNode)node["devices"])[0];
        DeviceReader.Describe(new YamlSection(entry, "", 1, "any", problems, device));
    }

    private static NodeFile Build(string path, YamlSection root, NodeFileOverrides overrides, List<NodeFileProblem> problems)
    {
        var node = new NodeKey(root.Name("group"), root.Name("node"));
        var place = DeviceReader.Place(root.Section("place"), new(null, null, null, null));
        var buses = Buses(root);
        var devices = DeviceReader.Devices(root, buses, place);
        var file = new NodeFile
        {
            File = path,
            Node = node,
            Host = root.Name("host", $"cityhub-{(node.Group.Length > 0 ? node.Group : "x")}"),
            Broker = Broker(path, root, node, overrides, problems),
            Outbox = Outbox(root, overrides.Outbox, problems),
            Clock = root.OneOf("clock", ClockWords, ClockSource.Kernel),
            Place = place,
            Buses = buses,
            Devices = devices,
            MayReboot = MayReboot(root.Section("remote")),
            Link = Link(root.Section("link"), devices),
            Rules = EdgeRuleReader.Rules(root, devices),
            Simulation = SimulationReader.Simulation(root, devices, overrides.Witness, problems),
        };
        root.RefuseUnknown();
        return file;
    }

    private static readonly Dictionary<string, ClockSource> ClockWords = new() { ["kernel"] = ClockSource.Kernel, ["trusted"] = ClockSource.Trusted };

    private static bool MayReboot(YamlSection remote)
    {
        var may = remote.OneOf("reboot", new Dictionary<string, bool> { ["true"] = true, ["false"] = false }, false);
        remote.RefuseUnknown();
        return may;
    }

    private static LinkPlan Link(YamlSection section, IReadOnlyList<DevicePlan> devices)
    {
        long? bytes = section.Has("kib-per-day") ? section.Whole("kib-per-day", 64, 100_000_000) * 1024L : null;
        var aggregates = section.OneOf("aggregates", new Dictionary<string, bool> { ["true"] = true, ["false"] = false }, false);
        if (aggregates && devices.FirstOrDefault(device => MinuteDevices.Names(device).Any(name => name.Length > 64 || devices.Any(other => other.Name == name))) is { } clash)
        {
            section.Problem("aggregates", $"\"{clash.Name}\" is too long a name for its minutes, or another device has theirs.");
        }
        section.RefuseUnknown();
        return new(bytes, aggregates);
    }

    private static BrokerPlan Broker(string path, YamlSection root, NodeKey node, NodeFileOverrides overrides, List<NodeFileProblem> problems)
    {
        var (setting, theirs) = (overrides.Broker, overrides.Credentials);
        var section = root.Section("broker");
        var (card, address) = Card(path, section, node, overrides.Card);
        // What the caller or the card says need not be in the file; what is in the file is checked all the same.
        var host = section.Text("host", setting is null && address is null ? null : address?.Host ?? "-");
        var port = section.Whole("port", 1, 65_535, address?.Port ?? (card is null ? 1883 : 8883));
        string? credentials = null;
        if (section.Has("credentials"))
        {
            credentials = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", section.Text("credentials"));
            if (theirs is null && !File.Exists(credentials)) section.Problem("credentials", $"there is no file {credentials}.");
        }
        if (theirs is not null)
        {
            credentials = theirs.Value.Length > 0 ? theirs.Value : null;
            if (credentials is not null && !File.Exists(credentials)) problems.Add(new(theirs.Source, null, "broker.credentials", $"there is no file {credentials}."));
        }
        section.RefuseUnknown();
        if (setting is not null && !TryHostPort(setting.Value, out host, out port))
        {
            problems.Add(new(setting.Source, null, "broker", $"\"{setting.Value}\" is not HOST:PORT with a port from 1 to 65535."));
        }
        return new(host, port, credentials, card);
    }

    private static (string? File, (string Host, int Port)? Address) Card(string path, YamlSection section, NodeKey node, Setting? theirs)
    {
        var file = section.Has("card") ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", section.Text("card")) : "";
        if (theirs is not null) file = theirs.Value;
        if (file.Length == 0) return default;
        var (card, problem) = NodeCard.Read(file);
        if (card is null) section.Problem("card", problem!);
        else if (card.Node != node) section.Problem("card", $"is that of {card.Node}, and this file is of {node}.");
        (string Host, int Port)? address = null;
        if (card?.Broker is { } broker)
        {
            if (TryHostPort(broker, out var host, out var port)) address = (host, port);
            else section.Problem("card", $"says broker: {broker}, which is not HOST:PORT.");
        }
        return (file, address);
    }

    private static bool TryHostPort(string text, out string host, out int port)
    {
        port = 0;
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon].Trim('[', ']') : ""; // [::1]:1883
        return host.Length > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65_535;
    }

    private static OutboxPlan Outbox(YamlSection root, Setting? setting, List<NodeFileProblem> problems)
    {
        var section = root.Section("outbox");
        var directory = section.Text("directory", setting is null ? null : "-");
        var limit = section.Whole("limit-mib", 1, 1024 * 1024, 256) * 1024L * 1024;
        TimeSpan? age = section.Has("limit-days") ? TimeSpan.FromDays(section.Whole("limit-days", 1, 3650)) : null;
        section.RefuseUnknown();
        if (setting is not null)
        {
            directory = setting.Value;
            if (directory.Length == 0) problems.Add(new(setting.Source, null, "outbox.directory", "must name a directory."));
        }
        return new(directory, limit, age);
    }

    private static List<BusPlan> Buses(YamlSection root)
    {
        var buses = new List<BusPlan>();
        root.Require("buses");
        foreach (var (name, section) in root.Section("buses").Entries())
        {
            var kinds = new[] { ("i2c", BusKind.I2c), ("gpio", BusKind.Gpio), ("w1", BusKind.W1), ("uart", BusKind.Uart) }
                .Where(kind => section.Has(kind.Item1)).Select(kind => (Key: kind.Item1, Kind: kind.Item2, Number: section.Whole(kind.Item1, 0, 255))).ToList();
            if (kinds is [var (key, kind, number)])
            {
                var bus = new BusPlan(name, kind, number);
                if (buses.Exists(other => other.Path == bus.Path)) section.Problem(key, $"{bus.Path} has another name already.");
                buses.Add(bus);
            }
            else section.Problem("", "must have one of i2c: N (for /dev/i2c-N), gpio: N (for /dev/gpiochipN), w1: N (for w1_bus_masterN) and uart: N (for /dev/serialN).");
            section.RefuseUnknown();
        }
        return buses;
    }

    private static (NodeFile?, IReadOnlyList<NodeFileProblem>) Refused(string path, long? line, string text) => (null, [new(path, line, "", text)]);
}
