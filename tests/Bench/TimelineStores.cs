using System.Diagnostics;
using System.Globalization;
using CityHub.Silo.Timeline;
using CityHub.Silo.Timeline.Influx;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace Bench;

/// <summary>
/// What the timeline takes and gives: readings a second and bytes a reading in SQLite and in InfluxDB, the latter next to a bare client that posts ready-made lines to the same
/// server, in turns; a month of one quantity; the newest values of ten thousand sensors, which come from the twins.
/// </summary>
internal static class TimelineStores
{
    private const int Sensors = 2_500, BlockRows = 10_000;
    private static readonly Quantity[] Quantities = [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.AirPressure, Quantity.Pm2_5];
    private static readonly Instant Start = new(1_795_392_000_000 - 1_795_392_000_000 % 3_600_000);

    /// <param name="part">write, month or latest alone; empty: all.</param>
    public static async Task<Table> Run(string folder, int pairs, TimeSpan length, string part)
    {
        var table = new Table($"timeline: {Sensors * Quantities.Length:#,0} series, {pairs} pairs of {length.TotalSeconds:0} s, blocks of {BlockRows:#,0} readings", "", "readings/s", "CPU us/reading", "bytes/reading", "p50 ms", "p99 ms");
        if (part is "" or "write") await Write(table, folder, pairs, length);
        if (part is "" or "month") await Month(table, folder);
        if (part is "" or "latest") await Latest(table, folder);
        return table;
    }

    private static async Task Write(Table table, string folder, int pairs, TimeSpan length)
    {
        var sqlite = Sqlite(Path.Combine(folder, "sqlite"), length, out var cpu, out var bytes);
        table.Row("SQLite, durable and compacted", sqlite, cpu, bytes, double.NaN, double.NaN);
        await using var server = await InfluxServer.Start(Path.Combine(folder, "influxdb"), cold: true);
        var (bare, hub) = await Pairs(folder, server, pairs, length);
        table.Row("bare client, InfluxDB", Percentiles.Median(bare), double.NaN, double.NaN, double.NaN, double.NaN);
        table.Row("timeline, InfluxDB", Percentiles.Median(hub), double.NaN, await BytesOnceCompacted(server), double.NaN, double.NaN);
        table.Ask("SQLite", sqlite, "readings/s", "at least", 150_000);
        table.Ask("timeline to bare client on InfluxDB", Percentiles.Median(hub.Zip(bare, (h, b) => h / b)), "", "at least", 0.8);
    }

    private static async Task Month(Table table, string folder)
    {
        var (minutes, hours) = MonthOfSqlite(Path.Combine(folder, "month-sqlite"));
        table.Row("a month in 480 steps of 90 min, SQLite", double.NaN, double.NaN, double.NaN, minutes.At(0.5), minutes.At(0.99));
        table.Row("a month in 360 steps of 2 h, SQLite", double.NaN, double.NaN, double.NaN, hours.At(0.5), hours.At(0.99));
        await using var server = await InfluxServer.Start(Path.Combine(folder, "influxdb-month"), cold: true);
        var (influxMinutes, influxHours) = await MonthOfInflux(Path.Combine(folder, "month-influx"), server);
        table.Row("a month in 480 steps of 90 min, InfluxDB", double.NaN, double.NaN, double.NaN, influxMinutes.At(0.5), influxMinutes.At(0.99));
        table.Row("a month in 360 steps of 2 h, InfluxDB", double.NaN, double.NaN, double.NaN, influxHours.At(0.5), influxHours.At(0.99));
        table.Ask("a month of one quantity, SQLite, p99", Math.Max(minutes.At(0.99), hours.At(0.99)), "ms", "at most", 100);
        table.Ask("a month of one quantity, InfluxDB, p99", Math.Max(influxMinutes.At(0.99), influxHours.At(0.99)), "ms", "at most", 100);
    }

    private static async Task Latest(Table table, string folder)
    {
        var (latest, cpuEach) = await Latest(Path.Combine(folder, "latest"));
        table.Row($"newest value of 10,000 sensors, over HTTP ({cpuEach:0.0} ms CPU of the hub)", double.NaN, double.NaN, double.NaN, latest.At(0.5), latest.At(0.99));
        table.Ask("newest values of 10,000 sensors, p99", latest.At(0.99), "ms", "at most", 50);
    }

    /// <summary>One reading of every series of a round, as a city's sensors give them: a random walk in hundredths, stamps that vary by some ms.</summary>
    private sealed class Load(ITimeline timeline, int seed, int sensors = Sensors)
    {
        private readonly Random _random = new(seed);
        private readonly double[] _values = Enumerable.Repeat(20.0, sensors * Quantities.Length).ToArray();
        private readonly int[] _series = Enumerable.Range(0, sensors * Quantities.Length).Select(i => timeline.Series(Name(i / Quantities.Length), Quantities[i % Quantities.Length])).ToArray();
        private readonly TimelineRow[] _rows = new TimelineRow[BlockRows];
        private int _next;
        private ulong _round;

        public TimelineRow[] Block()
        {
            for (var i = 0; i < _rows.Length; i++)
            {
                _values[_next] = Math.Round(_values[_next] + (_random.NextDouble() - 0.5) / 5, 2);
                var at = Start + TimeSpan.FromSeconds(10 * (double)_round) + TimeSpan.FromMilliseconds(_random.Next(40));
                _rows[i] = new(_series[_next], Reading.Measured(Quantities[_next % Quantities.Length], at, ReadingOrder.Of(1, _round), _values[_next]));
                if (++_next < _values.Length) continue;
                _next = 0;
                _round++;
            }
            return _rows;
        }
    }

    public static SensorId Name(int sensor) => new(string.Create(CultureInfo.InvariantCulture, $"city.n{sensor / 10}.s{sensor}"));

    private static SeriesTags Place(SensorId sensor) => new("old-town", "city/" + sensor.Value.Split('.')[1], sensor.Value, "site-" + sensor.Value.Split('.')[1]);

    private static double Sqlite(string folder, TimeSpan length, out double cpu, out double bytes)
    {
        using var timeline = new SqliteTimeline(new() { Folder = folder }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        var load = new Load(timeline, 1);
        for (var i = 0; i < 20; i++) timeline.Append(load.Block(), [], out _); // compiled
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        long readings = 0, block = 0;
        while (watch.Elapsed < length)
        {
            if (timeline.Append(load.Block(), [], out block) != TimelineVerdict.Stored) throw new InvalidOperationException(timeline.Fault);
            readings += BlockRows;
        }
        var rate = readings / watch.Elapsed.TotalSeconds;
        cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / readings;
        timeline.CheckpointedThrough(block);
        timeline.Compact(Instant.Max, CancellationToken.None);
        bytes = new DirectoryInfo(folder).EnumerateFiles("*.db", SearchOption.AllDirectories).Where(file => file.Name is not ("log.db" or "runs.db")).Sum(file => file.Length) / (double)(readings + 20 * BlockRows);
        return rate;
    }

    private static async Task<(List<double> Bare, List<double> Hub)> Pairs(string folder, InfluxServer server, int pairs, TimeSpan length)
    {
        (await server.Ask("CREATE DATABASE bare")).Dispose();
        var (bare, hub) = (new List<double>(), new List<double>());
        for (var pair = 0; pair < pairs; pair++)
        {
            var blocks = Blocks(pair);
            await Bare(server, blocks, TimeSpan.FromSeconds(1));
            bare.Add(await Bare(server, blocks, length));
            hub.Add(await Hub(Path.Combine(folder, $"hub-{pair}"), server, pair, length));
        }
        return (bare, hub);
    }

    /// <summary>Lines made beforehand, each post another 10,000; their stamps move on so that the server always has new points to keep.</summary>
    private static List<byte[]> Blocks(int seed)
    {
        using var names = new SqliteTimeline(new() { Folder = Path.Combine(Path.GetTempPath(), $"bench-{Environment.ProcessId}-{seed}") }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        var load = new Load(names, 100 + seed);
        var blocks = new List<byte[]>();
        var lines = new LineWriter();
        var heads = new Dictionary<int, byte[]>();
        for (var block = 0; block < 400; block++)
        {
            lines.Clear();
            foreach (var row in load.Block())
            {
                var (sensor, quantity) = names.SeriesName(row.Series);
                if (!heads.TryGetValue(row.Series, out var head)) heads.Add(row.Series, head = Place(sensor).Head(quantity));
                TimelineLines.Reading(lines, head, PackedReading.Of(row.Reading));
            }
            blocks.Add(lines.Written.ToArray());
        }
        return blocks;
    }

    private static async Task<double> Bare(InfluxServer server, List<byte[]> blocks, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        var posted = 0;
        while (watch.Elapsed < length && posted < blocks.Count)
        {
            using var answer = await server.Write("bare", blocks[posted++]);
            answer.EnsureSuccessStatusCode();
        }
        var rate = posted * (double)BlockRows / watch.Elapsed.TotalSeconds;
        blocks.RemoveRange(0, posted);
        return rate;
    }

    /// <summary>The whole way: append to the log, durable; lines; posted; confirmed. What is offered is bounded to a second of work, as the hub's own commits are.</summary>
    private static async Task<double> Hub(string folder, InfluxServer server, int seed, TimeSpan length)
    {
        using var timeline = new InfluxTimeline(new() { Folder = folder, KeepRaw = TimeSpan.Zero, KeepMinutes = TimeSpan.Zero },
            new() { Url = server.Address, Gzip = false, BatchAge = TimeSpan.Zero, RollUpEvery = TimeSpan.FromMinutes(10) }, Place, () => Start, TimeProvider.System, NullLogger<InfluxTimeline>.Instance);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => timeline.Run(stop.Token));
        var load = new Load(timeline, 200 + seed);
        await Through(Append(3));
        var first = timeline.StoredThrough;
        var watch = Stopwatch.StartNew();
        var last = first;
        while (watch.Elapsed < length)
        {
            last = Append(1);
            await Until.True(() => timeline.StoredThrough >= last - 6, "the store keeps up", TimeSpan.FromMinutes(2));
        }
        await Through(last);
        var rate = (timeline.StoredThrough - first) * (double)BlockRows / watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return rate;

        long Append(int blocks)
        {
            long block = 0;
            for (var i = 0; i < blocks; i++) timeline.Append(load.Block(), [], out block);
            return block;
        }

        Task Through(long block) => Until.True(() => timeline.StoredThrough >= block, "it is stored", TimeSpan.FromMinutes(2));
    }

    private static async Task<double> BytesOnceCompacted(InfluxServer server)
    {
        var rows = 0L;
        foreach (var database in (string[])["bare", "city_raw"])
        {
            foreach (var quantity in Quantities)
            {
                rows += (await server.Rows($"SELECT count(quality) FROM {TimelineSchema.Measurement(quantity)}", database)).Sum(row => row.Columns["count"].GetInt64());
            }
        }
        long before = 0;
        for (var steady = 0; steady < 4;)
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            steady = server.Bytes == before ? steady + 1 : 0;
            before = server.Bytes;
        }
        return before / (double)Math.Max(1, rows);
    }

    private const int MonthSensors = 2;

    /// <summary>A reading every ten seconds for thirty days.</summary>
    private static IEnumerable<TimelineRow[]> Month(ITimeline timeline)
    {
        var random = new Random(3);
        for (var sensor = 0; sensor < MonthSensors; sensor++)
        {
            var series = timeline.Series(Name(sensor), Quantity.AirTemperature);
            var value = 20.0;
            foreach (var chunk in Enumerable.Range(0, 30 * 8640).Chunk(BlockRows))
            {
                yield return [.. chunk.Select(i => new TimelineRow(series, Reading.Measured(Quantity.AirTemperature, Start + TimeSpan.FromSeconds(10 * i), ReadingOrder.Of(1, (ulong)i), value = Math.Round(value + (random.NextDouble() - 0.5) / 5, 2))))];
            }
        }
    }

    private static (Percentiles Minutes, Percentiles Hours) MonthOfSqlite(string folder)
    {
        using var timeline = new SqliteTimeline(new() { Folder = folder }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        foreach (var block in Month(timeline)) timeline.Append(block, [], out _);
        timeline.CheckpointedThrough(long.MaxValue);
        timeline.Compact(Instant.Max, CancellationToken.None);
        return Ask(timeline);
    }

    private static async Task<(Percentiles Minutes, Percentiles Hours)> MonthOfInflux(string folder, InfluxServer server)
    {
        using var timeline = new InfluxTimeline(new() { Folder = folder, KeepRaw = TimeSpan.Zero, KeepMinutes = TimeSpan.Zero },
            new() { Url = server.Address, Gzip = false, BatchAge = TimeSpan.Zero, RollUpEvery = TimeSpan.FromMinutes(10) }, Place, () => Start, TimeProvider.System, NullLogger<InfluxTimeline>.Instance);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => timeline.Run(stop.Token));
        long last = 0;
        foreach (var block in Month(timeline)) timeline.Append(block, [], out last);
        await Until.True(() => timeline.StoredThrough >= last, "the month is stored", TimeSpan.FromMinutes(5));
        if (!await timeline.RollUp(Instant.Max, CancellationToken.None)) throw new InvalidOperationException("the windows could not be computed");
        var found = Ask(timeline);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return found;
    }

    private static (Percentiles Minutes, Percentiles Hours) Ask(ITimeline timeline)
    {
        var (minutes, hours) = (new Percentiles(), new Percentiles());
        for (var turn = 0; turn < 45; turn++)
        {
            foreach (var (step, points, times) in ((TimeSpan, int, Percentiles)[])[(TimeSpan.FromMinutes(90), 480, minutes), (TimeSpan.FromHours(2), 360, hours)])
            {
                var watch = Stopwatch.StartNew();
                var history = timeline.History(new(Name(turn % MonthSensors), Quantity.AirTemperature, Start, Start + TimeSpan.FromDays(30), step));
                if (history.Points.Count != points) throw new InvalidOperationException($"{history.Points.Count} points of {history.Resolution} in the place of {points}");
                if (turn >= 5) times.Add(watch.Elapsed.TotalMilliseconds); // the first are compiled
            }
        }
        return (minutes, hours);
    }

    private static async Task<(Percentiles Times, double CpuMilliseconds)> Latest(string folder)
    {
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), 20));
        using var city = await LoadCity.Open(broker.Port, 1000, 10, 4);
        await city.Birth();
        await city.Run(5_000, TimeSpan.FromSeconds(5), answered: true, hotShare: 0, TimeSpan.FromSeconds(10));
        var times = new Percentiles();
        var (before, began) = (TimeSpan.Zero, Stopwatch.GetTimestamp());
        for (var turn = 0; turn < 130; turn++)
        {
            if (turn == 30) (before, began) = (hub.Process.Figures().Cpu, Stopwatch.GetTimestamp());
            await Task.Delay(TimeSpan.FromMilliseconds(60)); // past the time for which readers share an answer: each is made anew
            var watch = Stopwatch.StartNew();
            var body = await hub.Http.GetByteArrayAsync(new Uri("/v1/latest?quantity=air-temperature", UriKind.Relative));
            if (body.Length < 10_000 * 50) throw new InvalidOperationException($"10,000 sensors in {body.Length} bytes?");
            if (turn >= 30) times.Add(watch.Elapsed.TotalMilliseconds);
        }
        var (asked, length) = (hub.Process.Figures().Cpu - before, Stopwatch.GetElapsedTime(began));
        before = hub.Process.Figures().Cpu;
        await Task.Delay(length); // what it takes anyway, with nobody asking
        return (times, (asked - (hub.Process.Figures().Cpu - before)).TotalMilliseconds / 100);
    }
}
