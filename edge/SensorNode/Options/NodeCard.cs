using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>
/// A node's card, as the city's enrolment made it: lines of words, then in PEM the node's certificate, its key and the city's authority, all in one
/// file (RFC 7468, section 5.2: text may stand before a block). Whoever has the file is the node, so nobody but its owner may read it.
/// </summary>
/// <param name="Node">Whose it is.</param>
/// <param name="Broker">HOST:PORT; null: not said.</param>
public sealed record NodeCard(NodeKey Node, string? Broker)
{
    /// <summary>The longest card that is read, in bytes.</summary>
    public const long MaxBytes = 64 * 1024;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The card, or why it is none.</summary>
    public static (NodeCard? Card, string? Problem) Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return (null, $"there is no file {path}.");
            if (file.Length > MaxBytes) return (null, $"{path} is over {MaxBytes / 1024} KiB.");
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0) return (null, $"{path} may be read by others than its owner: chmod 600 it.");
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>As <see cref="Read"/>, of text that is at hand.</summary>
    public static (NodeCard? Card, string? Problem) Parse(string path, string text)
    {
        string? group = null, node = null, broker = null;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("-----", StringComparison.Ordinal)) break;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) continue;
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon])
            {
                case "group": group = value; break;
                case "node": node = value; break;
                case "broker": broker = value; break;
            }
        }
        if (string.IsNullOrEmpty(group) || string.IsNullOrEmpty(node)) return (null, $"{path} does not say whose card it is.");
        foreach (var block in (ReadOnlySpan<string>)["CERTIFICATE", "PRIVATE KEY"])
        {
            if (!text.Contains($"-----BEGIN {block}-----", StringComparison.Ordinal)) return (null, $"{path} holds no {block.ToLowerInvariant()}.");
        }
        return (new(new(group, node), broker), null);
    }
}
