using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>Reads batches back for sending. Keeps its place, one per lane: batches asked for in their order are read once from the disk. Not thread-safe.</summary>
public sealed class OutboxReader : IDisposable
{
    private readonly DiskOutbox _outbox;
    private readonly Place?[] _places = new Place?[Lanes.Count];

    internal OutboxReader(DiskOutbox outbox) => _outbox = outbox;

    /// <summary>
    /// The batch; null: no longer kept. One that is damaged on the disk comes back as a batch of nothing: its number must still be accounted
    /// for, or everything above it would be a hole at the hub for ever.
    /// </summary>
    public StoredBatch? Read(Position position)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (Seek(position) is not { } place) return _outbox.IsKept(position) ? _outbox.Damaged(position) : null;
                var length = place.Reader.ReadAt(place.Offset, position, out var batch);
                if (length > 0)
                {
                    place.Batch++;
                    place.Offset += length;
                    return batch;
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Deleted under us, or the disk fails: looked at once more, from the start.
            }
            Forget(position.Lane);
            if (attempt > 0) return _outbox.IsKept(position) ? _outbox.Damaged(position) : null;
        }
    }

    public void Dispose()
    {
        foreach (var lane in Enum.GetValues<Lane>()) Forget(lane);
    }

    private Place? Seek(Position position)
    {
        if (_outbox.Find(position) is not { } found) return null;
        var place = _places[(int)position.Lane];
        if (place?.Segment != found.Segment)
        {
            Forget(position.Lane);
            var file = _outbox.OpenForReading(found.Segment);
            _places[(int)position.Lane] = place = new Place(found.Segment, file, new SegmentReader(file, found.Segment)) { Batch = found.From, Offset = found.Offset };
        }
        else if (place.Batch > position.Batch || place.Batch < found.From)
        {
            place.Batch = found.From;
            place.Offset = found.Offset;
        }
        for (; place.Batch < position.Batch; place.Batch++)
        {
            var size = place.Reader.SizeAt(place.Offset);
            if (size == 0) throw new IOException("A record's length is damaged.");
            place.Offset += size;
        }
        return place;
    }

    private void Forget(Lane lane)
    {
        _places[(int)lane]?.File.Dispose();
        _places[(int)lane] = null;
    }

    private sealed class Place(Segment segment, IOutboxFile file, SegmentReader reader)
    {
        public Segment Segment => segment;
        public IOutboxFile File => file;
        public SegmentReader Reader => reader;
        public ulong Batch { get; set; }
        public long Offset { get; set; }
    }
}
