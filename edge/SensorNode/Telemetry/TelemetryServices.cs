using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SensorNode.Options;
using SensorNode.Readings;
using SensorNode.Readings.Outbox;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;

namespace SensorNode.Telemetry;

/// <summary>Wires outbox and session into the daemon.</summary>
public static class TelemetryServices
{
    /// <summary>
    /// The outbox as <see cref="IReadingSink"/>, its commits, and the session. The disk layer, a <see cref="NodeFile"/> and a
    /// <see cref="TimeProvider"/> must be there.
    /// </summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<IFileLayer>(provider => new DiskFileLayer(provider.GetRequiredService<NodeFile>().Outbox.Directory))
        .AddSingleton(provider => new DiskOutbox(
            provider.GetRequiredService<IFileLayer>(), provider.GetRequiredService<NodeFile>().Outbox.LimitBytes, provider.GetRequiredService<ILogger<DiskOutbox>>()))
        .AddSingleton<IReadingSink>(provider => provider.GetRequiredService<DiskOutbox>())
        .AddSingleton<IMqttLink, MosquittoLink>()
        .AddSingleton(provider => Plan(provider.GetRequiredService<NodeFile>()))
        .AddHostedService<OutboxCommitter>()
        .AddSingleton<TelemetrySession>()
        .AddHostedService(provider => provider.GetRequiredService<TelemetrySession>());

    /// <summary>The session's plan by the node's file.</summary>
    /// <exception cref="IOException">The credentials' file cannot be read.</exception>
    public static TelemetryPlan Plan(NodeFile file)
    {
        var credentials = file.Broker.CredentialsFile is { } path ? File.ReadLines(path).Take(2).ToArray() : [];
        var devices = file.Devices.Select(device => new EdgeDevice(device.Name, device.Quantities, Differing(device.Place, file.Place))).ToList();
        return new(new EdgeNode(file.Node, devices, Suggestion(file.Place), file.Host), new MqttConnect
        {
            Host = file.Broker.Host,
            Port = file.Broker.Port,
            ClientId = $"{file.Node.Group}-{file.Node.Node}",
            User = credentials.ElementAtOrDefault(0),
            Password = credentials.ElementAtOrDefault(1),
            // One file has all three: the libraries take from it what they look for.
            Tls = file.Broker.CardFile is { } card ? new(card, card, card) : null,
        });
    }

    private static PlaceSuggestion Suggestion(Place place) => new(place.District, place.Site, place.Latitude, place.Longitude);

    private static PlaceSuggestion? Differing(Place device, Place node) => device == node ? null : Suggestion(device);
}
