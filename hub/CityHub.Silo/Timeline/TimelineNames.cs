using System.Collections.Concurrent;
using CityHub.Silo.Sqlite;
using SmartCity.Readings;

namespace CityHub.Silo.Timeline;

/// <summary>Numbers of series and nodes, from 1. Given in memory, written by the append that first uses them, in its transaction. Thread-safe.</summary>
internal sealed class TimelineNames
{
    private readonly ConcurrentDictionary<(SensorId, Quantity), int> _series = new();
    private readonly ConcurrentDictionary<NodeKey, int> _nodes = new();
    private readonly List<(SensorId Sensor, Quantity Quantity)> _seriesNames = [];
    private readonly List<NodeKey> _nodeNames = [];
    private readonly Lock _gate = new();
    private int _savedSeries, _savedNodes;

    public static TimelineNames Load(SqliteSession session)
    {
        var names = new TimelineNames();
        foreach (var (sensor, quantity) in session.List("select sensor, quantity from series order by number", r => (new SensorId(r.GetString(0)), (Quantity)r.GetByte(1))))
        {
            names.Series(sensor, quantity);
        }
        foreach (var node in session.List("select node_group, node from node order by number", r => new NodeKey(r.GetString(0), r.GetString(1)))) names.Node(node);
        names.Saved(names.Count);
        return names;
    }

    public int Series(SensorId sensor, Quantity quantity)
    {
        if (_series.TryGetValue((sensor, quantity), out var number)) return number;
        lock (_gate)
        {
            if (_series.TryGetValue((sensor, quantity), out number)) return number;
            _seriesNames.Add((sensor, quantity));
            return _series[(sensor, quantity)] = _seriesNames.Count;
        }
    }

    public int Node(NodeKey node)
    {
        if (_nodes.TryGetValue(node, out var number)) return number;
        lock (_gate)
        {
            if (_nodes.TryGetValue(node, out number)) return number;
            _nodeNames.Add(node);
            return _nodes[node] = _nodeNames.Count;
        }
    }

    /// <summary>The number of a series that exists, or null.</summary>
    public int? FindSeries(SensorId sensor, Quantity quantity) => _series.TryGetValue((sensor, quantity), out var number) ? number : null;

    /// <summary>The name behind a number; null for a number that was never given.</summary>
    public (SensorId Sensor, Quantity Quantity)? SeriesName(int series)
    {
        lock (_gate) return series >= 1 && series <= _seriesNames.Count ? _seriesNames[series - 1] : null;
    }

    public NodeKey? NodeName(int node)
    {
        lock (_gate) return node >= 1 && node <= _nodeNames.Count ? _nodeNames[node - 1] : null;
    }

    /// <summary>How many there are now.</summary>
    public (int Series, int Nodes) Count
    {
        get
        {
            lock (_gate) return (_seriesNames.Count, _nodeNames.Count);
        }
    }

    public bool HasUnsaved
    {
        get
        {
            lock (_gate) return _savedSeries < _seriesNames.Count || _savedNodes < _nodeNames.Count;
        }
    }

    /// <summary>Writes the names that are not in the file yet, up to a count taken before. Within the caller's transaction.</summary>
    public void Write(SqliteSession session, (int Series, int Nodes) through)
    {
        for (var number = _savedSeries + 1; number <= through.Series; number++)
        {
            var (sensor, quantity) = SeriesName(number)!.Value;
            session.Execute("insert into series (number, sensor, quantity) values ($1, $2, $3)", number, sensor.Value, (int)quantity);
        }
        for (var number = _savedNodes + 1; number <= through.Nodes; number++)
        {
            var node = NodeName(number)!.Value;
            session.Execute("insert into node (number, node_group, node) values ($1, $2, $3)", number, node.Group, node.Node);
        }
    }

    /// <summary>After the commit.</summary>
    public void Saved((int Series, int Nodes) through)
    {
        lock (_gate) (_savedSeries, _savedNodes) = through;
    }

    /// <summary>After a commit of unknown outcome: what the file really holds.</summary>
    public void Resync(SqliteSession session) => Saved(((int)(session.Number("select max(number) from series") ?? 0), (int)(session.Number("select max(number) from node") ?? 0)));
}
