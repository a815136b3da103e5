using SmartCity.Readings;

namespace SmartCity.Telemetry;

/// <summary>
/// The node's side of the ledger: which batch goes next, and what its answers mean. Pure but mutable, and single-threaded; time is an argument,
/// measured from any fixed point by a clock that does not jump.
/// <list type="bullet">
/// <item>At most <see cref="Width"/> batches are in flight: it starts at <see cref="FirstWidth"/>, doubles with every answer that brings news up to
/// the limit, and halves when something must be resent.</item>
/// <item>While answers stop, one batch is sent as a probe, at intervals from <see cref="FirstTimeout"/> doubling to <see cref="LastTimeout"/>.</item>
/// <item>A lower lane goes first, and an eighth of the window is kept free for alerts, so that a backlog does not stand in their way.</item>
/// </list>
/// </summary>
public sealed class SendWindow(OutboxId outbox, int maxWidth = SendWindow.DefaultMaxWidth)
{
    public const int FirstWidth = 8;

    /// <summary>Enough for 20,000 readings/s in batches of three, answered 1.25 s after they were sent, with as much again to spare.</summary>
    public const int DefaultMaxWidth = 16_384;

    public static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LastTimeout = TimeSpan.FromSeconds(30);

    private readonly WindowLane[] _lanes = [new(), new(), new(), new()];
    private readonly Queue<(Position Position, TimeSpan SentAt)> _sent = new(); // in the order of sending; may name what is answered by now
    private TimeSpan _lastNews;   // when an answer last told us something, or a birth
    private bool _firstAnswerDue; // of a birth: it says what the hub really has, be it less than we thought

    /// <summary>Most batches that may be in flight now.</summary>
    public int Width { get; private set; } = FirstWidth;

    /// <summary>Answers have stopped: one batch at a time.</summary>
    public bool IsProbing { get; private set; }

    /// <summary>How long a batch is waited for.</summary>
    public TimeSpan Timeout { get; private set; } = FirstTimeout;

    public int InFlight { get; private set; }

    /// <summary>Batches sent again.</summary>
    public long Resent { get; private set; }

    /// <summary>What the outbox keeps of a lane: batches from oldest up to, and not with, next.</summary>
    public void Extend(Lane lane, LaneExtent kept) => InFlight -= _lanes[(int)lane].Extend(kept);

    /// <summary>Everything in the lane through this batch is accounted for at the hub, by its latest answer.</summary>
    public ulong AnsweredThrough(Lane lane) => _lanes[(int)lane].Through;

    /// <summary>What was known of answers before this process: a start from there, until the hub says otherwise.</summary>
    public void Restore(Lane lane, ulong through) => _lanes[(int)lane].Through = through;

    /// <summary>Batches not accounted for, as far as is known.</summary>
    public ulong Backlog(Lane lane) => _lanes[(int)lane].Backlog;

    /// <summary>Unanswered batches that the outbox no longer keeps: the hub must hear of the gap in a birth.</summary>
    public bool HasGap(Lane lane) => _lanes[(int)lane].HasGap;

    /// <summary>A birth was sent: what was in flight may be lost, and the hub's next answer says what it has.</summary>
    public void Born(TimeSpan now)
    {
        foreach (var lane in _lanes) lane.StartOver();
        _sent.Clear();
        InFlight = 0;
        Width = FirstWidth;
        IsProbing = false;
        Timeout = FirstTimeout;
        _lastNews = now;
        _firstAnswerDue = true;
    }

    /// <summary>The next batch to send now; false: nothing to send, or the window is full. What is given counts as in flight.</summary>
    /// <param name="last">No lane after this one.</param>
    public bool TryNext(TimeSpan now, out Position position, Lane last = Lane.Raw)
    {
        for (var i = 0; i <= (int)last; i++)
        {
            var limit = IsProbing ? 1 : (Lane)i == Lane.Alert ? Width : Width - Width / 8;
            if (InFlight >= limit) continue;
            if (!_lanes[i].TryNext(out var batch, out var again)) continue;
            position = new((Lane)i, batch);
            _lanes[i].InFlight[batch] = now;
            _sent.Enqueue((position, now));
            InFlight++;
            if (again) Resent++;
            return true;
        }
        position = default;
        return false;
    }

    /// <summary>It could not be handed to the wire after all: it goes next.</summary>
    public void TakeBack(Position position)
    {
        var lane = _lanes[(int)position.Lane];
        if (!lane.InFlight.Remove(position.Batch)) return;
        lane.Due.Add(position.Batch);
        InFlight--;
    }

    /// <summary>Looks for what has waited too long.</summary>
    public void Tick(TimeSpan now)
    {
        var lost = false;
        while (_sent.TryPeek(out var oldest))
        {
            var lane = _lanes[(int)oldest.Position.Lane];
            var waits = lane.InFlight.TryGetValue(oldest.Position.Batch, out var sentAt) && sentAt == oldest.SentAt;
            if (waits && now - oldest.SentAt < Timeout) break;
            _sent.Dequeue();
            if (!waits) continue;
            lost = true;
            lane.InFlight.Remove(oldest.Position.Batch);
            lane.Due.Add(oldest.Position.Batch);
            InFlight--;
        }
        if (!lost) return;
        if (!IsProbing) Width = Math.Max(1, Width / 2);
        if (now - _lastNews < Timeout) return; // a hole, while the rest goes through
        IsProbing = true;
        Timeout = Timeout + Timeout < LastTimeout ? Timeout + Timeout : LastTimeout;
        foreach (var lane in _lanes) lane.AllDue();
        _sent.Clear();
        InFlight = 0;
    }

    /// <summary>When <see cref="Tick"/> next has something to find; null while nothing is in flight. May be early, is never late.</summary>
    public TimeSpan? NextTick => _sent.TryPeek(out var oldest) ? oldest.SentAt + Timeout : null;

    /// <summary>Takes an answer of the hub.</summary>
    public AnswerOutcome Take(LedgerAnswer answer, TimeSpan now)
    {
        if (answer.Outbox != outbox) return AnswerOutcome.OtherOutbox;
        foreach (var lane in answer.Lanes)
        {
            if (lane.Through >= _lanes[(int)lane.Lane].Next || lane.Above.Any(range => range.Last >= _lanes[(int)lane.Lane].Next)) return AnswerOutcome.Impossible;
        }
        var first = _firstAnswerDue;
        _firstAnswerDue = false;
        var (news, less) = (0, false);
        for (var i = 0; i < Lanes.Count; i++)
        {
            var said = answer.Lanes.FirstOrDefault(lane => lane.Lane == (Lane)i) ?? new((Lane)i, 0, []);
            if (!first && said.Through < _lanes[i].Through) continue; // overtaken by a newer one
            less |= said.Through < _lanes[i].Through;
            var (answered, flying) = _lanes[i].Answer(said);
            news += answered;
            InFlight -= flying;
        }
        if (news > 0)
        {
            Width = Math.Min(maxWidth, Width * 2);
            IsProbing = false;
            Timeout = FirstTimeout;
            _lastNews = now;
        }
        return less ? AnswerOutcome.LessThanBefore : news > 0 ? AnswerOutcome.News : AnswerOutcome.NoNews;
    }
}

/// <summary>What an answer was.</summary>
public enum AnswerOutcome : byte
{
    News,
    NoNews,

    /// <summary>The hub has lost what it had answered for (a restored backup): it is sent again as far as it is kept.</summary>
    LessThanBefore,

    /// <summary>For an outbox that is not ours: ignored.</summary>
    OtherOutbox,

    /// <summary>It answers for batches that we never made, or that our disk lost after it said that they are safe: ignored, and the
    /// numbers must go on above them.</summary>
    Impossible,
}
