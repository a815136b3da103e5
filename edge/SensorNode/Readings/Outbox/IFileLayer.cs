namespace SensorNode.Readings.Outbox;

/// <summary>
/// One directory as the outbox uses it. What was written is safe after <see cref="IOutboxFile.Flush"/>; what was created, renamed or deleted,
/// after <see cref="SyncDirectory"/>. Every method throws an <see cref="IOException"/> when the disk refuses.
/// </summary>
public interface IFileLayer
{
    IReadOnlyList<string> List();

    /// <summary>A new, empty file for writing; one of that name is emptied.</summary>
    IOutboxFile Create(string name);

    /// <summary>An existing file.</summary>
    IOutboxFile Open(string name);

    /// <summary>Renames; a file of the new name is replaced.</summary>
    void Rename(string name, string newName);

    void Delete(string name);

    void SyncDirectory();
}

/// <summary>An open file. Reads may run beside a write.</summary>
public interface IOutboxFile : IDisposable
{
    long Length { get; }

    /// <summary>How many bytes were read: fewer than asked for at the end of the file.</summary>
    int Read(long offset, Span<byte> into);

    void Write(long offset, ReadOnlySpan<byte> bytes);

    void Truncate(long length);

    /// <summary>fsync.</summary>
    void Flush();
}
