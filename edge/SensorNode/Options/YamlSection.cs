using System.Globalization;
using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace SensorNode.Options;

/// <summary>
/// A mapping of the node file, asked key by key. Every question that cannot be answered becomes a problem and a harmless stand-in,
/// so that one reading finds all problems. A key that nobody asked for is a problem too (<see cref="RefuseUnknown"/>).
/// </summary>
internal sealed class YamlSection(YamlMappingNode? node, string path, long line, string file, List<NodeFileProblem> problems, SchemaNode? schema = null)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Whether the file has this mapping at all.</summary>
    public bool IsPresent => node is not null || IsDescribing;

    /// <summary>What is asked is noted for a schema, and everything counts as present.</summary>
    public bool IsDescribing => schema is not null;

    public bool Has(string key)
    {
        schema?.Key(key).AskedWhether();
        return Find(key) is not null || IsDescribing;
    }

    /// <summary>What stands under a key, as it was read; null: nothing.</summary>
    public YamlNode? Child(string key) => Find(key);

    /// <summary>Makes a problem of a key that is not there.</summary>
    public void Require(string key)
    {
        schema?.Key(key).Require();
        if (Find(key) is null) Problem(key, "is missing.");
    }

    public void Problem(string key, string text) => problems.Add(new(file, Find(key)?.Start.Line ?? line, Path(key), text));

    /// <summary>A mapping below this one; when it is absent, an empty one that is no problem by itself.</summary>
    public YamlSection Section(string key)
    {
        var found = Find(key);
        if (found is not (null or YamlMappingNode)) Problem(key, "must be a mapping of keys and values.");
        return new(found as YamlMappingNode, Path(key), found?.Start.Line ?? line, file, problems, schema?.Key(key));
    }

    /// <summary>The mappings of a list, each with its index in its path.</summary>
    public IReadOnlyList<YamlSection> List(string key, int max)
    {
        var found = Find(key);
        var item = schema?.Key(key).Items(max);
        if (found is null) return item is null ? [] : [new(null, Path(key), line, file, problems, item)];
        if (found is not YamlSequenceNode list)
        {
            Problem(key, "must be a list; begin each entry with a dash.");
            return [];
        }
        if (list.Children.Count > max) Problem(key, $"has {list.Children.Count} entries; at most {max} are allowed.");
        var sections = new List<YamlSection>();
        foreach (var (entry, index) in list.Children.Take(max).Select((entry, index) => (entry, index)))
        {
            var at = $"{Path(key)}[{index}]";
            if (entry is YamlMappingNode mapping) sections.Add(new(mapping, at, entry.Start.Line, file, problems, item));
            else problems.Add(new(file, entry.Start.Line, at, "must be a mapping of keys and values."));
        }
        return sections;
    }

    /// <summary>The keys of a mapping whose keys are names of the author's, each with the mapping below it.</summary>
    public IEnumerable<(string Name, YamlSection Section)> Entries()
    {
        if (schema is not null) yield return ("any", new(null, Path("any"), line, file, problems, schema.AnyKey));
        foreach (var key in node?.Children.Keys ?? Enumerable.Empty<YamlNode>())
        {
            if (key is YamlScalarNode { Value: { } name }) yield return (name, Section(name));
        }
    }

    /// <summary>A text; the stand-in is what an absent key means, null: the key is required.</summary>
    public string Text(string key, string? absent = null)
    {
        schema?.Key(key).Value(absent is not null, json => json.WriteString("type", "string"));
        switch (Find(key))
        {
            case null when absent is not null: return absent;
            case null: Problem(key, "is missing."); return "";
            case YamlScalarNode { Value: { Length: > 0 } text }: return text;
            default: Problem(key, "must be a text."); return "";
        }
    }

    /// <summary>A name on the wire: 1 to 64 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter or digit.</summary>
    public string Name(string key, string? absent = null)
    {
        var text = Text(key, absent);
        schema?.Key(key).Value(absent is not null, json =>
        {
            json.WriteString("type", "string");
            json.WriteString("pattern", "^[a-z0-9][a-z0-9._-]{0,63}$");
        });
        if (text.Length > 0 && !IsName(text)) Problem(key, $"\"{text}\" is no name: 1 to 64 of a-z, 0-9, '.', '-' and '_', beginning with a letter or digit.");
        return text;
    }

    /// <summary>A list of names; nothing when it is absent.</summary>
    public IReadOnlyList<string> Names(string key, int max)
    {
        schema?.Key(key).Value(optional: true, json =>
        {
            json.WriteString("type", "array");
            json.WriteNumber("maxItems", max);
            json.WriteStartObject("items");
            json.WriteString("type", "string");
            json.WriteEndObject();
        });
        var found = Find(key);
        if (found is null) return [];
        if (found is YamlSequenceNode list && list.Children.Count <= max && list.Children.All(entry => entry is YamlScalarNode { Value: { } name } && name.Length > 0 && IsName(name))) return [.. list.Children.Select(entry => ((YamlScalarNode)entry).Value!)];
        Problem(key, $"must be a list of at most {max} names.");
        return [];
    }

    public int Whole(string key, int min, int max, int? absent = null)
    {
        schema?.Key(key).Value(absent is not null, json => Range(json, "integer", min, max));
        if (!TryScalar(key, absent is not null, out var text)) return absent ?? min;
        var hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var parsed = hex
            ? int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        if (parsed && value >= min && value <= max) return value;
        Problem(key, hex || min >= 0x10 && max <= 0x7F
            ? $"\"{text}\" is not 0x{min:x2} to 0x{max:x2}."
            : string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is not a whole number from {min} to {max}."));
        return absent ?? min;
    }

    public double Number(string key, double min, double max, double? absent = null)
    {
        schema?.Key(key).Value(absent is not null, json => Range(json, "number", min, max));
        if (!TryScalar(key, absent is not null, out var text)) return absent ?? min;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        Problem(key, string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is not a number from {min} to {max}."));
        return absent ?? min;
    }

    /// <summary>A duration: a number and one of ms, s, m, h.</summary>
    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max, TimeSpan? absent = null)
    {
        schema?.Key(key).Value(absent is not null, json =>
        {
            json.WriteString("type", "string");
            json.WriteString("pattern", @"^[0-9]+(\.[0-9]+)? *(ms|s|m|h)$");
            json.WriteString("description", $"{Show(min)} to {Show(max)}");
        });
        if (!TryScalar(key, absent is not null, out var text)) return absent ?? min;
        if (!TryDuration(text, out var value)) Problem(key, $"\"{text}\" is no duration: write 500ms, 2s, 5m or 1h.");
        else if (value < min || value > max) Problem(key, $"{text} is outside {Show(min)} to {Show(max)}.");
        else return value;
        return absent ?? min;
    }

    /// <summary>One of a few words.</summary>
    public T OneOf<T>(string key, IReadOnlyDictionary<string, T> words, T? absent = null) where T : struct
    {
        schema?.Key(key).Value(absent is not null, json =>
        {
            json.WriteStartArray("enum");
            foreach (var word in words.Keys) Word(json, word);
            json.WriteEndArray();
        });
        if (!TryScalar(key, absent is not null, out var text)) return absent ?? default;
        if (words.TryGetValue(text, out var value)) return value;
        Problem(key, $"\"{text}\" is none of: {string.Join(", ", words.Keys)}.");
        return absent ?? default;
    }

    /// <summary>The word true: what is there at all is so.</summary>
    public void True(string key)
    {
        if (Text(key) is not "true") Problem(key, "must be true.");
        schema?.Key(key).Value(optional: false, json => json.WriteBoolean("const", true));
    }

    /// <summary>Makes a problem of every key that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in node?.Children.Keys ?? Enumerable.Empty<YamlNode>())
        {
            var name = (key as YamlScalarNode)?.Value ?? "?";
            if (!_asked.Contains(name)) problems.Add(new(file, key.Start.Line, Path(name), $"is no key here. Known: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}."));
        }
    }

    /// <summary>Lets every key pass that nobody asked for.</summary>
    public void AcceptAll()
    {
        foreach (var key in node?.Children.Keys ?? Enumerable.Empty<YamlNode>()) _asked.Add((key as YamlScalarNode)?.Value ?? "?");
    }

    private bool TryScalar(string key, bool optional, out string text)
    {
        text = "";
        var found = Find(key);
        if (found is null)
        {
            if (!optional) Problem(key, "is missing.");
            return false;
        }
        if (found is YamlScalarNode { Value: { Length: > 0 } value })
        {
            text = value;
            return true;
        }
        Problem(key, "must be a single value.");
        return false;
    }

    private YamlNode? Find(string key)
    {
        _asked.Add(key);
        return node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out var found) ? found : null;
    }

    private string Path(string key) => path.Length == 0 ? key : key.Length == 0 ? path : $"{path}.{key}";

    private static void Range(Utf8JsonWriter json, string type, double min, double max)
    {
        json.WriteString("type", type);
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
    }

    // A word like 4.096 is a number to whoever reads YAML.
    private static void Word(Utf8JsonWriter json, string word)
    {
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) json.WriteNumberValue(number);
        else json.WriteStringValue(word);
    }

    private static bool IsName(string text) =>
        text.Length <= 64 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_');

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var unit = text.Length - text.AsSpan().TrimEnd("hms").Length;
        double? milliseconds = text[^unit..] switch { "ms" => 1, "s" => 1000, "m" => 60_000, "h" => 3_600_000, _ => null };
        var number = text.AsSpan(0, text.Length - unit).TrimEnd(' ');
        if (milliseconds is null || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > 1e9) return false;
        duration = TimeSpan.FromMilliseconds(Math.Min(count * milliseconds.Value, 1e12));
        return true;
    }

    private static string Show(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours}h"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes}m"),
        { TotalSeconds: >= 1 } or { Ticks: 0 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds}ms"),
    };
}
