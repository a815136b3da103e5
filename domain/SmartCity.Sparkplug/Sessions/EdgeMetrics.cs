using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>
/// The metrics of a node and their aliases: numbered over the whole node in the order of its births, from 1 (some clients take alias 0 for none).
/// The same node definition always gives the same aliases.
/// </summary>
internal sealed class EdgeMetrics
{
    private readonly Dictionary<ulong, (string? Device, string Name)> _byAlias = [];
    private readonly Dictionary<(string? Device, string Name), ulong> _byName = [];
    private readonly Dictionary<string, DeviceAliases> _devices;
    private ulong _last;

    /// <exception cref="ArgumentException">An id breaks the rules, or a name stands twice.</exception>
    public EdgeMetrics(EdgeNode node)
    {
        SparkplugTopic.Of(MessageKind.NBirth, node.Key); // refuses bad ids
        if (node.PrimaryHost is { } host) SparkplugTopic.State(host);
        foreach (var name in (string[])[MetricNames.BdSeq, LedgerMetrics.Position, LedgerMetrics.Outbox, LedgerMetrics.Answer,
                     MetricNames.District, MetricNames.Site, MetricNames.Latitude, MetricNames.Longitude])
        {
            Name(null, name);
        }
        var devices = new Dictionary<string, DeviceAliases>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var device in node.Devices)
        {
            SparkplugTopic.Of(MessageKind.DBirth, new DeviceKey(node.Key, device.Name));
            if (!seen.Add(device.Name)) throw new ArgumentException($"Device '{device.Name}' stands twice in node '{node.Key}': names that differ in case alone count as the same.");
            var aliases = new ulong[256];
            var position = Name(device.Name, LedgerMetrics.Position);
            foreach (var name in (string[])[MetricNames.District, MetricNames.Site, MetricNames.Latitude, MetricNames.Longitude]) Name(device.Name, name);
            foreach (var quantity in device.Quantities)
            {
                if (aliases[(byte)quantity] != 0) throw new ArgumentException($"Device '{device.Name}' names the quantity {quantity} twice.");
                aliases[(byte)quantity] = Name(device.Name, QuantityCatalogue.Of(quantity).Name);
            }
            devices.Add(device.Name, new(device, position, aliases));
        }
        Name(null, MetricNames.Terms); // after all others: who is not told of terms keeps the aliases that it had
        Name(null, MetricNames.TermsAnswer);
        Name(null, MetricNames.Episodes);
        foreach (var name in (string[])[MetricNames.BoardTemperature, MetricNames.SentBytes, MetricNames.BytesADay]) Name(null, name);
        _devices = devices;
    }

    public ulong Alias(string? device, string name) => _byName[(device, name)];

    public (string? Device, string Name)? Find(ulong alias) => _byAlias.TryGetValue(alias, out var metric) ? metric : null;

    public bool Declares(string? device, string name) => _byName.ContainsKey((device, name));

    public bool Has(string device) => _devices.ContainsKey(device);

    /// <exception cref="ArgumentException">The node has no such device.</exception>
    public DeviceAliases Device(string name) =>
        _devices.TryGetValue(name, out var device) ? device : throw new ArgumentException($"The node has no device '{name}'.", nameof(name));

    private ulong Name(string? device, string name)
    {
        _byAlias.Add(++_last, (device, name));
        _byName.Add((device, name), _last);
        return _last;
    }
}

/// <param name="Position">Alias of the device's <c>Ledger/Position</c>.</param>
/// <param name="ByQuantity">Alias by the quantity's number; 0: not declared.</param>
internal sealed record DeviceAliases(EdgeDevice Device, ulong Position, ulong[] ByQuantity)
{
    /// <exception cref="ArgumentException">The device did not declare the quantity: what is not in a birth cannot be sent.</exception>
    public ulong Of(Quantity quantity) => ByQuantity[(byte)quantity] is var alias and not 0
        ? alias
        : throw new ArgumentException($"Device '{Device.Name}' did not declare the quantity {quantity}.", nameof(quantity));
}
