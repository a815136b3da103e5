using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SensorNode.Options;

/// <summary>What a command asks of a node from afar.</summary>
/// <param name="By">Who asks, for the node's log.</param>
/// <param name="Devices">New terms by device, with the text that they were read from: they take the place of what the node's file says of interval, calibration and report.</param>
/// <param name="Id">Which command it is: the answer begins with it, and one that was taken is not done again. Null: it has none.</param>
/// <param name="SelfTest">Say of each device whether it can be read.</param>
/// <param name="Reboot">End, to be started anew.</param>
public sealed record TermsCommand(string By, IReadOnlyDictionary<string, (DeviceTuning Tuning, string Text)> Devices, bool SelfTest, bool Reboot, string? Id = null);

/// <summary>
/// Reads terms that come by a command or from the disk: YAML as in the node file, checked in the same way, every problem at once. Known keys only.
/// <code>{ by: anna, devices: { climate: { interval: 5s, report: { heartbeat: 1m } } }, self-test: true }</code>
/// </summary>
public static class TermsReader
{
    /// <summary>The longest text.</summary>
    public const int MostCharacters = 16 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The command; null exactly when there are problems.</summary>
    public static (TermsCommand? Command, IReadOnlyList<string> Problems) Read(string text, NodeFile file) => Read(text, file, out _);

    /// <param name="id">Which command it is, also where there are problems; null: it has none, or none that could be read.</param>
    public static (TermsCommand? Command, IReadOnlyList<string> Problems) Read(string text, NodeFile file, out string? id)
    {
        id = null;
        if (text.Length > MostCharacters) return (null, [$"is over {MostCharacters} characters."]);
        YamlMappingNode root;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is not [{ RootNode: YamlMappingNode mapping }]) return (null, ["must be one mapping of keys and values."]);
            root = mapping;
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException) // the parser throws the others on broken text
        {
            return (null, [$"is not YAML: {e.Message.ReplaceLineEndings(" ")}"]);
        }
        var problems = new List<NodeFileProblem>();
        var section = new YamlSection(root, "", 1, "terms", problems);
        var by = section.Name("by");
        var before = problems.Count;
        var named = section.Has("id") ? section.Name("id") : null;
        id = problems.Count == before ? named : null;
        var devices = new Dictionary<string, (DeviceTuning, string)>(StringComparer.Ordinal);
        var chosen = section.Section("devices");
        foreach (var device in file.Devices.Where(device => chosen.Has(device.Name)))
        {
            var terms = chosen.Section(device.Name);
            TimeSpan? interval = terms.Has("interval") ? terms.Duration("interval", device.ShortestInterval, Longest) : null;
            var tuning = TuningReader.Tuning(terms, interval is { } asked ? device with { Interval = asked } : device);
            terms.RefuseUnknown();
            var tuned = device with { Tuning = tuning };
            TuningReader.CheckSources(terms, tuned, file.Devices);
            // What is not said stays as the node's file has it.
            var over = new DeviceTuning(interval, terms.Has("calibrate") ? tuning.Calibrations : device.Tuning.Calibrations, terms.Has("report") ? tuning.Report : device.Tuning.Report);
            devices[device.Name] = (over, Flow(chosen.Child(device.Name)));
        }
        chosen.RefuseUnknown();
        var selfTest = section.Has("self-test");
        if (selfTest) section.True("self-test");
        var reboot = section.Has("reboot");
        if (reboot) section.True("reboot");
        if (reboot && !file.MayReboot) section.Problem("reboot", "this node's file does not allow it (remote.reboot).");
        section.RefuseUnknown();
        return problems.Count == 0 ? (new(by, devices, selfTest, reboot, id), []) : (null, [.. problems.Select(problem => $"{problem.Key}: {problem.Text}")]);
    }

    /// <summary>A node of YAML on one line. Only what a reader of ours has taken: mappings, and values without anything to escape but quotes.</summary>
    private static string Flow(YamlNode? node) => node switch
    {
        YamlMappingNode mapping => $"{{ {string.Join(", ", mapping.Children.Select(pair => $"{Flow(pair.Key)}: {Flow(pair.Value)}"))} }}",
        YamlScalarNode { Value: { } value } => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && value.Length > 0 ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        _ => "{}",
    };
}
