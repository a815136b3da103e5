namespace SmartCity.Readings;

/// <summary>A node on the wire: its ingest group (fixed for its life) and its own name.</summary>
public readonly record struct NodeKey(string Group, string Node)
{
    public override string ToString() => $"{Group}/{Node}";
}

/// <summary>A chip or counter as wired to a node.</summary>
public readonly record struct DeviceKey(NodeKey Node, string Device)
{
    public override string ToString() => $"{Node}/{Device}";
}

/// <summary>A place-bound sensor: what the city calls it, whichever node and device stand behind it today.</summary>
public readonly record struct SensorId(string Value)
{
    /// <summary>The id that a device gets when the city has not bound it to a sensor: its own address.</summary>
    public static SensorId Suggested(DeviceKey device) => new($"{device.Node.Group}.{device.Node.Node}.{device.Device}");

    /// <summary>A district as the subject of an episode. No sensor's id has a slash before a district's name.</summary>
    public static SensorId OfDistrict(string district) => new(DistrictMark + district);

    /// <summary>The district that this names as a subject; null: it is a sensor.</summary>
    public string? District => Value.StartsWith(DistrictMark, StringComparison.Ordinal) ? Value[DistrictMark.Length..] : null;

    /// <summary>Where the timeline keeps the repairs of a sensor's readings: beside them, never among them.</summary>
    public static SensorId OfRepairs(SensorId sensor) => new(RepairsMark + sensor.Value);

    /// <summary>The sensor whose repairs this names; null: it is a sensor itself.</summary>
    public SensorId? Repaired => Value.StartsWith(RepairsMark, StringComparison.Ordinal) ? new(Value[RepairsMark.Length..]) : null;

    private const string DistrictMark = "district/";
    private const string RepairsMark = "repairs/";

    public override string ToString() => Value;
}
