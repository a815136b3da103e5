using System.Text;

namespace Walls.Grafana;

/// <summary>
/// One InfluxQL query, within what InfluxDB 1.x, 2.x and 3 Core all understand: one SELECT of selectors and aggregates from one measurement,
/// conditions on tags and fields, GROUP BY time and tags, fill. The time bound is always there and cannot be forgotten.
/// </summary>
internal sealed record Ask
{
    private Ask(Store store, string measurement) => (Store, Measurement) = (store, measurement);

    public Store Store { get; }

    public string Measurement { get; }

    public string Selected { get; private init; } = "";

    public string? Alias { get; private init; }

    /// <summary>Rows and columns instead of series.</summary>
    public bool AsTable { get; private init; }

    private IReadOnlyList<string> Conditions { get; init; } = [];

    private IReadOnlyList<string> Tags { get; init; } = [];

    private string? Step { get; init; }

    private string? Empty { get; init; }

    private int? Newest { get; init; }

    public static Ask From(Store store, string measurement) => new(store, measurement);

    /// <param name="what">Such as <c>mean("value")</c>; fields in double quotes.</param>
    public Ask Select(string what) => this with { Selected = what };

    public Ask Where(params string[] conditions) => this with { Conditions = [.. Conditions, .. conditions] };

    /// <summary>Kept to the districts that the board's variable names.</summary>
    public Ask InDistrict() => Where("\"district\" =~ /^${district:regex}$/");

    public Ask OfNode() => Where("\"node\" =~ /^${node:regex}$/");

    public Ask OfSensor() => Where("\"sensor\" =~ /^${sensor:regex}$/");

    public Ask By(params string[] tags) => this with { Tags = [.. Tags, .. tags] };

    /// <summary>In steps, as wide as the panel's pixels ask for or as told.</summary>
    public Ask Every(string step = "$__interval", string empty = "null") => this with { Step = step, Empty = empty };

    public Ask Named(string alias) => this with { Alias = alias };

    public Ask Table() => this with { AsTable = true };

    /// <summary>The newest rows alone, newest first.</summary>
    public Ask NewestFirst(int rows) => this with { Newest = rows, AsTable = true };

    public string Text()
    {
        var text = new StringBuilder($"SELECT {Selected} FROM \"{Measurement}\" WHERE $timeFilter");
        foreach (var condition in Conditions) text.Append(" AND ").Append(condition);
        var groups = new List<string>();
        if (Step is not null) groups.Add($"time({Step})");
        groups.AddRange(Tags.Select(tag => $"\"{tag}\""));
        if (groups.Count > 0) text.Append(" GROUP BY ").AppendJoin(", ", groups);
        if (Step is not null) text.Append($" fill({Empty})");
        if (Newest is { } rows) text.Append($" ORDER BY time DESC LIMIT {rows}");
        return text.ToString();
    }
}
