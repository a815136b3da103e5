namespace SensorNode.Options;

/// <summary>One thing that is wrong with a node's configuration.</summary>
/// <param name="Source">The file, or the option or environment variable that overrides it.</param>
/// <param name="Line">The line in the file, from 1; null where there is none.</param>
/// <param name="Key">The key, with dots and indices as in <c>devices[2].interval</c>.</param>
/// <param name="Text">What is wrong, and what would be right.</param>
public sealed record NodeFileProblem(string Source, long? Line, string Key, string Text)
{
    public override string ToString() => $"{Source}{(Line is { } line ? $":{line}" : "")}: {(Key.Length > 0 ? $"{Key}: " : "")}{Text}";
}

/// <summary>What overrides a node's file: settings of whoever starts it. Null: the file's word stands.</summary>
/// <param name="Broker"><c>--broker HOST:PORT</c>.</param>
/// <param name="Outbox"><c>--outbox DIR</c>: this node's own outbox directory.</param>
/// <param name="Witness"><c>--witness DIR</c>: for simulated nodes; refused for real ones.</param>
/// <param name="Credentials"><c>--credentials FILE</c>: in place of the file's own; empty: none.</param>
/// <param name="Card"><c>--card FILE</c>: in place of the file's own; empty: none.</param>
public sealed record NodeFileOverrides(Setting? Broker = null, Setting? Outbox = null, Setting? Witness = null, Setting? Credentials = null, Setting? Card = null);

/// <summary>A setting from outside the file.</summary>
/// <param name="Source">Where it came from, for messages: <c>--broker</c> or <c>SENSORNODE_BROKER</c>.</param>
public sealed record Setting(string Source, string Value);
