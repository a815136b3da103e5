using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// Takes blocks from the append log to a server as lines, two batches at a time; while they are under way the next is made. A batch is full at a number of lines, or has waited for its age.
/// </summary>
internal sealed class Shipper(TimelineLog log, ShipBook book, LineDelivery delivery, LineServerSettings options, Func<SensorId, SeriesTags> place, Retention retention, Func<Instant> city,
    TimeProvider wall, TimelineMetrics metrics, DamageLog damage) : IDisposable
{
    /// <summary>Requests under way: while the server answers for one it has the next.</summary>
    private const int MostUnderWay = 2;

    private readonly SemaphoreSlim _knock = new(0, 1);
    private readonly Dictionary<int, (SeriesTags Tags, byte[] Head, long UntilBlock, long Batch)> _heads = [];
    private readonly Queue<(long Number, long Rows, byte[] Data)> _ahead = []; // read, and not in a batch yet
    private long _batches;

    /// <summary>Called with each batch once the server holds it.</summary>
    public Action<ShippedBatch>? Stored { get; init; }

    /// <summary>There is a new block.</summary>
    public void Knock()
    {
        try
        {
            if (_knock.CurrentCount == 0) _knock.Release();
        }
        catch (SemaphoreFullException)
        {
            // another knocked in between
        }
    }

    /// <param name="through">The last block that needs no shipping.</param>
    public async Task Run(long through, CancellationToken stopping)
    {
        var spare = new Stack<ShippedBatch>();
        var underWay = new Queue<(ShippedBatch Batch, Task Delivering)>();
        while (true)
        {
            var next = spare.TryPop(out var used) ? used : new();
            var filled = await Fill(next, through, stopping);
            through = next.Through;
            if (filled) underWay.Enqueue((next, delivery.Deliver(TimelineSchema.Database(Resolution.Raw), next.Lines.Written, next.Lines.Ends, stopping)));
            else spare.Push(next);
            // In the order of the log, whichever the server took first.
            while (underWay.Count >= (filled ? MostUnderWay : 1))
            {
                var (batch, delivering) = underWay.Dequeue();
                await delivering;
                Stored?.Invoke(batch);
                spare.Push(batch);
            }
            if (filled) continue;
            await _knock.WaitAsync(stopping);
            await Task.Delay(options.BatchAge, wall, stopping);
        }
    }

    public void Dispose() => _knock.Dispose();

    /// <summary>Makes lines of the blocks after one. False: there are none.</summary>
    private async Task<bool> Fill(ShippedBatch batch, long through, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return Fill(batch, through);
            }
            catch (SqliteException)
            {
                _ahead.Clear();
                metrics.Retry("spool"); // the log cannot be read, or a new place not written down: nothing of it was sent
            }
            await Task.Delay(TimeSpan.FromSeconds(1), wall, stopping);
        }
    }

    private bool Fill(ShippedBatch batch, long through)
    {
        batch.Clear(through);
        _batches++;
        var now = city();
        while (batch.Lines.Lines < options.BatchLines)
        {
            if (_ahead.Count == 0) log.Packed(batch.Through, 16).ForEach(_ahead.Enqueue);
            if (!_ahead.TryDequeue(out var block)) break;
            if (!Take(batch, block.Number, block.Data, now))
            {
                damage.Found("log", $"block {block.Number} of the append log");
                log.Blocks.SetAside(block.Number);
            }
            batch.Through = block.Number;
        }
        return batch.Through > through;
    }

    private bool Take(ShippedBatch batch, long block, byte[] data, Instant now)
    {
        if (!AppendBlockReader.TryOpen(data, out var reader)) return false;
        for (var row = 0; row < reader.Rows; row++)
        {
            if (!reader.NextRow(out var series, out var reading) || log.Names.SeriesName(series) is not { } name) return false;
            if (!TimelineSchema.Fits(reading.At))
            {
                damage.Found("stamp", $"a reading of {name.Sensor} stamped {reading.At.UnixMilliseconds} ms");
                continue;
            }
            if (retention.IsOver(Resolution.Raw, name.Quantity, reading.At, now))
            {
                metrics.SetAside("older-than-retention");
                continue;
            }
            if (name.Sensor.Repaired is { } repaired)
            {
                if (Repair.TryOf(reading.ToReading(name.Quantity), out var repair)) TimelineLines.Repair(batch.Lines, Head(series, repaired, name.Quantity, block), repair);
                continue;
            }
            TimelineLines.Reading(batch.Lines, Head(series, name.Sensor, name.Quantity, block), reading);
            batch.Touch(name.Quantity, name.Sensor, reading.At);
        }
        return true;
    }

    /// <summary>What a series' lines begin with. Where its sensor stands is looked up once a batch.</summary>
    private byte[] Head(int series, SensorId sensor, Quantity quantity, long block)
    {
        if (_heads.TryGetValue(series, out var known) && known.Batch == _batches && block < known.UntilBlock) return known.Head;
        var (tags, until) = book.Tags(place(sensor), block, log.Blocks.Last + 1);
        var head = known.Head is { } before && known.Tags == tags ? before : tags.Head(quantity);
        _heads[series] = (tags, head, until, _batches);
        return head;
    }
}

/// <summary>Lines of some blocks, and which windows they touch. Kept and cleared by its shipper.</summary>
internal sealed class ShippedBatch
{
    private (Quantity Quantity, long Minute, SensorId Sensor) _last;

    public LineWriter Lines { get; } = new();

    /// <summary>The last block that is in it, with all before it since the batch before.</summary>
    public long Through { get; set; }

    /// <summary>Minutes by hour that are touched, with their sensors.</summary>
    public Dictionary<(Quantity Quantity, long Hour, SensorId Sensor), ulong> Minutes { get; } = [];

    public void Clear(long through)
    {
        Lines.Clear();
        Minutes.Clear();
        _last = default;
        Through = through;
    }

    public void Touch(Quantity quantity, SensorId sensor, Instant at)
    {
        var minute = at.UnixMilliseconds / 60_000;
        if (_last == (quantity, minute, sensor)) return;
        _last = (quantity, minute, sensor);
        ref var minutes = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Minutes, (quantity, minute / 60, sensor), out _);
        minutes |= 1ul << (int)(minute % 60);
    }
}
