namespace Scoring;

/// <summary>A labelled series: rows in time order and the windows in which a detection counts.</summary>
/// <param name="Name">Folder and file, as <c>windows.json</c> names it.</param>
/// <param name="Windows">First and last stamp of each window, both rows of the series, in time order.</param>
public sealed record NabSeries(string Name, DateTime[] Stamps, double[] Values, IReadOnlyList<(DateTime First, DateTime Last)> Windows)
{
    /// <summary>Rows at the start in which detections do not count: 15 %, at most 750.</summary>
    public static int Probation(int rows) => (int)Math.Min(Math.Floor(0.15 * rows), 750);
}

/// <summary>One row as the benchmark weighs it: what a detection there is worth, and to which window it belongs (-1: none).</summary>
public readonly record struct NabRow(double Score, double Worth, int Window);

/// <summary>A corpus scored at one threshold.</summary>
/// <param name="Raw">Sum of worths over the corpus.</param>
/// <param name="Normalised">0 for a detector that never speaks, 100 for one that speaks once, at the start of each window.</param>
/// <param name="Hits">Windows with at least one detection.</param>
/// <param name="FalseAlarms">Rows outside of any window that were detected.</param>
public sealed record NabScore(double Threshold, double Raw, double Normalised, int Hits, int Windows, int FalseAlarms);
