using System.Globalization;
using System.Text;

namespace SmartCity.Timeline;

/// <summary>
/// A name as the value of a tag. Line protocol cannot hold an empty value, a line break or a backslash at its end, and the dialects differ in what they make of a backslash
/// elsewhere. So these, control characters and the sign itself are percent-coded (RFC 3986, section 2.1), the same in every dialect and never two names alike.
/// What is left to escape is left to <see cref="LineWriter"/>.
/// </summary>
public static class TagText
{
    /// <summary>Stands for an empty name.</summary>
    public const string None = "-";

    public static string Encode(string name)
    {
        if (name.Length == 0) return None;
        if (name == None) return "%2D";
        var first = 0;
        while (first < name.Length && !IsCoded(name[first])) first++;
        if (first == name.Length) return name;
        var coded = new StringBuilder(name, 0, first, name.Length + 8);
        foreach (var c in name.AsSpan(first))
        {
            // All that is coded is below 0x80 but for the C1 controls and lone halves of a surrogate pair, which UTF-8 cannot hold: these by their 16 bits.
            if (!IsCoded(c)) coded.Append(c);
            else if (c < 0x80) coded.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else coded.Append(CultureInfo.InvariantCulture, $"%u{(int)c:X4}");
        }
        return PairsKept(name, coded);
    }

    /// <summary>The name again. What was not made by <see cref="Encode"/> comes back as it is.</summary>
    public static string Decode(string value)
    {
        if (value == None) return "";
        if (!value.Contains('%', StringComparison.Ordinal)) return value;
        var name = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && Hex(value, i + 1, 2) is { } two)
            {
                name.Append(two);
                i += 2;
            }
            else if (value[i] == '%' && i + 1 < value.Length && value[i + 1] == 'u' && Hex(value, i + 2, 4) is { } four)
            {
                name.Append(four);
                i += 5;
            }
            else
            {
                name.Append(value[i]);
            }
        }
        return name.ToString();
    }

    private static bool IsCoded(char c) => c is '%' or '\\' or '\u2028' or '\u2029' || char.IsControl(c) || char.IsSurrogate(c);

    // Halves of a whole pair need no coding; rare enough that the text is made anew.
    private static string PairsKept(string name, StringBuilder coded)
    {
        var whole = false;
        for (var i = 1; i < name.Length && !whole; i++) whole = char.IsSurrogatePair(name[i - 1], name[i]);
        if (!whole) return coded.ToString();
        coded.Clear();
        for (var i = 0; i < name.Length; i++)
        {
            if (i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]))
            {
                coded.Append(name, i, 2);
                i++;
            }
            else if (!IsCoded(name[i]))
            {
                coded.Append(name[i]);
            }
            else
            {
                coded.Append(name[i] < 0x80 ? string.Create(CultureInfo.InvariantCulture, $"%{(int)name[i]:X2}") : string.Create(CultureInfo.InvariantCulture, $"%u{(int)name[i]:X4}"));
            }
        }
        return coded.ToString();
    }

    private static char? Hex(string text, int from, int digits) =>
        from + digits <= text.Length && ushort.TryParse(text.AsSpan(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? (char)code : null;
}
