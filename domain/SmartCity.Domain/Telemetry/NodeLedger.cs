using SmartCity.Readings;

namespace SmartCity.Telemetry;

/// <summary>
/// The hub's side of the ledger for one node: which batches of which outbox are accounted for. Mutable and single-threaded:
/// its twin's mailbox owns it. Deterministic, and written into the twin's checkpoint by <see cref="Write"/>.
/// </summary>
public sealed class NodeLedger
{
    /// <summary>Most ranges kept above "through" in one lane; a batch that would need one more is refused (and resent later).</summary>
    public const int MaxRangesPerLane = 1024;

    private readonly LaneState[] _lanes = [new(), new(), new(), new()];

    /// <summary>The outbox that the numbers belong to; null before the first declaration.</summary>
    public OutboxId? Outbox { get; private set; }

    /// <summary>How many outboxes this node has had; readings of different epochs are of different orders.</summary>
    public uint Epoch { get; private set; }

    /// <summary>
    /// Takes a birth's declaration. A new outbox id starts again from nothing; a hole below the oldest kept batch is what can never come,
    /// so it is taken as accounted for and returned.
    /// </summary>
    public DeclarationOutcome Declare(OutboxDeclaration declaration)
    {
        var replaced = Outbox is not null && Outbox != declaration.Outbox;
        if (Outbox != declaration.Outbox)
        {
            Outbox = declaration.Outbox;
            Epoch++;
            foreach (var lane in _lanes) lane.Clear();
        }
        var gaps = new List<(Lane, BatchRange)>();
        for (var i = 0; i < Lanes.Count; i++)
        {
            foreach (var gap in _lanes[i].SkipBelow(declaration.Lanes[i].Oldest)) gaps.Add(((Lane)i, gap));
        }
        return new(replaced, gaps);
    }

    /// <summary>Accounts for a batch: new, seen before, or more than can be tracked.</summary>
    public LedgerVerdict Account(Position position) => _lanes[(int)position.Lane].Add(position.Batch);

    /// <summary>Whether a batch is already accounted for.</summary>
    public bool Holds(Position position) => _lanes[(int)position.Lane].Holds(position.Batch);

    /// <summary>What to answer: every lane that ever held a batch. Null before the first declaration.</summary>
    public LedgerAnswer? Answer()
    {
        if (Outbox is not { } outbox) return null;
        var answers = new List<LaneAnswer>(Lanes.Count);
        for (var i = 0; i < Lanes.Count; i++)
        {
            if (_lanes[i].Answer((Lane)i) is { } answer) answers.Add(answer);
        }
        return new(outbox, answers);
    }

    public void Write(VarintWriter w)
    {
        w.Varint(Epoch);
        w.Byte(Outbox is null ? (byte)0 : (byte)1);
        w.UInt64(Outbox?.Value ?? 0);
        foreach (var lane in _lanes) lane.Write(w);
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out NodeLedger ledger)
    {
        ledger = new NodeLedger();
        if (!r.Varint(out var epoch) || epoch > uint.MaxValue || !r.Byte(out var has) || !r.UInt64(out var id)) return false;
        ledger.Epoch = (uint)epoch;
        ledger.Outbox = has == 0 ? null : new OutboxId(id);
        foreach (var lane in ledger._lanes)
        {
            if (!lane.Read(ref r)) return false;
        }
        return true;
    }

    private sealed class LaneState
    {
        private ulong _through;
        private readonly List<BatchRange> _above = []; // rising, disjoint, not touching

        public void Clear()
        {
            _through = 0;
            _above.Clear();
        }

        public bool Holds(ulong batch) => batch <= _through || Find(batch) >= 0;

        public LedgerVerdict Add(ulong batch)
        {
            if (batch <= _through) return LedgerVerdict.Duplicate;
            if (batch == _through + 1)
            {
                _through = batch;
                Absorb();
                return LedgerVerdict.New;
            }
            var found = Find(batch);
            if (found >= 0) return LedgerVerdict.Duplicate;
            var at = ~found; // the first range above the batch
            var joinsBelow = at > 0 && _above[at - 1].Last + 1 == batch;
            var joinsAbove = at < _above.Count && _above[at].First == batch + 1;
            if (joinsBelow && joinsAbove)
            {
                _above[at - 1] = new(_above[at - 1].First, _above[at].Last);
                _above.RemoveAt(at);
            }
            else if (joinsBelow) _above[at - 1] = _above[at - 1] with { Last = batch };
            else if (joinsAbove) _above[at] = _above[at] with { First = batch };
            else if (_above.Count >= MaxRangesPerLane) return LedgerVerdict.TooScattered;
            else _above.Insert(at, new(batch, batch));
            return LedgerVerdict.New;
        }

        /// <summary>Everything below <paramref name="oldest"/> can never come: what of it is missing is returned, and "through" moves up to it.</summary>
        public List<BatchRange> SkipBelow(ulong oldest)
        {
            var gaps = new List<BatchRange>();
            while (_through + 1 < oldest)
            {
                var end = _above.Count > 0 ? Math.Min(_above[0].First - 1, oldest - 1) : oldest - 1;
                gaps.Add(new(_through + 1, end));
                _through = end;
                Absorb();
            }
            return gaps;
        }

        public LaneAnswer? Answer(Lane lane) =>
            _through == 0 && _above.Count == 0 ? null : new(lane, _through, _above.Take(LedgerCodec.MaxRanges).ToArray());

        public void Write(VarintWriter w)
        {
            w.Varint(_through);
            w.Varint((ulong)_above.Count);
            foreach (var range in _above)
            {
                w.Varint(range.First);
                w.Varint(range.Last);
            }
        }

        public bool Read(ref VarintReader r)
        {
            if (!r.Varint(out _through) || !r.Varint(out var count) || count > MaxRangesPerLane) return false;
            for (var i = 0ul; i < count; i++)
            {
                if (!r.Varint(out var first) || !r.Varint(out var last) || first > last) return false;
                _above.Add(new(first, last));
            }
            return true;
        }

        private void Absorb()
        {
            while (_above.Count > 0 && _above[0].First == _through + 1)
            {
                _through = _above[0].Last;
                _above.RemoveAt(0);
            }
        }

        private int Find(ulong batch)
        {
            int low = 0, high = _above.Count - 1;
            while (low <= high)
            {
                var mid = (low + high) / 2;
                if (batch < _above[mid].First) high = mid - 1;
                else if (batch > _above[mid].Last) low = mid + 1;
                else return mid;
            }
            return ~low;
        }
    }
}

/// <summary>What a ledger says of a batch.</summary>
public enum LedgerVerdict : byte
{
    New,
    Duplicate,

    /// <summary>Too many holes below it: not taken, the node will resend it.</summary>
    TooScattered,
}

/// <summary>What a declaration brought to light.</summary>
/// <param name="OutboxReplaced">The node has another outbox than before: a new card, or a wiped one.</param>
/// <param name="Gaps">Batches that were never seen and are no longer kept: lost, by name.</param>
public sealed record DeclarationOutcome(bool OutboxReplaced, IReadOnlyList<(Lane Lane, BatchRange Batches)> Gaps);
