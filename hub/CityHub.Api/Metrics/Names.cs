namespace CityHub.Api.Metrics;

internal static class Names
{
    /// <summary>The meter of everything in the hub.</summary>
    public const string Meter = "CityHub";
}
