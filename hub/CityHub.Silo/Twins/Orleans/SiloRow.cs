using System.Text.Json.Serialization;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>What the cluster knows of a silo, but for what its row has in columns of their own.</summary>
internal sealed record SiloRow(string? HostName, string? SiloName, string? RoleName, int ProxyPort, int UpdateZone, int FaultZone, DateTime StartTime, IReadOnlyList<Suspicion> Suspects)
{
    public static SiloRow Of(MembershipEntry entry) => new(entry.HostName, entry.SiloName, entry.RoleName, entry.ProxyPort, entry.UpdateZone, entry.FaultZone, entry.StartTime,
        [.. (entry.SuspectTimes ?? []).Select(suspect => new Suspicion(suspect.Item1.ToParsableString(), suspect.Item2))]);

    public MembershipEntry Entry(string address, int status, DateTime aliveAt) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(address),
        Status = (SiloStatus)status,
        IAmAliveTime = aliveAt,
        HostName = HostName ?? "",
        SiloName = SiloName ?? "",
        RoleName = RoleName,
        ProxyPort = ProxyPort,
        UpdateZone = UpdateZone,
        FaultZone = FaultZone,
        StartTime = StartTime,
        SuspectTimes = [.. Suspects.Select(suspect => Tuple.Create(SiloAddress.FromParsableString(suspect.By), suspect.At))],
    };
}

/// <summary>A silo that found another not answering, and when.</summary>
internal sealed record Suspicion(string By, DateTime At);

[JsonSerializable(typeof(SiloRow))]
internal sealed partial class SiloRows : JsonSerializerContext;
