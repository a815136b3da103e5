using System.Collections.Frozen;
using SmartCity.Readings;

namespace SmartCity.Timeline;

/// <summary>
/// The InfluxQL that InfluxDB 1.x, 2.x (by a DBRP mapping) and 3 Core all answer alike, and that this house keeps to: one SELECT over one measurement of <see cref="TimelineSchema"/>,
/// bounded in time; or SHOW TAG VALUES, TAG KEYS, FIELD KEYS, MEASUREMENTS. No second statement, INTO, subquery, SLIMIT, SOFFSET, regular expression as a measurement, database or retention policy
/// before one, nor anything about cardinality.
/// </summary>
public static class InfluxQlSubset
{
    private static readonly FrozenSet<string> Functions = new[]
    {
        "count", "mean", "median", "spread", "stddev", "sum", "first", "last", "max", "min", "percentile",
        "derivative", "non_negative_derivative", "difference", "non_negative_difference", "moving_average", "cumulative_sum",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Banned = new[] { "into", "slimit", "soffset", "cardinality", "tz", "distinct", "explain" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Measurements = QuantityCatalogue.All.Select(row => TimelineSchema.Measurement(row.Quantity))
        .Append(TimelineSchema.Episodes).Append(TimelineSchema.Presence).Append(Figures.Hub).Append(Figures.District).Append(Figures.Node).Append(Figures.AirIndex).Append(Figures.Forecast).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Names = TimelineSchema.Tags.Concat(TimelineSchema.EpisodeTags).Concat(TimelineSchema.PresenceTags)
        .Concat(TimelineSchema.ReadingFields).Concat(TimelineSchema.WindowFields).Concat(TimelineSchema.EpisodeFields).Concat(TimelineSchema.PresenceFields)
        .Concat(Figures.DistrictFields).Concat(Figures.NodeFields).Concat(Figures.AirIndexFields).Concat(Figures.AirIndexTags).Concat(Figures.ForecastFields).Concat(Figures.ForecastTags).Append("time").ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Words = new[]
    {
        "select", "from", "where", "group", "order", "by", "and", "or", "as", "fill", "none", "null", "previous", "linear", "limit", "offset", "asc", "desc", "true", "false", "now", "show", "tag", "field",
        "keys", "values", "measurements", "with", "key",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with a query; null: nothing.</summary>
    public static string? Refusal(string query)
    {
        var tokens = new List<Token>();
        if (Scan(query, tokens) is { } bad) return bad;
        if (tokens.Count == 0) return "is empty";
        foreach (var token in tokens)
        {
            if (token.Kind == Kind.Sign && token.Text == ";") return "is more than one statement";
            if (token.Kind == Kind.Word && Banned.Contains(token.Text)) return $"'{token.Text}' is not in the subset";
        }
        if (tokens[0].Is("select")) return Select(tokens);
        if (tokens[0].Is("show")) return Show(tokens);
        return $"begins with '{tokens[0].Text}'";
    }

    private static string? Show(List<Token> tokens)
    {
        var what = string.Join(' ', tokens.Skip(1).Take(2).Select(token => token.Text.ToLowerInvariant()));
        if (what is not ("tag values" or "tag keys" or "field keys") && !tokens.ElementAtOrDefault(1).Is("measurements")) return $"'SHOW {what}' is not in the subset";
        var from = tokens.FindIndex(token => token.Is("from"));
        if (from < 0) return what == "tag values" ? "asks for the tag values of every measurement" : null;
        return Measurement(tokens, from) ?? (IsOpen(tokens[from + 1]) ? null : Named(tokens, from + 2, []));
    }

    private static string? Select(List<Token> tokens)
    {
        var from = tokens.FindIndex(token => token.Is("from"));
        if (from < 0) return "has no FROM";
        if (Measurement(tokens, from) is { } wrong) return wrong;
        var aliases = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Is("as")) aliases.Add(tokens[i + 1].Text);
        }
        if (Called(tokens) is { } unknown) return unknown;
        if (!IsOpen(tokens[from + 1]))
        {
            if (Named(tokens.Take(from).ToList(), 1, aliases) is { } name) return name;
            if (Named(tokens, from + 2, aliases) is { } later) return later;
        }
        return Bounded(tokens, from) ? null : "has no lower bound in time";
    }

    // The hub's own metrics are its fields, and their labels its tags: what it measures, the schema does not know.
    private static bool IsOpen(Token measurement) => measurement.Text == Figures.Hub;

    private static string? Measurement(List<Token> tokens, int from)
    {
        if (from + 1 >= tokens.Count) return "has no measurement";
        var name = tokens[from + 1];
        if (name is { Kind: Kind.Sign, Text: "(" }) return "has a subquery";
        if (name.Kind is not (Kind.Word or Kind.Quoted)) return "has no measurement by name";
        if (from + 2 < tokens.Count && tokens[from + 2] is { Kind: Kind.Sign, Text: "." or "," }) return "names more than a measurement";
        return Measurements.Contains(name.Text) ? null : $"measurement '{name.Text}' is not in the schema";
    }

    private static string? Called(List<Token> tokens)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Kind != Kind.Word || tokens[i + 1] is not { Kind: Kind.Sign, Text: "(" }) continue;
            if (!Functions.Contains(tokens[i].Text) && !Words.Contains(tokens[i].Text) && !tokens[i].Is("time")) return $"function '{tokens[i].Text}' is not in the subset";
        }
        return null;
    }

    private static string? Named(List<Token> tokens, int start, HashSet<string> aliases)
    {
        for (var i = start; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token.Kind == Kind.Quoted && !Names.Contains(token.Text) && !aliases.Contains(token.Text)) return $"'{token.Text}' is neither tag nor field of the schema";
            if (token.Kind == Kind.Word && !Names.Contains(token.Text) && !aliases.Contains(token.Text) && !Words.Contains(token.Text) && !Functions.Contains(token.Text)) return $"'{token.Text}' is neither a word of the subset nor in the schema";
        }
        return null;
    }

    // Somewhere in WHERE stands time > or time >=, outside of an OR: everything there has to hold.
    private static bool Bounded(List<Token> tokens, int from)
    {
        var where = tokens.FindIndex(from, token => token.Is("where"));
        if (where < 0) return false;
        var depth = 0;
        var bounded = false;
        for (var i = where + 1; i + 1 < tokens.Count && !tokens[i].Is("group") && !tokens[i].Is("order") && !tokens[i].Is("limit"); i++)
        {
            if (tokens[i].Kind == Kind.Sign) depth += tokens[i].Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0 && tokens[i].Is("or")) return false;
            if (depth == 0 && tokens[i].Text == "time" && tokens[i + 1].Text is ">" or ">=") bounded = true;
        }
        return bounded;
    }

    private static string? Scan(string query, List<Token> tokens)
    {
        for (var i = 0; i < query.Length;)
        {
            var c = query[i];
            var start = i;
            if (char.IsWhiteSpace(c))
            {
                i++;
                continue;
            }
            if (c is '\'' or '"' || c == '/' && tokens is [.., { Kind: Kind.Sign, Text: "=~" or "!~" }])
            {
                for (i++; i < query.Length && query[i] != c; i++)
                {
                    if (query[i] == '\\') i++;
                }
                if (i >= query.Length) return "has a quotation that does not end";
                i++;
                tokens.Add(new(c switch { '"' => Kind.Quoted, '\'' => Kind.Text, _ => Kind.Regex }, query[(start + 1)..(i - 1)]));
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                while (i < query.Length && (char.IsAsciiLetterOrDigit(query[i]) || query[i] == '_')) i++;
                tokens.Add(new(Kind.Word, query[start..i]));
            }
            else if (char.IsAsciiDigit(c))
            {
                while (i < query.Length && (char.IsAsciiLetterOrDigit(query[i]) || query[i] == '.')) i++;
                tokens.Add(new(Kind.Number, query[start..i]));
            }
            else
            {
                var two = i + 1 < query.Length && query[i..(i + 2)] is "<=" or ">=" or "!=" or "<>" or "=~" or "!~" or "::";
                if (!two && !"(),;.*+-/%=<>".Contains(c, StringComparison.Ordinal)) return $"has a '{c}'";
                i += two ? 2 : 1;
                tokens.Add(new(Kind.Sign, query[start..i]));
            }
        }
        return null;
    }

    private enum Kind : byte
    {
        Word,
        Quoted,
        Text,
        Regex,
        Number,
        Sign,
    }

    private readonly record struct Token(Kind Kind, string Text)
    {
        public bool Is(string word) => Kind == Kind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
    }
}
