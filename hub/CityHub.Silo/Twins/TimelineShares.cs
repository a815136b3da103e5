using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using SmartCity.Readings;

namespace CityHub.Silo.Twins;

/// <summary>
/// One timeline for several group hosts of a process: they append in turns, and it is told of checkpoints only as far as all of them have come. Thread-safe.
/// </summary>
internal sealed class TimelineShares(ITimeline timeline)
{
    private readonly Lock _gate = new();
    private readonly List<Share> _shares = [];

    /// <summary>A share for one group host; it holds checkpoints back until <see cref="Leave"/>.</summary>
    public ITimeline Join()
    {
        var share = new Share(this, timeline);
        lock (_gate) _shares.Add(share);
        return share;
    }

    public void Leave(ITimeline share)
    {
        lock (_gate) _shares.RemoveAll(one => ReferenceEquals(one, share));
    }

    private sealed class Share(TimelineShares all, ITimeline real) : ITimeline
    {
        private long? _appended; // null: it has not told yet how far it came
        private long _through;

        public TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block)
        {
            lock (all._gate)
            {
                var verdict = real.Append(rows, marks, out block);
                if (verdict == TimelineVerdict.Stored && _appended is not null) _appended = block;
                return verdict;
            }
        }

        public void CheckpointedThrough(long block)
        {
            lock (all._gate)
            {
                _appended ??= block;
                _through = block;
                // Who has nothing that is not in a checkpoint holds nothing back, however long ago its last block was.
                var reached = all._shares.Max(share => share._through);
                foreach (var share in all._shares)
                {
                    if (share._appended is null || share._through < share._appended) reached = Math.Min(reached, share._through);
                }
                real.CheckpointedThrough(reached);
            }
        }

        public LogPosition Position => real.Position;
        public LogPosition Renew() => real.Renew();
        public int Series(SensorId sensor, Quantity quantity) => real.Series(sensor, quantity);
        public int Node(NodeKey node) => real.Node(node);
        public IEnumerable<TimelineBlock> BlocksAfter(long block) => real.BlocksAfter(block);
        public long StoredThrough => real.StoredThrough;
        public string? Trouble => real.Trouble;
        public Task Run(CancellationToken stopping) => real.Run(stopping);
        public IEnumerable<Reading> Read(SensorId sensor, Quantity quantity, Instant from, Instant to) => real.Read(sensor, quantity, from, to);
        public HistoryAnswer History(HistoryQuery query) => real.History(query);
        public (SensorId Sensor, Quantity Quantity) SeriesName(int series) => real.SeriesName(series);
        public NodeKey NodeName(int node) => real.NodeName(node);
    }
}
