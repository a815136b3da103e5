using System.Globalization;
using System.Text;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// A simulated chip's own log of what it gave out: one line per measurement or edge, written before the driver gets it, handed to the
/// operating system at once. A file of an earlier run is continued, and so is its numbering.
/// </summary>
/// <remarks>
/// Lines are <c>number unix-ms-of-the-wall-clock what</c>, separated by single blanks. A BME280's first line is <c>trim</c> with the
/// registers 0x88 to 0xA1 and 0xE1 to 0xE7 in hex; then <c>what</c> is registers 0xF7 to 0xFE in hex. A line's is
/// <c>level monotonic-ns</c>: level 1 high or 0 low, by the wire and not by the meaning.
/// </remarks>
public sealed class Witness : IDisposable
{
    private readonly FileStream? _file;
    private readonly TimeProvider _time;
    private ulong _number;

    private Witness(FileStream? file, TimeProvider time, ulong number)
    {
        _file = file;
        _time = time;
        _number = number;
    }

    /// <summary>The name of a device's log within the witness directory.</summary>
    public static string FileName(string node, string device) => $"{node}.{device}.witness";

    /// <summary>Opens a device's log; without a directory, one that keeps nothing.</summary>
    /// <param name="firstLine">What a new file begins with; null: nothing.</param>
    public static Witness Open(string? directory, string node, string device, string? firstLine, TimeProvider time)
    {
        if (directory is null) return new(null, time, 0);
        Directory.CreateDirectory(directory);
        var file = new FileStream(Path.Combine(directory, FileName(node, device)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var (number, whole) = LastLine(file);
        if (file.Length > whole) file.SetLength(whole); // half a line is what a killed process never gave out
        file.Seek(0, SeekOrigin.End);
        if (whole == 0 && firstLine is not null) file.Write(Encoding.ASCII.GetBytes(firstLine + "\n"));
        return new(file, time, number);
    }

    /// <summary>Notes a measurement; false when that could not be written, and then it must not be given out.</summary>
    public bool Gave(ReadOnlySpan<byte> registers) => _file is null || Write(Convert.ToHexStringLower(registers), WallMilliseconds());

    /// <summary>Notes a level; false when that could not be written, and then it must not be given out.</summary>
    public bool Gave(bool high, long atNs)
    {
        if (_file is null) return true;
        var wall = WallMilliseconds() - (_time.MonotonicNs() - atNs) / 1_000_000;
        return Write(string.Create(CultureInfo.InvariantCulture, $"{(high ? 1 : 0)} {atNs}"), wall);
    }

    public void Dispose() => _file?.Dispose();

    private bool Write(string what, long wall)
    {
        var whole = _file!.Position;
        try
        {
            _file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_number + 1} {wall} {what}\n")));
            _number++;
            return true;
        }
        catch (IOException) // its disk is full: what stands in the log stays whole, and the chip is silent meanwhile
        {
            if (_file.Length > whole) _file.SetLength(whole);
            _file.Position = whole;
            return false;
        }
    }

    private long WallMilliseconds() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The number of the last whole line, and how many bytes the whole lines take.</summary>
    private static (ulong Number, long Whole) LastLine(FileStream file)
    {
        var tail = new byte[Math.Min(file.Length, 4096)]; // a line has at most 500 bytes
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf((byte)'\n');
        if (end < 0) return (0, 0);
        var start = tail.AsSpan(0, end).LastIndexOf((byte)'\n') + 1;
        var first = Encoding.ASCII.GetString(tail.AsSpan(start, end - start)).Split(' ')[0];
        return (ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0, file.Length - tail.Length + end + 1);
    }
}
