using System.Globalization;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace Faults;

/// <summary>
/// A hub's timeline writes to an InfluxDB under load while InfluxDB and the writing process are killed (-9) at random, and a proxy between them answers 400, 413, 429 and 503, hangs,
/// and loses answers. Then every reading that was ever offered must be in InfluxDB exactly once, to the bit, and the windows must be those that are recomputed from what is there.
/// The witness is arithmetic: reading n of a sensor is a function of n.
/// </summary>
internal static class StoreRun
{
    private const int Sensors = 20, RoundsPerBlock = 10;
    private static readonly Instant Start = new(1_795_392_000_000);

    /// <summary>Three rounds in a hundred fail, five are doubtful; a sensor's last reading of every 50 comes an hour late.</summary>
    private static Reading Of(int sensor, int round)
    {
        var (dice, at) = ((round * 31 + sensor * 17) % 100, Start + TimeSpan.FromSeconds(round) + TimeSpan.FromMilliseconds(sensor) - (round % 50 == 49 ? TimeSpan.FromSeconds(3600.5) : TimeSpan.Zero));
        return dice < 3 ? Reading.Failed(Quantity.AirTemperature, at, ReadingOrder.Of(1, (ulong)round), ReadFault.TimedOut)
            : Reading.Measured(Quantity.AirTemperature, at, ReadingOrder.Of(1, (ulong)round), Math.Round(20 + Math.Sin(round / 60.0 + sensor) * 5, 2), quality: dice < 8 ? Quality.Suspect : Quality.Good);
    }

    private static SensorId Name(int sensor) => new(string.Create(CultureInfo.InvariantCulture, $"city.n{sensor / 5}.s{sensor}"));

    private static InfluxTimeline Open(string folder, Uri url) => new(new() { Folder = folder, KeepRaw = TimeSpan.Zero, KeepMinutes = TimeSpan.Zero },
        new() { Url = url, BatchLines = 1000, BatchAge = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(2), RetryLimit = TimeSpan.FromMilliseconds(500), RollUpEvery = TimeSpan.FromSeconds(1) },
        sensor => new("old-town", "city/" + sensor.Value.Split('.')[1], sensor.Value, ""), () => Start + TimeSpan.FromDays(1), TimeProvider.System, NullLogger<InfluxTimeline>.Instance);

    /// <summary>The writing process: appends blocks, says before each which one it is and after it how far the store is. Ends when a file named "stop" is there and all of it is stored.</summary>
    public static async Task<int> Write(string folder, Uri url)
    {
        using var timeline = Open(Path.Combine(folder, "timeline"), url);
        using var ending = new CancellationTokenSource();
        var running = Task.Run(() => timeline.Run(ending.Token));
        await using var offered = new StreamWriter(new FileStream(Path.Combine(folder, "offered"), FileMode.Append)) { AutoFlush = true };
        var series = Enumerable.Range(0, Sensors).Select(sensor => timeline.Series(Name(sensor), Quantity.AirTemperature)).ToArray();
        // What was offered last may or may not have been appended before we were killed: again, as a node would.
        for (var block = LastOffered(folder); !File.Exists(Path.Combine(folder, "stop")); block++)
        {
            await offered.WriteLineAsync(block.ToString(CultureInfo.InvariantCulture));
            var rows = new List<TimelineRow>();
            for (var round = block * RoundsPerBlock; round < (block + 1) * RoundsPerBlock; round++)
            {
                for (var sensor = 0; sensor < Sensors; sensor++) rows.Add(new(series[sensor], Of(sensor, round)));
            }
            long number;
            while (timeline.Append(rows.ToArray(), [], out number) != TimelineVerdict.Stored) await Task.Delay(50);
            timeline.CheckpointedThrough(number);
            await Task.Delay(20);
        }
        var last = timeline.BlocksAfter(0).Select(kept => kept.Number).DefaultIfEmpty(0).Last();
        await Until.True(() => timeline.StoredThrough >= last, "all of it is stored", TimeSpan.FromMinutes(3));
        while (!await timeline.RollUp(Instant.Max, CancellationToken.None)) await Task.Delay(200);
        await ending.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return timeline.Refused(null, 1).Lines is [var line] ? Complain($"a line was set aside: {line}") : 0;
    }

    public static async Task<int> Run(string folder, TimeSpan length, int seed)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(seed);
        await using var server = await InfluxServer.Start(Path.Combine(folder, "influxdb"));
        await using var proxy = await MoodyProxy.Start(() => server.Address);
        var moods = new Random(seed + 1);
        proxy.Mood = path =>
        {
            if (!path.EndsWith("/write", StringComparison.Ordinal)) return Mood.Pass;
            lock (moods)
            {
                return moods.Next(100) switch { < 7 => Mood.Bad, < 14 => Mood.TooLarge, < 17 => Mood.Busy, < 24 => Mood.Away, < 27 => Mood.Hang, < 37 => Mood.LoseAnswer, _ => Mood.Pass };
            }
        };
        var (writerKills, serverKills) = (0, 0);
        var writer = Writer(folder, proxy.Address);
        var end = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(end) < length)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 3000)));
            if (writer.HasExited) throw new InvalidOperationException("the writer ended:\n" + writer.Tail());
            if (random.Next(2) == 0)
            {
                await server.Kill();
                serverKills++;
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100, 1500)));
                await server.Up();
            }
            else
            {
                await writer.Kill();
                writerKills++;
                await writer.DisposeAsync();
                writer = Writer(folder, proxy.Address);
            }
        }
        Console.WriteLine("everything runs again; waiting until all of it is stored …");
        proxy.Mood = _ => Mood.Pass;
        await File.WriteAllTextAsync(Path.Combine(folder, "stop"), "");
        var ended = await writer.End(TimeSpan.FromMinutes(5));
        if (ended != 0) Console.WriteLine(writer.Tail());
        await writer.DisposeAsync();
        Console.WriteLine($"kills: {writerKills} of the writer, {serverKills} of InfluxDB; answers of the proxy: {string.Join(", ", Enum.GetValues<Mood>().Select(mood => $"{proxy.Count(mood)} {mood}"))}");
        var idle = Enum.GetValues<Mood>().Where(mood => proxy.Count(mood) == 0).Select(mood => mood.ToString()).Concat(writerKills == 0 ? ["kill of the writer"] : []).Concat(serverKills == 0 ? ["kill of InfluxDB"] : []).ToArray();
        var wrong = await Wrong(server, folder);
        foreach (var line in wrong.Take(20)) Console.WriteLine("WRONG  " + line);
        if (idle.Length > 0) Console.WriteLine($"this run proves nothing: no {string.Join(", no ", idle)}");
        if (wrong.Count == 0) Console.WriteLine("every reading is there exactly once, and every window is what the readings say");
        return wrong.Count == 0 && idle.Length == 0 && ended == 0 ? 0 : 1;
    }

    private static Child Writer(string folder, Uri url) => Child.Start(Path.Combine(folder, "writer.log"), "dotnet", typeof(StoreRun).Assembly.Location, "store-writer", folder, url.ToString());

    private static int LastOffered(string folder)
    {
        var file = Path.Combine(folder, "offered");
        return File.Exists(file) && File.ReadLines(file).LastOrDefault(line => line.Length > 0) is { } last ? int.Parse(last, CultureInfo.InvariantCulture) : 0;
    }

    private static async Task<List<string>> Wrong(InfluxServer server, string folder)
    {
        var wrong = new List<string>();
        var rounds = (LastOffered(folder) + 1) * RoundsPerBlock;
        for (var sensor = 0; sensor < Sensors; sensor++)
        {
            var expected = Enumerable.Range(0, rounds).Select(round => PackedReading.Of(Of(sensor, round))).Order().ToList();
            var rows = await server.Rows($"SELECT value, quality, \"order\", fault FROM air_temperature WHERE sensor = '{Name(sensor).Value}'", "city_raw");
            var found = rows.Select(row => (row.Columns["time"].GetInt64(), row.Columns["order"].GetInt64())).ToList();
            if (!found.SequenceEqual(expected.Select(reading => (TimelineSchema.Nanoseconds(reading), (long)reading.Order.Packed)))) wrong.Add($"{Name(sensor)}: {found.Count} rows in the place of {expected.Count}");
            foreach (var (row, reading) in rows.Zip(expected))
            {
                var value = row.Columns["value"].ValueKind == System.Text.Json.JsonValueKind.Null ? 0 : row.Columns["value"].GetDouble();
                if (value != reading.Value || row.Columns["quality"].GetInt64() != (long)reading.Flags.Quality) wrong.Add($"{Name(sensor)} at {reading.At}: {value} in the place of {reading.Value}");
            }
            foreach (var resolution in (Resolution[])[Resolution.Minute, Resolution.Hour]) await Windows(server, sensor, resolution, expected, wrong);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds * Sensors:#,0} readings of {Sensors} sensors"));
        return wrong;
    }

    private static async Task Windows(InfluxServer server, int sensor, Resolution resolution, List<PackedReading> readings, List<string> wrong)
    {
        var expected = new List<(Instant Start, Window Window)>();
        var fold = new WindowFold(new(0), TimelineSchema.Window(resolution), (start, window) => expected.Add((start, window)));
        foreach (var reading in readings) fold.Add(reading);
        fold.Finish();
        var rows = await server.Rows($"SELECT min, mean, max, count, good, measured FROM air_temperature WHERE sensor = '{Name(sensor).Value}'", TimelineSchema.Database(resolution));
        if (rows.Count != expected.Count) wrong.Add($"{Name(sensor)}: {rows.Count} windows of {resolution} in the place of {expected.Count}");
        foreach (var ((_, row), (start, window)) in rows.Zip(expected))
        {
            var same = row["time"].GetInt64() == TimelineSchema.Nanoseconds(start) && row["count"].GetInt64() == window.Count && row["good"].GetInt64() == window.Good && row["measured"].GetInt64() == window.Measured;
            if (same && window.Shown > 0) same = row["min"].GetDouble() == window.Min && row["max"].GetDouble() == window.Max && Math.Abs(row["mean"].GetDouble() - window.Mean) < 1e-9;
            if (!same) wrong.Add($"{Name(sensor)}: the {resolution} of {start} is {string.Join(' ', row.Values)} in the place of {window}");
        }
    }

    private static int Complain(string what)
    {
        Console.WriteLine(what);
        return 1;
    }
}
