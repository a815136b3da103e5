using SensorNode.Options;
using SensorNode.Readings.Outbox;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;

namespace SensorNode.Telemetry;

/// <summary>What a node's session needs to know.</summary>
/// <param name="Node">What its births declare.</param>
/// <param name="Broker">The connection but for its will, which is each session's own.</param>
/// <param name="BytesADay">What the link may carry; null: any amount.</param>
public sealed record TelemetryPlan(EdgeNode Node, MqttConnect Broker, long? BytesADay = null)
{
    /// <summary>The session's plan by the node's file.</summary>
    /// <exception cref="IOException">The credentials' file cannot be read.</exception>
    public static TelemetryPlan Of(NodeFile file)
    {
        var credentials = file.Broker.CredentialsFile is { } path ? File.ReadLines(path).Take(2).ToArray() : [];
        var devices = file.Devices.Select(device => new EdgeDevice(device.Name, device.Quantities, Differing(device.Place, file.Place))).ToList();
        if (file.Link.Aggregates) devices.AddRange(file.Devices.SelectMany(device => MinuteDevices.Of(device, Differing(device.Place, file.Place))));
        return new(new EdgeNode(file.Node, devices, Suggestion(file.Place), file.Host), new MqttConnect
        {
            Host = file.Broker.Host,
            Port = file.Broker.Port,
            ClientId = $"{file.Node.Group}-{file.Node.Node}",
            User = credentials.ElementAtOrDefault(0),
            Password = credentials.ElementAtOrDefault(1),
            // One file has all three: the library takes from it what it looks for.
            Tls = file.Broker.CardFile is { } card ? new(card, card, card) : null,
        }, file.Link.BytesADay);
    }

    private static PlaceSuggestion Suggestion(Place place) => new(place.District, place.Site, place.Latitude, place.Longitude);

    private static PlaceSuggestion? Differing(Place device, Place node) => device == node ? null : Suggestion(device);

    /// <summary>
    /// The node as its file has it, and what its outbox still holds of devices and quantities that the file no longer has: what is not declared
    /// in a birth cannot be sent.
    /// </summary>
    public static EdgeNode Declared(EdgeNode node, DiskOutbox outbox)
    {
        var kept = outbox.Newest().ToLookup(value => value.Device, value => value.Reading.Quantity, StringComparer.OrdinalIgnoreCase);
        var devices = node.Devices.Select(device => device with { Quantities = With(device.Quantities, kept[device.Name]) }).ToList();
        foreach (var gone in kept.Where(device => !devices.Exists(known => string.Equals(known.Name, device.Key, StringComparison.OrdinalIgnoreCase))))
        {
            devices.Add(new(gone.Key, With([], gone)));
        }
        return node with { Devices = devices };
    }

    private static List<Quantity> With(IReadOnlyList<Quantity> declared, IEnumerable<Quantity> kept) => [.. declared, .. kept.Except(declared).Distinct().Order()];
}
