using CityHub.Silo.Timeline;
using SmartCity.Readings;

namespace CityHub.Silo.Twins;

/// <summary>
/// What one shard hands over to be made durable, taken between two messages: the rows and marks since the last cut, and, when it was asked to
/// capture, the state of every node that changed, as it is exactly after those rows.
/// </summary>
public sealed class Cut
{
    public TimelineRow[] Rows { get; private set; } = [];
    public int RowCount { get; private set; }
    public List<LedgerMark> Marks { get; } = [];
    public List<CapturedNode> Nodes { get; } = [];

    /// <summary>Whether <see cref="Nodes"/> was filled.</summary>
    public bool Captured { get; set; }

    /// <summary>Number of the last episode event that the shard had raised.</summary>
    public long EventsThrough { get; set; }

    /// <summary>When the oldest message in it arrived (wall clock timestamp); 0: none.</summary>
    public long Arrived { get; set; }

    /// <summary>The city's time at the cut.</summary>
    public Instant CityTime { get; set; }

    public void Add(in TimelineRow row)
    {
        if (RowCount == Rows.Length) Grow();
        Rows[RowCount++] = row;
    }

    /// <summary>Empties it for its next use; a buffer that one burst made large is not kept.</summary>
    public void Clear()
    {
        if (Rows.Length > 1 << 18) Rows = [];
        RowCount = 0;
        Marks.Clear();
        Nodes.Clear();
        (Captured, EventsThrough, Arrived) = (false, 0, 0);
    }

    private void Grow()
    {
        var more = new TimelineRow[Math.Max(1024, Rows.Length * 2)];
        Rows.AsSpan(0, RowCount).CopyTo(more);
        Rows = more;
    }
}

/// <summary>A node's checkpoint, and what may be answered to it once the checkpoint is committed.</summary>
/// <param name="State">Bytes of its twin; null: only an answer is due, nothing changed.</param>
/// <param name="Answer">The whole command, encoded; null: nothing to answer.</param>
public sealed record CapturedNode(NodeKey Node, byte[]? State, byte[]? Answer);
