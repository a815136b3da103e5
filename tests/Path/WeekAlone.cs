using System.Globalization;
using System.Text;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SensorNode.Readings.Outbox;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace ReadingPath;

/// <summary>A node that had no hub for seven days at twenty readings a second, and then has one.</summary>
public sealed class WeekAlone
{
    private const int Week = 7 * 86_400;
    private const long LimitBytes = 256L << 20; // the default of a node's file

    /// <summary>How much of the week is drained through processes: 7 days take minutes, and a quarter of a day shows the same.</summary>
    private static readonly int Drained = (int)(86_400 * double.Parse(Environment.GetEnvironmentVariable("OUTAGE_DAYS") ?? "0.25", CultureInfo.InvariantCulture));

    [Fact]
    public void Seven_days_at_twenty_readings_a_second_fit_in_256_MiB_and_nothing_of_them_is_dropped()
    {
        var folder = Directory.CreateTempSubdirectory("week-");
        try
        {
            using var files = new DiskFileLayer(folder.FullName);
            using var outbox = new DiskOutbox(new UnsyncedFiles(files), LimitBytes, NullLogger<DiskOutbox>.Instance);
            var week = new WeekOfReadings(1_795_000_000_000, Week);
            week.Take(outbox);
            Assert.Equal((week.Readings, 0L, 0L), (outbox.Counts.TakenTotal, outbox.Counts.DroppedTotal, outbox.Counts.NotTakenTotal));
            Assert.Equal(new(1, (ulong)week.Batches + 1), outbox.Kept(Lane.Raw));
            Assert.InRange(folder.EnumerateFiles().Sum(file => file.Length), 1, LimitBytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_was_measured_without_a_hub_drains_whole_in_its_order_and_an_alert_of_now_does_not_wait_for_it()
    {
        await using var city = await SmallCity.Start();
        var nodes = Directory.CreateDirectory(Path.Combine(city.Folder, "pole")).FullName;
        var week = new WeekOfReadings(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000 * 1000 - (Drained + 5) * 1000L, Drained);
        using (var files = new DiskFileLayer(Path.Combine(nodes, "outbox")))
        using (var outbox = new DiskOutbox(new UnsyncedFiles(files), LimitBytes, NullLogger<DiskOutbox>.Instance)) week.Take(outbox);
        using var order = new BatchOrder(city.Broker.Port, week.Batches);

        await File.WriteAllTextAsync(Path.Combine(nodes, "node.yaml"), NodeText);
        await using var node = Child.Start(Path.Combine(nodes, "node.log"), "dotnet", Products.Node, "run", Path.Combine(nodes, "node.yaml"),
            "--broker", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{city.Broker.Port}"), "--outbox", Path.Combine(nodes, "outbox"));

        var alert = await city.Alert("smoke", "city.pole.smoke");
        await city.Department.Message("episode.raised", alert.GetProperty("id").GetString()!);
        var storedByThen = await Stored(city);
        Assert.True(storedByThen < week.Readings, $"{storedByThen} of {week.Readings} readings were stored when the alert came: it waited, or there was nothing to wait for");

        var stored = storedByThen;
        for (var before = -1L; stored < week.Readings && stored != before;)
        {
            before = stored;
            await Until.True(async () => (stored = await Stored(city)) >= Math.Min(week.Readings, before + 100_000), () => $"more than {before} of {week.Readings} readings are stored; the node says\n{node.Tail()}");
        }
        Assert.True(await node.Stop(), "the node did not stop when asked");
        Assert.True(await city.Hub.Process.Stop(), "the hub did not stop when asked");
        using var timeline = new SqliteTimeline(new() { Folder = Path.Combine(city.Hub.Stores, "timeline") }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        week.AssertStored(timeline, "city.pole");
        Assert.Equal((0L, week.Batches), (order.OutOfOrder, order.Seen));
    }

    private static async Task<long> Stored(SmallCity city)
    {
        foreach (var line in (await city.Hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n'))
        {
            if (line.StartsWith("cityhub_timeline_readings", StringComparison.Ordinal)) return (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }
        return 0;
    }

    private static string NodeText => $$"""
        node: pole
        group: city
        clock: trusted
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        place: { district: harbour, site: quay }
        buses:
          i2c-0: { i2c: 0 }
          i2c-1: { i2c: 1 }
          lines: { gpio: 0 }
        devices:
          - { name: smoke, chip: contact, quantity: smoke, bus: lines, line: 1, interval: 1s }
        {{WeekOfReadings.Devices}}
        simulate:
          seed: 1
          devices:
            smoke:
              incidents:
                - { at: 1s, for: 1h, closed: true }
        """;

    /// <summary>Hears on the broker in which order the raw batches of the outage are sent for the first time.</summary>
    private sealed class BatchOrder : IMqttHandler, IDisposable
    {
        private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
        private readonly TaskCompletionSource _listening = new();
        private readonly Lock _gate = new();
        private readonly bool[] _seen;
        private ulong _highest;
        private long _count, _outOfOrder;

        public BatchOrder(int brokerPort, long batches)
        {
            _seen = new bool[batches + 1];
            _link.Open(new() { Host = "127.0.0.1", Port = brokerPort, ClientId = "order" }, this);
            if (!_listening.Task.Wait(TimeSpan.FromSeconds(30))) throw new TimeoutException("no subscription");
        }

        /// <summary>Batches of the outage that came, each counted once.</summary>
        public long Seen
        {
            get { lock (_gate) return _count; }
        }

        /// <summary>Batches that came for the first time after one with a higher number.</summary>
        public long OutOfOrder
        {
            get { lock (_gate) return _outOfOrder; }
        }

        public void OnConnected() => _link.Subscribe("spBv1.0/city/DDATA/#", MqttQos.AtMostOnce);

        public void OnSubscribed(string filter, bool granted) => _listening.TrySetResult();

        public void OnDisconnected(MqttEnd end)
        {
        }

        public void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
        {
            if (!PayloadCodec.TryDecode(payload, out var message, out var fault)) throw new InvalidOperationException($"{Encoding.UTF8.GetString(topicUtf8)} cannot be decoded: {fault}");
            if (message.Metrics is not [{ Value: MetricValue.Bytes bytes }, ..] || !LedgerCodec.TryDecode(bytes.Value.Span, out BatchPosition? batch)) return;
            if (batch.Position is not { Lane: Lane.Raw } position || position.Batch >= (ulong)_seen.Length || _seen[position.Batch]) return;
            lock (_gate)
            {
                _seen[position.Batch] = true;
                _count++;
                if (position.Batch < _highest) _outOfOrder++;
                _highest = Math.Max(_highest, position.Batch);
            }
        }

        public void Dispose() => _link.Dispose();
    }
}
