using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SmartCity.Timeline;

/// <summary>
/// Writes InfluxDB line protocol in UTF-8, escaped to the letter: comma and blank in a measurement; these and the equals sign in tag keys, tag values and field keys;
/// quotation mark and backslash in strings. Kept and cleared by one writer. A line is head, fields and stamp, in that order.
/// </summary>
public sealed class LineWriter
{
    private byte[] _buffer;
    private readonly List<int> _ends = [];
    private int _length;
    private bool _inFields;

    public LineWriter() : this(4096)
    {
    }

    private LineWriter(int bytes) => _buffer = new byte[bytes];

    public int Length => _length;

    /// <summary>Lines finished since the last <see cref="Clear"/>.</summary>
    public int Lines => _ends.Count;

    /// <summary>Where each line ends in <see cref="Written"/>: a line break may also stand within a string.</summary>
    public IReadOnlyList<int> Ends => _ends;

    /// <summary>Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Clear()
    {
        (_length, _inFields) = (0, false);
        _ends.Clear();
    }

    /// <summary>Measurement and tags, as a line begins, for keeping: series come again and again.</summary>
    /// <param name="measurement">From <see cref="TimelineSchema"/>.</param>
    /// <param name="tags">Keys rising. Values are names, coded here by <see cref="TagText"/>.</param>
    public static byte[] Head(string measurement, params ReadOnlySpan<(string Key, string Name)> tags)
    {
        var w = new LineWriter(256);
        w.Escaped(measurement, equals: false);
        foreach (var (key, name) in tags)
        {
            w.Raw((byte)',');
            w.Escaped(key, equals: true);
            w.Raw((byte)'=');
            w.Escaped(TagText.Encode(name), equals: true);
        }
        return w.Written.ToArray();
    }

    public void Begin(ReadOnlySpan<byte> head)
    {
        Room(head.Length + 1);
        head.CopyTo(_buffer.AsSpan(_length));
        _length += head.Length;
        _inFields = false;
    }

    /// <exception cref="ArgumentOutOfRangeException">Not a finite number: line protocol has none other.</exception>
    public void Float(string key, double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "Not a finite number.");
        Key(key);
        Room(32);
        value.TryFormat(_buffer.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Integer(string key, long value)
    {
        Key(key);
        Room(24);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written);
        _length += written;
        Raw((byte)'i');
    }

    public void Boolean(string key, bool value)
    {
        Key(key);
        Raw(value ? (byte)'t' : (byte)'f');
    }

    /// <summary>A string, at most <see cref="MaxStringBytes"/> of it. What UTF-8 cannot hold becomes U+FFFD.</summary>
    public void Text(string key, string value)
    {
        Key(key);
        Raw((byte)'"');
        var bytes = Encoding.UTF8.GetBytes(value).AsSpan();
        if (bytes.Length > MaxStringBytes) bytes = WholeCharacters(bytes[..MaxStringBytes]);
        Room(2 * bytes.Length + 1);
        foreach (var b in bytes)
        {
            if (b is (byte)'"' or (byte)'\\') _buffer[_length++] = (byte)'\\';
            _buffer[_length++] = b;
        }
        Raw((byte)'"');
    }

    /// <summary>Longest string, in bytes. InfluxDB 1.x takes 64 KiB; no annotation needs it.</summary>
    public const int MaxStringBytes = 4096;

    /// <summary>Ends the line.</summary>
    public void End(long nanoseconds)
    {
        if (!_inFields) throw new InvalidOperationException("A line has a field at least.");
        Room(24);
        _buffer[_length++] = (byte)' ';
        Utf8Formatter.TryFormat(nanoseconds, _buffer.AsSpan(_length), out var written);
        _length += written;
        Raw((byte)'\n');
        _inFields = false;
        _ends.Add(_length);
    }

    private void Key(string key)
    {
        Raw(_inFields ? (byte)',' : (byte)' ');
        _inFields = true;
        Escaped(key, equals: true);
        Raw((byte)'=');
    }

    private void Escaped(string text, bool equals)
    {
        Room(2 * Encoding.UTF8.GetMaxByteCount(text.Length));
        var escaped = equals ? EscapedInTag : EscapedInMeasurement;
        if (text.AsSpan().IndexOfAny(escaped) < 0)
        {
            _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
            return;
        }
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (escaped.Contains((char)b)) _buffer[_length++] = (byte)'\\';
            _buffer[_length++] = b;
        }
    }

    private static readonly SearchValues<char> EscapedInMeasurement = SearchValues.Create(", ");
    private static readonly SearchValues<char> EscapedInTag = SearchValues.Create(", =");

    private static Span<byte> WholeCharacters(Span<byte> bytes)
    {
        while (bytes.Length > 0 && Rune.DecodeLastFromUtf8(bytes, out _, out var consumed) != OperationStatus.Done) bytes = bytes[..^consumed];
        return bytes;
    }

    private void Raw(byte b)
    {
        Room(1);
        _buffer[_length++] = b;
    }

    private void Room(int more)
    {
        if (_length + more > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
