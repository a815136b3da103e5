using System.Formats.Tar;
using System.IO.Compression;

namespace SensorNode.Readings.Outbox;

/// <summary>
/// A node's outbox and file in one archive (tar, gzip), for collection by hand where no network reaches. It may be made while the node runs: what is
/// half written at that moment is cut off by whoever opens it, as after a power cut, and nothing leaves the outbox by being exported.
/// </summary>
public static class OutboxArchive
{
    private const string NodeFileName = "node.yaml", OutboxFolder = "outbox/";

    /// <summary>The most that an archive may unpack to.</summary>
    public const long MostBytes = 4L << 30;

    /// <summary>Writes the archive; it is there whole or not at all.</summary>
    /// <returns>How many bytes of the outbox are in it.</returns>
    public static long Write(string nodeFile, string outbox, string archive)
    {
        var bytes = 0L;
        var unfinished = archive + ".part";
        using (var tar = new TarWriter(new GZipStream(File.Create(unfinished), CompressionLevel.Optimal)))
        {
            Add(tar, NodeFileName, nodeFile);
            // The state before the segments: what it says is answered is never newer than what follows.
            var files = Directory.GetFiles(outbox).Where(file => Segment.IsNameOfSegment(file)).Order(StringComparer.Ordinal);
            foreach (var file in files.Prepend(Path.Combine(outbox, OutboxState.Name)))
            {
                try
                {
                    bytes += Add(tar, OutboxFolder + Path.GetFileName(file), file);
                }
                catch (FileNotFoundException)
                {
                    // made room for others just now: its readings are answered for, or counted as dropped
                }
            }
        }
        File.Move(unfinished, archive, overwrite: true);
        return bytes;
    }

    /// <summary>Unpacks an archive into an empty folder: <c>node.yaml</c> and <c>outbox</c>.</summary>
    /// <returns>Why it is none of ours; null when it was unpacked.</returns>
    public static string? Read(string archive, string folder)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, OutboxFolder));
            using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
            var (bytes, hasNodeFile) = (0L, false);
            while (tar.GetNextEntry() is { } entry)
            {
                var name = entry.Name.StartsWith(OutboxFolder, StringComparison.Ordinal) ? entry.Name[OutboxFolder.Length..] : entry.Name == NodeFileName ? "" : null;
                // A name from outside never becomes a path: one file, in the one folder.
                if (name is null || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || name.AsSpan().ContainsAny('/', '\\', '\0') || name is "." or "..") return $"has \"{entry.Name}\", which no export of ours has.";
                if ((bytes += entry.Length) > MostBytes) return $"unpacks to more than {MostBytes >> 30} GiB.";
                hasNodeFile |= name.Length == 0;
                entry.ExtractToFile(name.Length == 0 ? Path.Combine(folder, NodeFileName) : Path.Combine(folder, OutboxFolder, name), overwrite: false);
            }
            return hasNodeFile ? null : "has no node file.";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"cannot be read: {e.Message}";
        }
    }

    /// <summary>Where <see cref="Read"/> put the node file.</summary>
    public static string NodeFileIn(string folder) => Path.Combine(folder, NodeFileName);

    /// <summary>Where <see cref="Read"/> put the outbox.</summary>
    public static string OutboxIn(string folder) => Path.Combine(folder, OutboxFolder);

    private static long Add(TarWriter tar, string name, string file)
    {
        using var copy = new MemoryStream();
        using (var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)) from.CopyTo(copy);
        copy.Position = 0;
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = copy, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        return copy.Length;
    }
}
