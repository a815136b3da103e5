using CityHub.Contracts;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace CityHub.Silo.Telemetry;

/// <summary>
/// The nodes that the city has enrolled (<see cref="HubOptions.EnrolledFile"/>), so that one that cannot speak is seen at all: a broker does not tell
/// an MQTT 3.1.1 client that its words are refused. A line a node: group, node, site, district and the instant, with tabs between. Read again
/// whenever the file has changed. Thread-safe.
/// </summary>
public sealed partial class EnrolledNodes(string? file, ILogger<EnrolledNodes> log)
{
    /// <summary>Lines that are read; a city's broker has an end too.</summary>
    public const int Most = 100_000;

    private readonly Lock _gate = new();
    private IReadOnlyDictionary<NodeKey, Instant> _nodes = new Dictionary<NodeKey, Instant>();
    private DateTime _readAt;
    private string? _trouble;

    /// <summary>The views of nodes that were heard, and after them those that are enrolled and were not.</summary>
    public IReadOnlyList<NodeView> With(IReadOnlyList<NodeView> heard)
    {
        var enrolled = Look();
        if (enrolled.Count == 0) return heard;
        var known = heard.Select(view => view.Key).ToHashSet();
        var all = new List<NodeView>(heard);
        foreach (var (node, since) in enrolled.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal))
        {
            if (!known.Contains(node)) all.Add(new(node, Presence.Silent, since, null, 0, 0, null, Unledgered: false, []));
        }
        return all;
    }

    private IReadOnlyDictionary<NodeKey, Instant> Look()
    {
        if (file is null) return _nodes;
        lock (_gate)
        {
            try
            {
                var changed = File.GetLastWriteTimeUtc(file);
                if (changed == _readAt) return _nodes;
                _nodes = Parse(File.ReadLines(file).Take(Most));
                (_readAt, _trouble) = (changed, null);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                if (_trouble != fault.GetType().Name) Unreadable(fault.GetType().Name, _nodes.Count);
                _trouble = fault.GetType().Name;
            }
            return _nodes;
        }
    }

    internal static IReadOnlyDictionary<NodeKey, Instant> Parse(IEnumerable<string> lines)
    {
        var nodes = new Dictionary<NodeKey, Instant>();
        foreach (var line in lines)
        {
            var parts = line.Split('\t');
            if (parts.Length < 5 || parts[0].Length == 0 || parts[1].Length == 0) continue;
            if (!DateTimeOffset.TryParse(parts[4], System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var since)) continue;
            nodes[new(parts[0], parts[1])] = Instant.From(since);
        }
        return nodes;
    }

    [LoggerMessage(LogLevel.Warning, "The list of enrolled nodes cannot be read ({Cause}); {Nodes} nodes stay known from before")]
    private partial void Unreadable(string cause, int nodes);
}
