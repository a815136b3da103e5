using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>The segments of one lane, oldest first; the last one is written to. Numbers are consecutive and never given twice once safe.</summary>
internal sealed class LaneFiles(IFileLayer files, Lane lane, OutboxId outbox, long segmentBytes) : IDisposable
{
    private readonly Lock _index = new();            // over the list and what stands in it: the sender reads while the writer writes
    private readonly List<Segment> _segments = [];
    private readonly VarintWriter _records = new();
    private readonly VarintWriter _scratch = new();
    private readonly List<(long Offset, int Length, int Readings)> _written = [];
    private IOutboxFile? _active;

    public long Bytes
    {
        get { lock (_index) return _segments.Sum(segment => segment.End); }
    }

    public LaneExtent Kept
    {
        get { lock (_index) return _segments.Count == 0 ? new(1, 1) : new(_segments[0].First, _segments[^1].Next); }
    }

    /// <summary>Takes over what a start has found, in the order of numbers.</summary>
    public void Found(Segment segment) => _segments.Add(segment);

    /// <summary>
    /// Writes batches until all are safe or the disk refuses. Returns how many are safe; the rest has no number yet.
    /// </summary>
    public int Append(IReadOnlyList<PendingBatch> batches, out IOException? refusal)
    {
        refusal = null;
        var safe = 0;
        while (safe < batches.Count)
        {
            try
            {
                safe += AppendToOne(batches, safe);
            }
            catch (IOException e)
            {
                refusal = e;
                return safe;
            }
        }
        return safe;
    }

    /// <summary>How many readings were dropped with the oldest segment; null when there is none to drop: the last one holds the numbers.</summary>
    public (ulong Batches, long Readings)? DropOldest(Func<Segment, bool> may)
    {
        Segment oldest;
        lock (_index)
        {
            if (_segments.Count == 0 || !may(_segments[0])) return null;
            oldest = _segments[0];
            if (_segments.Count > 1) _segments.RemoveAt(0);
            else if (oldest.Count == 0) return null;
        }
        if (_segments.Count == 1 && _segments[0] == oldest)
        {
            Roll(oldest.Next, oldest.BaseMs);
            lock (_index) _segments.RemoveAt(0);
        }
        files.Delete(oldest.Name);
        files.SyncDirectory();
        return (oldest.Count, oldest.Readings);
    }

    /// <summary>Whether all of the oldest file is from before a moment: the one after it began before that. The last one never is, for it still grows.</summary>
    public bool OldestEndsBefore(long unixMs)
    {
        lock (_index) return _segments.Count > 1 && _segments[1].BaseMs < unixMs;
    }

    /// <summary>Goes on above a number that was given before, by whoever remembers it.</summary>
    public void SkipTo(ulong next) => Roll(next, 0);

    /// <summary>The segment that holds a batch and the offset of a marked record at or before it; null: not kept.</summary>
    public (Segment Segment, ulong From, long Offset)? Find(ulong batch)
    {
        lock (_index)
        {
            int low = 0, high = _segments.Count - 1;
            while (low <= high)
            {
                var mid = (low + high) / 2;
                var segment = _segments[mid];
                if (batch < segment.First) high = mid - 1;
                else if (batch >= segment.Next) low = mid + 1;
                else
                {
                    var mark = (int)((batch - segment.First) / Segment.Stride);
                    return (segment, segment.First + (ulong)mark * Segment.Stride, segment.Marks[mark]);
                }
            }
            return null;
        }
    }

    public void Dispose() => _active?.Dispose();

    private int AppendToOne(IReadOnlyList<PendingBatch> batches, int from)
    {
        if (_segments.Count == 0) Roll(1, batches[from].Samples[0].AtMs);
        else if (_segments[^1].End >= segmentBytes) Roll(_segments[^1].Next, batches[from].Samples[0].AtMs);
        var segment = _segments[^1];
        _active ??= OpenLast(segment);
        var names = segment.Names.Count;
        _records.Clear();
        _written.Clear();
        for (var i = from; i < batches.Count && segment.End + _records.Length < segmentBytes; i++)
        {
            var batch = batches[i];
            var start = _records.Length;
            BatchRecord.Append(_records, _scratch, segment.Next + (ulong)_written.Count, segment.BaseMs, segment.Names, batch.Device, batch.Boot, batch.Samples, batch.Readings.ToArray());
            _written.Add((segment.End + start, _records.Length - start, batch.Readings.Count));
        }
        try
        {
            _active.Write(segment.End, _records.Written);
            _active.Flush();
        }
        catch (IOException)
        {
            Abandon(segment, names);
            throw;
        }
        lock (_index)
        {
            foreach (var (offset, length, readings) in _written) segment.Add(offset, length, readings);
        }
        return _written.Count;
    }

    private void Roll(ulong first, long baseMs)
    {
        var segment = new Segment(Segment.NameOf(lane, first), lane, first, baseMs);
        var file = files.Create(segment.Name);
        try
        {
            file.Write(0, Segment.Head(lane, outbox, first, baseMs));
            file.Flush();
            files.SyncDirectory();
        }
        catch (IOException)
        {
            file.Dispose();
            TryDelete(segment.Name);
            throw;
        }
        _active?.Dispose();
        _active = file;
        lock (_index)
        {
            if (_segments.Count > 0 && _segments[^1].First == first) _segments.RemoveAt(_segments.Count - 1); // it was empty: this is the same file
            _segments.Add(segment);
        }
    }

    private IOutboxFile OpenLast(Segment segment)
    {
        var file = files.Open(segment.Name);
        try
        {
            file.Truncate(segment.End); // what a crash left half written
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// After a write or an fsync that failed nobody knows what is on the disk. The tail is cut, and the file opened anew for the next attempt.
    /// </summary>
    private void Abandon(Segment segment, int names)
    {
        segment.Names.CutTo(names);
        _active?.Dispose();
        _active = null;
    }

    private void TryDelete(string name)
    {
        try
        {
            files.Delete(name);
        }
        catch (IOException)
        {
            // A file with a head and nothing in it: the next attempt makes it anew.
        }
    }
}

/// <summary>One device's samples of one lane between two commits: a batch without a number.</summary>
internal sealed class PendingBatch(Lane lane, string device, uint boot)
{
    public const int MaxSamples = 256;

    public Lane Lane => lane;
    public string Device => device;
    public uint Boot => boot;
    public List<PendingSample> Samples { get; } = [];
    public List<Reading> Readings { get; } = [];
}
