namespace SmartCity.Sparkplug;

/// <summary>A Sparkplug B payload (Sparkplug 3.0, section 6.4). What is null is not on the wire.</summary>
public sealed record Payload
{
    /// <summary>When the message was made, Unix milliseconds UTC.</summary>
    public ulong? Timestamp { get; init; }

    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>0 to 255 in all but NDEATH and commands.</summary>
    public ulong? Seq { get; init; }

    public string? Uuid { get; init; }

    public ReadOnlyMemory<byte>? Body { get; init; }
}

/// <summary>One metric of a payload.</summary>
public sealed record Metric
{
    public string? Name { get; init; }
    public ulong? Alias { get; init; }

    /// <summary>When the value was taken, Unix milliseconds UTC.</summary>
    public ulong? Timestamp { get; init; }

    /// <summary>Required in births; data may leave it out.</summary>
    public DataType? DataType { get; init; }

    /// <summary>Older than the newest: must not become the live value.</summary>
    public bool IsHistorical { get; init; }

    /// <summary>Not to be stored.</summary>
    public bool IsTransient { get; init; }

    /// <summary>There is no value, explicitly.</summary>
    public bool IsNull { get; init; }

    public MetaData? MetaData { get; init; }
    public PropertySet? Properties { get; init; }

    /// <summary>Null when none of the value fields is on the wire.</summary>
    public MetricValue? Value { get; init; }
}

/// <summary>What a metric says about its value's bytes (section 6.4.7).</summary>
public sealed record MetaData
{
    public bool? IsMultiPart { get; init; }
    public string? ContentType { get; init; }
    public ulong? Size { get; init; }
    public ulong? Seq { get; init; }
    public string? FileName { get; init; }
    public string? FileType { get; init; }
    public string? Md5 { get; init; }
    public string? Description { get; init; }
}

/// <summary>Properties by key, in their order on the wire (section 6.4.8).</summary>
public sealed record PropertySet(IReadOnlyList<Property> Properties)
{
    /// <summary>The first property of this key, or null.</summary>
    public Property? Find(string key) => Properties.FirstOrDefault(property => property.Key == key);
}

/// <summary>One property; <paramref name="Value"/> is null when it is null or left out.</summary>
public sealed record Property(string Key, DataType? Type, MetricValue? Value, bool IsNull = false);

/// <summary>A table (section 6.4.12). Each row has one element per column.</summary>
public sealed record DataSet(IReadOnlyList<string> Columns, IReadOnlyList<DataType> Types, IReadOnlyList<IReadOnlyList<MetricValue?>> Rows);

/// <summary>A template definition or instance (section 6.4.14).</summary>
public sealed record Template
{
    public string? Version { get; init; }

    /// <summary>Name of the definition that this is an instance of; null in a definition.</summary>
    public string? Reference { get; init; }

    public bool? IsDefinition { get; init; }
    public IReadOnlyList<Metric> Metrics { get; init; } = [];
    public IReadOnlyList<TemplateParameter> Parameters { get; init; } = [];
}

public sealed record TemplateParameter(string? Name, DataType? Type, MetricValue? Value);
