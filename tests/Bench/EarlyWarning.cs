using System.Globalization;
using Scoring;
using SmartCity.Watch.EarlyWarning;

namespace Bench;

/// <summary>
/// Early warning on labelled and on real series: anomalies by the Numenta Anomaly Benchmark's scoring, forecasts of hourly air quality next to two baselines.
/// One detector and one setting for all files; everything is learnt as it goes, from the first row of each file.
/// </summary>
internal static class EarlyWarning
{
    private static readonly (string Quantity, double[] Asked)[] Asked = [("NO2", [0.92, 0.80, 0.80]), ("PM10_TEOM", [1.00, 0.95, 0.92]), ("TEMP", [0.90, 0.80, 0.75])];

    /// <param name="data">A folder with <c>nab/</c> (windows.json and series) and <c>saxony-air/</c> (station files), or one of them in itself.</param>
    /// <returns>Null when there is nothing to score; it has been said what is missing.</returns>
    public static Table? Run(string data)
    {
        var nab = Directory.Exists(Path.Combine(data, "nab")) ? Path.Combine(data, "nab") : data;
        var air = Directory.Exists(Path.Combine(data, "saxony-air")) ? Path.Combine(data, "saxony-air") : data;
        var hasNab = File.Exists(Path.Combine(nab, "windows.json"));
        var hasAir = Directory.Exists(air) && Directory.GetDirectories(air, "20??-??").Length > 0;
        if (!hasNab) Console.Error.WriteLine($"No anomalies scored: there is no windows.json in {nab} (the Numenta Anomaly Benchmark's layout).");
        if (!hasAir) Console.Error.WriteLine($"No forecasts scored: there are no station files in {air} (yyyy-MM/Station.csv).");
        if (!hasNab && !hasAir) return null;
        var table = new Table("Early warning: one detector, one setting, learning as it goes", "what", "score", "hits", "false alarms", "band, %", "band, width", "MAE", "persistence", "24 h before");
        if (hasNab) Anomalies(nab, table);
        if (hasAir) Forecasts(air, table);
        return table;
    }

    private static void Anomalies(string folder, Table table)
    {
        var corpus = NabFolder.Read(folder);
        foreach (var series in corpus) Detect(series); // compiled
        var before = Cpu();
        var scored = corpus.Select(series => (Series: series, Scores: Detect(series))).ToList();
        var micros = (Cpu() - before).TotalMicroseconds / corpus.Sum(s => s.Values.Length);
        foreach (var profile in NabProfile.All)
        {
            var best = NabScorer.Best(scored, profile);
            Row($"anomalies, {profile.Name}, threshold {best.Threshold.ToString("0.000", CultureInfo.InvariantCulture)}", best);
            if (profile == NabProfile.Standard) table.Ask("anomalies, standard profile", best.Normalised, "of 100", "at least", 60);
        }
        // The threshold is the benchmark's only degree of freedom: chosen on the others, how does each folder fare?
        var folders = scored.GroupBy(s => s.Series.Name.Split('/')[0]).ToList();
        var leftOut = folders.Select(f => NabScorer.At(NabScorer.Best(scored.Except(f).ToList(), NabProfile.Standard).Threshold, f.ToList(), NabProfile.Standard)).ToList();
        var windows = leftOut.Sum(s => s.Windows);
        Row("… each folder at the threshold that is best for the others", new(double.NaN, leftOut.Sum(s => s.Raw), 100 * (leftOut.Sum(s => s.Raw) + windows) / (2.0 * windows), leftOut.Sum(s => s.Hits), windows, leftOut.Sum(s => s.FalseAlarms)));
        foreach (var family in folders) Row($"… {family.Key}", NabScorer.At(NabScorer.Best(scored, NabProfile.Standard).Threshold, family.ToList(), NabProfile.Standard));
        table.Ask("CPU a reading, anomaly", micros, "µs", "at most", 2);

        void Row(string what, NabScore score) => table.Row(what, score.Normalised, $"{score.Hits}/{score.Windows}", score.FalseAlarms, "", "", "", "", "");
    }

    private static double[] Detect(NabSeries series)
    {
        var channel = new AnomalyWatch();
        return series.Values.Select((value, row) => channel.Observe(Unix(series.Stamps[row]), value).News).ToArray();
    }

    private static void Forecasts(string folder, Table table)
    {
        var all = StationSeries.Read(folder, Asked.Select(a => a.Quantity).ToArray());
        StationForecasts.Learn(all); // compiled
        var before = Cpu();
        StationForecasts.Learn(all);
        var micros = (Cpu() - before).TotalMicroseconds / all.Sum(s => s.Values.Length);
        foreach (var (quantity, asked) in Asked)
        {
            var scores = StationForecasts.Score(all.Where(s => s.Quantity == quantity), new DateTime(2018, 11, 1));
            for (var i = 0; i < scores.Length; i++)
            {
                var s = scores[i];
                if (s.Count == 0) continue;
                table.Row($"forecast, {quantity}, {StationForecasts.Horizons[i]} h", s.Ratio, "", "", s.Coverage, s.Width, s.Forecast, s.Persistence, s.DayBefore);
                table.Ask($"{quantity} {StationForecasts.Horizons[i]} h, MAE by the better baseline's", s.Ratio, "", "at most", asked[i]);
                table.Ask($"{quantity} {StationForecasts.Horizons[i]} h, values in the 80 % band", s.Coverage, "%", "at least", 75);
                table.Ask($"{quantity} {StationForecasts.Horizons[i]} h, values in the 80 % band", s.Coverage, "%", "at most", 85);
            }
        }
        table.Ask("CPU a reading, forecast of three horizons", micros, "µs", "at most", 2);
    }

    private static long Unix(DateTime stamp) => (long)(stamp - DateTime.UnixEpoch).TotalMilliseconds;

    private static TimeSpan Cpu() => System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime;
}
