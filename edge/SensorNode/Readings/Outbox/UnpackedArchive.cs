using SensorNode.Options;

namespace SensorNode.Readings.Outbox;

/// <summary>An exported outbox, unpacked for the time of its import. It is a copy: what the hub answers for stays in the node's own outbox until the node hears it too.</summary>
internal sealed class UnpackedArchive : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sensornode-import-");

    public UnpackedArchive(string archive) => Problem = OutboxArchive.Read(archive, _folder.FullName);

    /// <summary>Why it cannot be used; null: it can.</summary>
    public string? Problem { get; }

    public string NodeFile => OutboxArchive.NodeFileIn(_folder.FullName);

    /// <summary>The caller's settings, with the unpacked outbox, and no credentials but the caller's: an archive holds no secrets.</summary>
    public NodeFileOverrides Over(NodeFileOverrides callers) => callers with
    {
        Outbox = new("import", OutboxArchive.OutboxIn(_folder.FullName)),
        Credentials = callers.Credentials ?? new("import", ""),
        Card = callers.Card ?? new("import", ""),
    };

    public void Dispose() => _folder.Delete(recursive: true);
}
