using CityHub.Contracts;

namespace CityHub.Silo.Twins;

/// <summary>What live events of nodes and sensors are called.</summary>
internal static class HubEvents
{
    public const string SensorStale = "sensor.stale";
    public const string SensorOnline = "sensor.online";

    /// <summary>Of a node that has become so; null: nothing is told of that.</summary>
    public static string? OfNode(Presence presence) => presence switch
    {
        Presence.Online => "node.online",
        Presence.Offline => "node.offline",
        Presence.Stale => "node.stale",
        Presence.Unheard => "node.unheard",
        Presence.Silent => null,
    };
}
