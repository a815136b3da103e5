using System.Diagnostics;
using Rig;

namespace Bench;

/// <summary>The same stream into a hub on each engine, in turns: what a grain around a group costs, and how soon a city that is known is there again.</summary>
internal static class Engine
{
    private const int Devices = 10, Metrics = 4, RuleCount = 20;

    public static async Task<Table> Run(string folder, int sensors, double rate, int pairs, TimeSpan length)
    {
        var table = new Table($"engine: {sensors:#,0} sensors, {Metrics} quantities a message, {rate:#,0} messages/s, {RuleCount} rules, {pairs} pairs of {length.TotalSeconds:0} s",
            "", "readings/s", "CPU us/reading", "alert p50 ms", "alert p99 ms", "peak MB", "KB/sensor", "B written/reading", "again s");
        var runs = new Dictionary<string, List<EngineRun>> { ["Local"] = [], ["Orleans"] = [] };
        for (var pair = 0; pair < pairs; pair++)
        {
            foreach (var (engine, list) in runs) list.Add(await One(Path.Combine(folder, $"{engine}-{pair}"), engine, sensors, rate, length));
        }
        foreach (var (engine, list) in runs)
        {
            double Median(Func<EngineRun, double> of) => Percentiles.Median(list.Select(of));
            table.Row(engine + (list.TrueForAll(run => run.Held) ? "" : " (not all held)"), Median(run => run.ReadingsPerSecond), Median(run => run.MicrosecondsPerReading), Median(run => run.AlertMedian), Median(run => run.AlertWorst),
                Median(run => run.PeakMegabytes), Median(run => run.KilobytesPerSensor), Median(run => run.WrittenPerReading), Median(run => run.AgainSeconds));
        }
        table.Ask("Orleans to Local, CPU a reading", Percentiles.Median(runs["Orleans"].Zip(runs["Local"], (o, l) => o.MicrosecondsPerReading / l.MicrosecondsPerReading)), "", "at most", 1.25);
        return table;
    }

    private static async Task<EngineRun> One(string folder, string engine, int sensors, double rate, TimeSpan length)
    {
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), RuleCount), $"--Engine:Kind={engine}", $"--Engine:SiloPort={Ports.Free()}");
        var empty = hub.Process.Figures();
        using var city = await LoadCity.Open(broker.Port, sensors / Devices, Devices, Metrics);
        var alerts = new AlertClock(city, Devices);
        await using var sink = await WebhookSink.Start((headers, body) => Volatile.Read(ref alerts).Received(headers, body));
        await hub.Subscribe("operations", sink.Port, "episode.raised");
        await city.Birth();
        await city.Run(Math.Min(rate, 10_000), TimeSpan.FromSeconds(15), answered: true, hotShare: 0.001, TimeSpan.FromSeconds(10)); // compiled, and every sensor heard
        await Until.True(() => alerts.Outstanding == 0, "the warm-up's alerts are delivered", TimeSpan.FromSeconds(30));
        Volatile.Write(ref alerts, new(city, Devices));
        var (before, wroteBefore) = (hub.Process.Figures(), NodeFigures.Written(hub.Process));
        var result = await city.Run(rate, length, answered: true, hotShare: 0.001, TimeSpan.FromSeconds(3));
        var (after, wroteAfter) = (hub.Process.Figures(), NodeFigures.Written(hub.Process));
        await Until.True(() => alerts.Outstanding == 0, "every alert is delivered", TimeSpan.FromSeconds(30));
        var memory = (after.AnonymousBytes - empty.AnonymousBytes) / 1e3 / sensors;
        if (!await hub.Process.Stop()) throw new InvalidOperationException("the hub did not stop when asked");
        var start = Stopwatch.GetTimestamp();
        await hub.Up();
        var again = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var readings = Math.Max(1, result.Taken * Metrics);
        return new(result.Settled && result.Dropped == 0 && result.Resent == 0, readings / length.TotalSeconds, (after.Cpu - before.Cpu).TotalMicroseconds / readings, alerts.Latency.At(0.5), alerts.Latency.At(0.99),
            after.PeakBytes / 1e6, memory, (wroteAfter - wroteBefore) / readings, again);
    }

    /// <param name="AgainSeconds">From the start of a hub that knows all sensors until it takes readings.</param>
    private sealed record EngineRun(bool Held, double ReadingsPerSecond, double MicrosecondsPerReading, double AlertMedian, double AlertWorst, double PeakMegabytes, double KilobytesPerSensor, double WrittenPerReading, double AgainSeconds);
}
