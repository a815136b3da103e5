using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using SmartCity.Readings;

namespace CityHub.Silo.Twins;

/// <summary>
/// What one shard hands over to be made durable, taken between two messages: the rows and marks since the last cut; what may be answered once
/// these are in; and states of nodes that changed, exactly as they are after those rows.
/// </summary>
public sealed class Cut
{
    public TimelineRow[] Rows { get; private set; } = [];
    public int RowCount { get; private set; }
    public List<LedgerMark> Marks { get; } = [];

    /// <summary>Commands to nodes, encoded.</summary>
    public List<(NodeKey Node, byte[] Command)> Answers { get; } = [];

    /// <summary>Checkpoints.</summary>
    public List<NodeCheckpoint> States { get; } = [];

    /// <summary>Nodes of the present sweep that are still to be captured.</summary>
    public int SweepLeft { get; set; }

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
        Answers.Clear();
        States.Clear();
        (SweepLeft, EventsThrough, Arrived) = (0, 0, 0);
    }

    private void Grow()
    {
        var more = new TimelineRow[Math.Max(1024, Rows.Length * 2)];
        Rows.AsSpan(0, RowCount).CopyTo(more);
        Rows = more;
    }
}

/// <summary>What a shard is asked for beside its rows.</summary>
/// <param name="Answers">The answers that are due.</param>
/// <param name="NewSweep">Begin a sweep: every node that has changed by now is to be captured, in this cut or the next ones.</param>
/// <param name="StateBytes">Capture nodes of the sweep until so many bytes are reached; 0: none.</param>
public readonly record struct CutRequest(bool Answers, bool NewSweep, int StateBytes);
