using Scoring;

namespace SmartCity.Tests.Watch.EarlyWarning;

/// <summary>The scorer is itself under test: a benchmark's figure is worth what its scorer is.</summary>
public sealed class NabScorerTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    // 200 rows a minute apart; 30 of them probation. The window: rows 100 to 120, 21 of them.
    private static readonly NabSeries Series = Rows(200, (100, 120));

    [Theory]
    [InlineData(-1.0, 0.98661)]
    [InlineData(-0.5, 0.84828)]
    [InlineData(0.0, 0.0)]
    [InlineData(0.45, -0.8093)]
    [InlineData(1.0, -0.98661)]
    [InlineData(2.999, -0.999999)]
    [InlineData(3.0, -1.0)]
    public void The_scaled_sigmoid_has_the_published_values(double position, double worth) => Assert.Equal(worth, NabScorer.ScaledSigmoid(position), 4);

    /// <summary>Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", 2015: a detection before the window, two in it of which the first counts,
    /// one shortly after it and one far behind: -0.11·1 + 1 - 0.11·0.8093 - 0.11·1 = 0.6910 under the standard profile.</summary>
    [Fact]
    public void The_example_of_the_paper_scores_as_it_does_there()
    {
        var score = NabScorer.At(0.5, [(Series, Detections(50, 100, 110, 129, 190))], NabProfile.Standard);
        Assert.Equal(-0.11 + 1 - 0.11 * 0.8093 - 0.11, score.Raw, 4);
        Assert.Equal((1, 3), (score.Hits, score.FalseAlarms));
        Assert.Equal(100 * (score.Raw + 1) / 2, score.Normalised, 10);
    }

    [Fact]
    public void A_detector_that_speaks_once_at_the_start_of_each_window_scores_100_and_one_that_never_speaks_0_in_every_profile()
    {
        foreach (var profile in NabProfile.All)
        {
            (NabSeries, double[])[] perfect = [(Rows(200, (100, 120), (150, 160)), Detections(100, 150)), (Rows(200), Detections())];
            Assert.Equal(100, NabScorer.Best(perfect, profile).Normalised, 10);
            (NabSeries, double[])[] silent = [(Rows(200, (100, 120), (150, 160)), Detections())];
            Assert.Equal(0, NabScorer.At(0.5, silent, profile).Normalised, 10);
            Assert.Equal(0, NabScorer.Best([(Series, Enumerable.Repeat(0.5, 200).ToArray())], profile).Normalised, 10); // the benchmark's own null detector: the same everywhere
        }
    }

    [Theory]
    [InlineData("the last row of probation", 29, 0, 0)]
    [InlineData("the first row after it", 30, 0, 1)]
    [InlineData("the row before the window", 99, 0, 1)]
    [InlineData("the window's first row", 100, 1, 0)]
    [InlineData("the window's last row", 120, 1, 0)]
    [InlineData("the row after it", 121, 0, 1)]
    public void Edges_belong_where_the_benchmark_puts_them(string because, int row, int hits, int falseAlarms)
    {
        var score = NabScorer.At(0.5, [(Series, Detections(row))], NabProfile.Standard);
        Assert.True((hits, falseAlarms) == (score.Hits, score.FalseAlarms), because);
    }

    [Fact]
    public void The_last_row_of_a_window_is_still_worth_something_and_the_first_the_most()
    {
        var worths = NabScorer.Weigh(Series, Detections(), NabProfile.Standard, 0).Where(row => row.Window == 0).Select(row => row.Worth).ToArray();
        Assert.Equal(21, worths.Length);
        Assert.Equal(1, worths[0], 10);
        Assert.Equal(NabScorer.ScaledSigmoid(-1.0 / 21) / NabScorer.ScaledSigmoid(-1), worths[^1], 10);
        Assert.Equal(worths.OrderDescending(), worths);
    }

    [Fact]
    public void Probation_is_15_percent_rounded_down_and_at_most_750_rows()
    {
        Assert.Equal(([0, 1, 749, 750, 750]), new[] { 6, 7, 4999, 5000, 20_000 }.Select(NabSeries.Probation));
    }

    [Fact]
    public void The_threshold_is_the_best_of_the_corpus_and_not_of_each_file()
    {
        // In one file the anomaly scores 0.6 and nothing else does; in the other noise scores 0.7 twelve times: too dear to hear the 0.6 ... and 0.9 is the anomaly.
        var noisy = Detections();
        foreach (var row in Enumerable.Range(40, 20)) noisy[row] = 0.7;
        noisy[100] = 0.9;
        var quiet = Detections();
        quiet[100] = 0.6;
        var best = NabScorer.Best([(Series, noisy), (Series, quiet)], NabProfile.Standard);
        Assert.Equal((0.9, 1, 0), (best.Threshold, best.Hits, best.FalseAlarms));
        var cheap = NabScorer.Best([(Series, noisy), (Series, quiet)], NabProfile.Standard with { FalsePositive = 0.05 });
        Assert.Equal((0.6, 2, 20), (cheap.Threshold, cheap.Hits, cheap.FalseAlarms));
    }

    [Fact]
    public void No_threshold_scores_better_than_the_best() => Sample.Seeds((random, _) =>
    {
        var scores = Enumerable.Range(0, 200).Select(_ => Math.Round(random.NextDouble(), 1)).ToArray();
        (NabSeries, double[])[] corpus = [(Rows(200, (60, 80), (150, 170)), scores)];
        foreach (var profile in NabProfile.All)
        {
            var best = NabScorer.Best(corpus, profile);
            for (var threshold = 0.0; threshold < 1.2; threshold += 0.05) Assert.True(NabScorer.At(threshold, corpus, profile).Raw <= best.Raw + 1e-9);
            if (best.Threshold <= 1) Assert.Equal(best.Raw, NabScorer.At(best.Threshold, corpus, profile).Raw, 9);
        }
    });

    [Fact]
    public void A_window_whose_edge_is_no_row_is_refused_by_name()
    {
        var off = Series with { Windows = [(Start.AddSeconds(30), Start.AddMinutes(5))] };
        Assert.Contains("made up", Assert.Throws<ArgumentException>(() => NabScorer.Weigh(off, Detections(), NabProfile.Standard, 0)).Message, StringComparison.Ordinal);
    }

    private static NabSeries Rows(int count, params (int First, int Last)[] windows) =>
        new("made up", Enumerable.Range(0, count).Select(i => Start.AddMinutes(i)).ToArray(), new double[count], windows.Select(w => (Start.AddMinutes(w.First), Start.AddMinutes(w.Last))).ToArray());

    private static double[] Detections(params int[] rows)
    {
        var scores = new double[200];
        foreach (var row in rows) scores[row] = 1;
        return scores;
    }
}
