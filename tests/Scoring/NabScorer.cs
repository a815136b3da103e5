namespace Scoring;

/// <summary>
/// The Numenta Anomaly Benchmark's published scoring. A detection in a window is worth more the earlier it stands there, by a scaled sigmoid from the
/// window's first row to its last, and only the earliest counts; each detected row outside costs, less so shortly after a window; a window without
/// a detection costs. One threshold, the best, serves the whole corpus of a profile.
/// </summary>
public static class NabScorer
{
    /// <summary>Worth by relative position: -1 at the left edge of a window (0.9866), 0 at its right edge (0), 1 a window's width past it (-0.9866), from 3 on -1.</summary>
    public static double ScaledSigmoid(double position) => position >= 3 ? -1 : 2 / (1 + Math.Exp(5 * position)) - 1;

    /// <summary>Weighs the rows of a series that count: those after the probationary period.</summary>
    /// <param name="scores">One per row, 0 to 1.</param>
    /// <param name="firstWindow">Number of the series' first window in the corpus.</param>
    /// <exception cref="ArgumentException">A window's edge is no row of the series, or there is not one score per row.</exception>
    public static List<NabRow> Weigh(NabSeries series, IReadOnlyList<double> scores, NabProfile profile, int firstWindow)
    {
        if (scores.Count != series.Stamps.Length) throw new ArgumentException($"{series.Name}: {scores.Count} scores for {series.Stamps.Length} rows.", nameof(scores));
        var edges = series.Windows.Select(w => (First: RowOf(series, w.First), Last: RowOf(series, w.Last))).ToArray();
        var rows = new List<NabRow>(scores.Count);
        var next = 0;
        for (var i = 0; i < scores.Count; i++)
        {
            while (next < edges.Length && i > edges[next].Last) next++;
            var inside = next < edges.Length && i >= edges[next].First;
            if (i < NabSeries.Probation(scores.Count)) continue;
            var worth = inside
                ? ScaledSigmoid(-(edges[next].Last - i + 1) / Width(edges[next])) * profile.TruePositive / ScaledSigmoid(-1)
                : ScaledSigmoid(next == 0 ? 3 : (i - edges[next - 1].Last) / (Width(edges[next - 1]) - 1)) * profile.FalsePositive;
            rows.Add(new(scores[i], worth, inside ? firstWindow + next : -1));
        }
        return rows;

        static double Width((int First, int Last) window) => window.Last - window.First + 1;
    }

    /// <summary>The best threshold's score of a detector over a corpus. What is at or over the threshold is a detection; none at all is a candidate too.</summary>
    public static NabScore Best(IReadOnlyList<(NabSeries Series, double[] Scores)> corpus, NabProfile profile)
    {
        var (rows, windows) = Rows(corpus, profile);
        NabScore best = Score(double.PositiveInfinity, -profile.FalseNegative * windows, 0, 0, windows, profile);
        Sweep(rows, windows, profile, score => best = score.Raw > best.Raw ? score : best);
        return best;
    }

    /// <summary>The score at a given threshold.</summary>
    public static NabScore At(double threshold, IReadOnlyList<(NabSeries Series, double[] Scores)> corpus, NabProfile profile)
    {
        var (rows, windows) = Rows(corpus, profile);
        var at = Score(threshold, -profile.FalseNegative * windows, 0, 0, windows, profile);
        Sweep(rows, windows, profile, score => at = score.Threshold >= threshold ? score with { Threshold = threshold } : at);
        return at;
    }

    private static (NabRow[] Rows, int Windows) Rows(IReadOnlyList<(NabSeries Series, double[] Scores)> corpus, NabProfile profile)
    {
        var rows = new List<NabRow>();
        var windows = 0;
        foreach (var (series, scores) in corpus)
        {
            rows.AddRange(Weigh(series, scores, profile, windows));
            windows += series.Windows.Count;
        }
        return (rows.OrderByDescending(r => r.Score).ToArray(), windows);
    }

    // From the highest score down; rows of equal score become detections together.
    private static void Sweep(NabRow[] rows, int windows, NabProfile profile, Action<NabScore> seen)
    {
        var worths = new double[windows];
        Array.Fill(worths, -profile.FalseNegative);
        var (raw, hits, falseAlarms) = (-profile.FalseNegative * windows, 0, 0);
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            if (row.Window < 0)
            {
                raw += row.Worth;
                falseAlarms++;
            }
            else if (row.Worth > worths[row.Window])
            {
                if (worths[row.Window] == -profile.FalseNegative) hits++;
                raw += row.Worth - worths[row.Window];
                worths[row.Window] = row.Worth;
            }
            if (i + 1 == rows.Length || rows[i + 1].Score != row.Score) seen(Score(row.Score, raw, hits, falseAlarms, windows, profile));
        }
    }

    private static NabScore Score(double threshold, double raw, int hits, int falseAlarms, int windows, NabProfile profile)
    {
        var (nothing, perfect) = (-profile.FalseNegative * windows, profile.TruePositive * windows);
        return new(threshold, raw, windows == 0 ? double.NaN : 100 * (raw - nothing) / (perfect - nothing), hits, windows, falseAlarms);
    }

    private static int RowOf(NabSeries series, DateTime stamp)
    {
        var row = Array.IndexOf(series.Stamps, stamp);
        return row >= 0 ? row : throw new ArgumentException($"{series.Name}: the window's edge {stamp:yyyy-MM-dd HH:mm:ss} is no row of it.", nameof(series));
    }
}
