using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>
/// The outbox on disk. A sample is *taken* once the commit that holds it has been synced to the disk: then it has a position, can be sent, and is
/// kept until its space is needed. Samples wait in memory until the next <see cref="Commit"/>, at most a second, alerts not at all.
/// Taking, committing and reading may go on beside each other.
/// </summary>
public sealed partial class DiskOutbox : IReadingSink, IDisposable
{
    /// <summary>Most readings that wait for a disk; over it samples are not taken, and counted. Alerts may wait in twice that number.</summary>
    public const int MaxPendingReadings = 20_000;

    private readonly IFileLayer _files;
    private readonly long _limitBytes;
    private readonly ILogger<DiskOutbox> _log;
    private readonly Lock _pendingGate = new();
    private readonly Lock _commitGate = new();
    private readonly LaneFiles[] _lanes;
    private readonly ulong[] _answered;
    private readonly Dictionary<(Lane Lane, string Device), PendingBatch> _open = [];
    private readonly List<PendingBatch>[] _pending = [[], [], [], []]; // in the order of their first sample
    private readonly Dictionary<(string Device, Quantity Quantity), Reading> _newest = [];
    private OutboxState _state;
    private bool _stateDue = true; // the boot that runs must be on disk before anything that it took
    private int _pendingReadings;
    private ulong _samples;
    private bool _refusing;
    private long _notTakenWhileRefusing;

    /// <summary>Opens what is there, or makes a new one.</summary>
    /// <param name="limitBytes">The most that it may hold.</param>
    public DiskOutbox(IFileLayer files, long limitBytes, ILogger<DiskOutbox> log)
    {
        _files = files;
        _limitBytes = limitBytes;
        _log = log;
        // Space is given back a segment at a time: small against the limit, large against a commit.
        SegmentBytes = Math.Clamp(limitBytes / 64, 16 * 1024, 1024 * 1024);
        var found = OutboxScan.Run(files);
        _state = found.State ?? new(NewId(), 0, null, new ulong[Lanes.Count]);
        _state = _state with { Boot = _state.Boot + 1 };
        _answered = [.. _state.Answered];
        _lanes = [.. Enum.GetValues<Lane>().Select(lane => new LaneFiles(files, lane, _state.Outbox, SegmentBytes))];
        foreach (var segment in found.Segments) _lanes[(int)segment.Lane].Found(segment);
        foreach (var (key, reading) in found.Newest) _newest[key] = reading;
        TornBytes = found.TornBytes;
        if (found.State is null) LogCreated(_state.Outbox);
        if (found.TornBytes > 0) LogTorn(found.TornBytes);
        if (found.SetAside > 0) LogSetAside(found.SetAside);
        WriteStateIfDue();
    }

    public OutboxId Id => _state.Outbox;

    public uint Boot => _state.Boot;

    /// <summary>Of the last CONNECT; null before the first.</summary>
    public byte? BdSeq => _state.BdSeq;

    public long SegmentBytes { get; }

    /// <summary>Bytes at the end of segments that a crash had left half written, found at this start.</summary>
    public long TornBytes { get; }

    public long Bytes => _lanes.Sum(lane => lane.Bytes);

    public OutboxCounts Counts { get; } = new();

    /// <summary>Something new is on the disk, or no longer. Called on whichever thread committed.</summary>
    public event Action? Changed;

    /// <summary>An alert waits: <see cref="Commit"/> through <see cref="Lane.Alert"/> now.</summary>
    public event Action? AlertPending;

    /// <summary>Whether the disk refuses to take anything, and why.</summary>
    public string? Refusal { get; private set; }

    public ulong NextSample() => Interlocked.Increment(ref _samples);

    public void Take(string device, Lane lane, ReadOnlySpan<Reading> sample)
    {
        if (sample.IsEmpty) return;
        lock (_pendingGate)
        {
            if (_pendingReadings + sample.Length > (lane == Lane.Alert ? 2 * MaxPendingReadings : MaxPendingReadings))
            {
                Counts.NotTaken(lane, 1);
                _notTakenWhileRefusing++;
                return;
            }
            ref readonly var head = ref sample[0];
            if (!_open.TryGetValue((lane, device), out var batch) || batch.Samples.Count >= PendingBatch.MaxSamples || batch.Samples[^1].Sample > head.Order.Sample)
            {
                _open[(lane, device)] = batch = new(lane, device, Boot);
                _pending[(int)lane].Add(batch);
            }
            batch.Samples.Add(new(head.Order.Sample, head.At.UnixMilliseconds, head.Clock, (byte)sample.Length));
            foreach (var reading in sample) batch.Readings.Add(reading);
            _pendingReadings += sample.Length;
        }
        if (lane == Lane.Alert) AlertPending?.Invoke();
    }

    /// <summary>What each lane keeps, for a birth.</summary>
    public OutboxDeclaration Declaration() => new(Id, Boot, [.. _lanes.Select(lane => lane.Kept)]);

    public LaneExtent Kept(Lane lane) => _lanes[(int)lane].Kept;

    /// <summary>Through which batch the hub has answered, as far as was known when the outbox was last closed, or is now.</summary>
    public ulong AnsweredThrough(Lane lane) => Volatile.Read(ref _answered[(int)lane]);

    /// <summary>Makes batches deletable, or, after a hub has lost some, undeletable again.</summary>
    public void MarkAnswered(Lane lane, ulong through) => Volatile.Write(ref _answered[(int)lane], through);

    /// <summary>The newest taken reading of each device and quantity.</summary>
    public IReadOnlyCollection<BirthValue> Newest()
    {
        lock (_newest) return [.. _newest.Select(entry => new BirthValue(entry.Key.Device, entry.Value))];
    }

    /// <summary>Keeps the number of the next CONNECT; false when the disk refuses.</summary>
    public bool KeepBdSeq(byte bdSeq)
    {
        lock (_commitGate)
        {
            _state = _state with { BdSeq = bdSeq };
            _stateDue = true;
            return WriteStateIfDue();
        }
    }

    public OutboxReader OpenReader() => new(this);

    /// <summary>Commits what waits and keeps what is known of answers.</summary>
    public void Dispose()
    {
        Commit(Lane.Raw);
        lock (_commitGate)
        {
            _stateDue = true;
            WriteStateIfDue();
            foreach (var lane in _lanes) lane.Dispose();
        }
    }

    internal (Segment Segment, ulong From, long Offset)? Find(Position position) => _lanes[(int)position.Lane].Find(position.Batch);

    internal bool IsKept(Position position) => Kept(position.Lane) is var kept && position.Batch >= kept.Oldest && position.Batch < kept.Next;

    internal IOutboxFile OpenForReading(Segment segment) => _files.Open(segment.Name);

    internal StoredBatch Damaged(Position position)
    {
        Counts.Damaged();
        if (Counts.DamagedBatches == 1) LogDamaged(position);
        return BatchRecord.Unreadable(position);
    }

    private static OutboxId NewId()
    {
        // 122 random bits of the kernel, folded: the class that gives random bytes alone brings OpenSSL along, 4 MB of a small node.
        Span<byte> bytes = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(bytes);
        return new((BitConverter.ToUInt64(bytes) ^ BitConverter.ToUInt64(bytes[8..])) | 1); // 0 would look like none
    }
}
