using CityHub.Contracts;

namespace CityHub.Silo.Twins;

/// <summary>
/// Where groups have owners of their own, a district is watched by one of them, its home: what sensors of other groups say there goes to it. The home is the same on every silo and changes
/// with the list of groups alone, not with who holds them.
/// </summary>
internal interface IDistrictPost
{
    /// <summary>The group whose owner watches a district.</summary>
    string HomeOf(string district);

    /// <summary>Sends values to the owner of a district's home. Never waits: what cannot be sent is dropped and counted.</summary>
    void Send(string group, IReadOnlyList<DistrictValue> values);

    /// <summary>Sensors of other groups than this, as they are known here.</summary>
    IEnumerable<SensorView> SensorsBeside(string group);
}
