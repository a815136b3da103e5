using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>One thing that is wrong in a rule file.</summary>
/// <param name="File">The file's name, without its folder.</param>
/// <param name="Line">From 1; 0 when it concerns the whole file.</param>
public sealed record RuleError(string File, int Line, string Reason)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line.ToString(CultureInfo.InvariantCulture)}: {Reason}" : $"{File}: {Reason}";
}

/// <summary>A rule file's name and text.</summary>
public sealed record RuleSource(string File, string Text);

/// <summary>One mapping of a rule file, read key by key. Every error is collected with its line; keys that nobody asked for are errors too.</summary>
internal sealed class RuleText
{
    private readonly string _file;
    private readonly YamlMappingNode _map;
    private readonly List<RuleError> _errors;
    private readonly HashSet<string> _asked = [];

    public RuleText(string file, YamlMappingNode map, List<RuleError> errors)
    {
        _file = file;
        _map = map;
        _errors = errors;
    }

    public int Line => LineOf(_map);

    public YamlMappingNode Map => _map;

    /// <summary>A mapping within this one, of the same file.</summary>
    public RuleText Inner(YamlMappingNode map) => new(_file, map, _errors);

    public static int LineOf(YamlNode node) => (int)node.Start.Line;

    public void Error(YamlNode at, string reason) => _errors.Add(new(_file, LineOf(at), reason));

    public void Error(string key, string reason) => Error(Find(key) ?? _map, $"{key}: {reason}");

    public YamlNode? Find(string key)
    {
        _asked.Add(key);
        foreach (var (name, value) in _map.Children)
        {
            if (name is YamlScalarNode { Value: { } text } && text == key) return value;
        }
        return null;
    }

    /// <summary>Says which keys are unknown; called last.</summary>
    public void RefuseOthers()
    {
        foreach (var name in _map.Children.Keys)
        {
            if (name is YamlScalarNode { Value: { } text } && _asked.Contains(text)) continue;
            Error(name, $"unknown key '{name}'; known are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    public string? Text(string key, int longest, bool required = false)
    {
        if (Find(key) is not { } node)
        {
            if (required) Error(_map, $"'{key}' is missing");
            return null;
        }
        if (node is not YamlScalarNode { Value: { Length: > 0 } text })
        {
            Error(node, $"{key}: a text is expected");
            return null;
        }
        if (text.Length <= longest) return text;
        Error(node, $"{key}: longer than {longest} characters");
        return null;
    }

    public double? Number(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: { } text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return number;
        Error(node, $"{key}: a number is expected");
        return null;
    }

    /// <summary>Two numbers: <c>[2, 8]</c>.</summary>
    public (double Low, double High)? Pair(string key)
    {
        if (Find(key) is YamlSequenceNode { Children.Count: 2 } pair && Parse(pair.Children[0]) is { } low && Parse(pair.Children[1]) is { } high) return (low, high);
        Error(key, "two numbers are expected, such as [2, 8]");
        return null;

        static double? Parse(YamlNode node) =>
            node is YamlScalarNode { Value: { } text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }

    public int? Count(string key, int least, int most)
    {
        if (Find(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Error(node, $"{key}: a whole number from {least} to {most} is expected");
        return null;
    }

    public bool? YesNo(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: "true" }) return true;
        if (node is YamlScalarNode { Value: "false" }) return false;
        Error(node, $"{key}: true or false is expected");
        return null;
    }

    /// <summary>A span of time such as <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>.</summary>
    public TimeSpan? Span(string key, TimeSpan least, TimeSpan most)
    {
        if (Find(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: { } text } && TryParseSpan(text, out var span) && span >= least && span <= most) return span;
        Error(node, $"{key}: a span of time from {Show(least)} to {Show(most)} is expected, such as 30s, 5m, 2h or 1d");
        return null;
    }

    public T? Choice<T>(string key, params ReadOnlySpan<(string Name, T Value)> choices) where T : struct
    {
        if (Find(key) is not { } node) return null;
        foreach (var (name, value) in choices)
        {
            if (node is YamlScalarNode { Value: { } text } && text == name) return value;
        }
        var names = new List<string>();
        foreach (var (name, _) in choices) names.Add(name);
        Error(node, $"{key}: one of {string.Join(", ", names)} is expected");
        return null;
    }

    /// <summary>A list of texts; the nodes are kept for their lines.</summary>
    public IReadOnlyList<YamlScalarNode> List(string key)
    {
        if (Find(key) is not { } node) return [];
        var items = new List<YamlScalarNode>();
        if (node is not YamlSequenceNode sequence) Error(node, $"{key}: a list is expected");
        else
        {
            foreach (var item in sequence.Children)
            {
                if (item is YamlScalarNode { Value.Length: > 0 } scalar) items.Add(scalar);
                else Error(item, $"{key}: a text is expected");
            }
        }
        return items;
    }

    public static bool TryParseSpan(string text, out TimeSpan span)
    {
        span = default;
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.')) digits++;
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        var unit = text[digits..] switch { "ms" => 1d, "s" => 1e3, "m" => 6e4, "h" => 3.6e6, "d" => 8.64e7, _ => 0 };
        if (unit == 0 || number * unit > TimeSpan.FromDays(3660).TotalMilliseconds) return false;
        span = TimeSpan.FromMilliseconds((long)(number * unit));
        return true;
    }

    private static string Show(TimeSpan span) => span switch
    {
        { Ticks: 0 } => "0s",
        { TotalDays: var d } when d == Math.Floor(d) => $"{d.ToString(CultureInfo.InvariantCulture)}d",
        { TotalMinutes: var m } when m == Math.Floor(m) => $"{m.ToString(CultureInfo.InvariantCulture)}m",
        _ => $"{span.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s",
    };

    /// <summary>The one document of a file, or null with the reasons among the errors.</summary>
    public static YamlMappingNode? Parse(RuleSource source, List<RuleError> errors)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(source.Text));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode map) return map;
            errors.Add(new(source.File, 0, "one document with keys (day-offset, districts, rules) is expected"));
        }
        catch (YamlException bad)
        {
            errors.Add(new(source.File, (int)bad.Start.Line, $"not YAML: {bad.Message}"));
        }
        return null;
    }
}
