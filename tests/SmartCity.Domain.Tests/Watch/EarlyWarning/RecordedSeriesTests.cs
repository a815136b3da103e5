using Scoring;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Tests.Watch.EarlyWarning;

/// <summary>Labelled series of others, when they are beside the project; <c>./city bench early-warning</c> prints the same and more.</summary>
public sealed class RecordedSeriesTests
{
    [Fact]
    public void On_the_labelled_series_beside_the_project_it_scores_as_its_documentation_says()
    {
        if (Beside("nab") is not { } folder) return;
        var scored = NabFolder.Read(folder).Select(series => (series, Scores(series))).ToList();
        Assert.True(NabScorer.Best(scored, NabProfile.Standard).Normalised >= 70);
        var due = NabScorer.At(0.5, scored, NabProfile.Standard); // where a warning is due, without any choice
        Assert.True(due.Normalised >= 70, $"{due}");

        static double[] Scores(NabSeries series)
        {
            var watch = new AnomalyWatch();
            return series.Values.Select((value, i) => watch.Observe((long)(series.Stamps[i] - DateTime.UnixEpoch).TotalMilliseconds, value).News).ToArray();
        }
    }

    [Theory]
    [InlineData("NO2", 3.87, 8.01, 11.48, 10.2, 0.92, 0.80, 0.80)]
    [InlineData("PM10_TEOM", 2.46, 4.62, 6.31, 8.96, 1.00, 0.95, 0.92)]
    [InlineData("TEMP", 0.40, 1.00, 1.62, 2.09, 0.90, 0.80, 0.75)]
    public void On_the_recorded_stations_beside_the_project_it_beats_the_better_baseline(string quantity, double one, double three, double six, double dayBefore, double asked1, double asked3, double asked6)
    {
        if (Beside("saxony-air") is not { } folder) return;
        var scores = StationForecasts.Score(StationSeries.Read(folder, [quantity]), new DateTime(2018, 11, 1));
        foreach (var (score, persistence, asked) in scores.Zip([one, three, six], [asked1, asked3, asked6]))
        {
            Assert.Equal(persistence, score.Persistence, 0.006); // the published figures, from the same rows
            Assert.Equal(dayBefore, score.DayBefore, 0.03);
            Assert.True(score.Ratio <= asked, $"{quantity}: {score.Ratio}");
            Assert.InRange(score.Coverage, 75, 85);
        }
    }

    private static string? Beside(string data)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "SmartCity.sln"))) root = Path.GetDirectoryName(root)!;
        var folder = Path.GetFullPath(Path.Combine(root, "..", "shared", "data", data));
        if (Directory.Exists(folder)) return folder;
        Console.WriteLine($"city: the recorded series of {data} are not beside the project; early warning's test on them was left out");
        return null;
    }
}
