namespace CityHub.Api.Metrics;

internal static class Names
{
    /// <summary>The meter of everything in the hub.</summary>
    public const string Meter = "CityHub";

    /// <summary>The meter of the connections to brokers.</summary>
    public const string MqttMeter = "SmartCity.Mqtt";
}
