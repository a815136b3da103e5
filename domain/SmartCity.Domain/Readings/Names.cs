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

    public override string ToString() => Value;
}
