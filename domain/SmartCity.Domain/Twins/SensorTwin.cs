using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Twins;

/// <summary>
/// A place-bound sensor: its live values, and where every rule on it stands. A pure function run in place: its state is its own, mutable and
/// single-threaded, and depends on nothing but what it was given. All its times are of the city clock.
/// <para>A rule looks at good readings, and at doubtful ones if it says so. Within an epoch readings count in their order, not in that of their arrival: those that come late but
/// fit into what is kept (see <see cref="Observe"/>) leave the same episodes as if they had come in time. Events are facts, and telling one twice
/// changes nothing (<see cref="Episode.Apply"/>); a silent sensor never clears an episode.</para>
/// </summary>
public sealed partial class SensorTwin(SensorId id)
{
    private const byte Version = 3;
    private const byte BeforeRepairs = 2; // the same without them

    private LiveQuantity[] _live = [];
    private QuantityTwin[] _quantities = [];
    private int _count;
    private RulePlan? _plan;
    private uint _epochsBefore; // of devices that this sensor was bound to before
    private uint _epoch;
    private long _looked; // the latest time it was told
    private long _deadline = long.MaxValue;

    public SensorId Id { get; } = id;

    /// <summary>When <see cref="Advance"/> has something to find (city clock), or a little earlier; null: nothing unless a reading comes.
    /// After a checkpoint was read it is due at once, until the first call with a plan.</summary>
    public Instant? NextDeadline => _deadline == long.MaxValue ? null : new Instant(_deadline);

    /// <summary>The quality of the reading that was observed last: what it came with, or worse by the checks. That is what belongs into its history.</summary>
    public Quality Judged { get; private set; }

    /// <summary>The live values in the order in which their quantities were first heard of. No allocation; not to be kept over the next reading.</summary>
    public ReadOnlySpan<LiveQuantity> Live => _live.AsSpan(0, _count);

    public bool TryGetLive(Quantity quantity, out LiveQuantity live)
    {
        var index = IndexOf(quantity);
        live = index < 0 ? default : _live[index];
        return index >= 0;
    }

    /// <summary>
    /// Takes a reading and appends what it, and the time, brought to light. Readings of quantities that have rules which look at them are kept while they are at most
    /// the largest lateness limit of these rules older than the newest one, and at most 64 of them; what comes out of order is merged among them,
    /// and the difference is told. So is a backlog of any age that comes in order behind newer readings, while these are kept. What stands before a
    /// reading that is kept no longer is <see cref="ObserveOutcome.TooLate"/>.
    /// </summary>
    /// <param name="reading">The reading; failed and doubtful ones too: they are live values, and no rule looks at them.</param>
    /// <param name="epoch">Which outbox of its node it came from, <see cref="NodeLedger.Epoch"/>; 0 without a ledger. A larger one starts a new order:
    /// what came before is settled, open episodes stay open and clear by new readings.</param>
    /// <param name="cityNow">The city clock; one that goes back is taken for the latest time told.</param>
    /// <param name="plan">The rules in force where the sensor stands.</param>
    /// <param name="events">What came to light is appended, in order.</param>
    public ObserveOutcome Observe(in Reading reading, uint epoch, Instant cityNow, RulePlan plan, List<EpisodeEvent> events)
    {
        if (reading.At.UnixMilliseconds < 0 || reading.At > Instant.Max) return ObserveOutcome.Unstampable;
        var now = Math.Max(_looked, cityNow.UnixMilliseconds);
        if (!ReferenceEquals(plan, _plan)) Bind(now, plan, events);
        var index = IndexOf(reading.Quantity);
        if (index < 0) index = Add(reading.Quantity, now, plan, events);
        epoch = unchecked(_epochsBefore + epoch);
        if (epoch > _epoch)
        {
            _epoch = epoch;
            ForgetSamples();
        }
        var outcome = Take(index, reading, epoch, now, events);
        if (plan.Feeds(reading.Quantity) && outcome is ObserveOutcome.Newest or ObserveOutcome.Merged)
        {
            var judged = Judged;
            Compute(reading.WithQuality(judged), epoch, now, events);
            Judged = judged;
        }
        if (_deadline <= now) Elapse(now, events);
        _looked = now;
        return outcome;
    }

    /// <summary>Lets time pass: tells for-durations that have ended and means whose slots the clock has closed. How often it is called, and when,
    /// changes nothing but how soon events are told.</summary>
    public void Advance(Instant cityNow, RulePlan plan, List<EpisodeEvent> events)
    {
        var now = Math.Max(_looked, cityNow.UnixMilliseconds);
        if (!ReferenceEquals(plan, _plan)) Bind(now, plan, events);
        if (_deadline <= now) Elapse(now, events);
        _looked = now;
    }

    /// <summary>
    /// Puts other rules in force. Every call with a plan does it by itself; this is for sensors that are silent. A rule with the same id and definition
    /// keeps its state; one with another definition keeps its open episode and starts its for-duration again; the open episode of one that is gone is
    /// withdrawn; a new one begins with the next reading. Where any rule of a quantity changes, what is kept for merging is settled.
    /// </summary>
    public void Replan(Instant cityNow, RulePlan plan, List<EpisodeEvent> events) => Advance(cityNow, plan, events);

    /// <summary>The sensor is bound to another device or node from now on: whatever its epochs are, a new order begins.</summary>
    public void Rebind() => _epochsBefore = unchecked(_epoch + 1);

    /// <summary>The episodes that are open as this twin sees it: what a register that was committed to after the last checkpoint is compared with
    /// when the readings since then have been taken again. Those ignored for their age are among them.</summary>
    public IReadOnlyList<EpisodeId> OpenEpisodes()
    {
        var open = new List<EpisodeId>();
        for (var i = 0; i < _count; i++) _quantities[i].OpenEpisodes(Id, _looked, open);
        foreach (var join in _joins) join.Rules?.OpenEpisodes(Id, _looked, open);
        return open;
    }

    /// <summary>The order of the first breaching reading of an episode that is open by the latest call; null: it is not open.</summary>
    public ReadingOrder? FirstBreachOf(EpisodeId episode)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_quantities[i].FirstBreachOf(episode, Id, _looked) is { } first) return first;
        }
        return null;
    }

    /// <summary>The id that this twin gives, or would give, to the episode of a rule that begins with a reading.</summary>
    /// <param name="epoch">As for <see cref="Observe"/>.</param>
    public EpisodeId EpisodeOf(string rule, uint epoch, ReadingOrder first) => EpisodeId.Of(rule, Id, unchecked(_epochsBefore + epoch), first.Packed);

    /// <summary>Where early warning stands on its quantities, in the order in which these were first heard of; none until a rule asks for any.</summary>
    public IReadOnlyList<EarlyState> EarlyWarnings()
    {
        if (_plan is not { HasEarly: true }) return [];
        var states = new List<EarlyState>();
        for (var i = 0; i < _count; i++) _quantities[i].EarlyWarnings(states);
        foreach (var join in _joins) join.Rules?.EarlyWarnings(states);
        return states;
    }

    /// <summary>Everything it knows, but for the rules themselves: read back under the same rules it goes on as if nothing had happened.</summary>
    public void Write(VarintWriter w)
    {
        w.Byte(Version);
        Texts.Write(w, Id.Value);
        w.Varint(_epochsBefore);
        w.Varint(_epoch);
        w.Signed(_looked);
        w.Varint((ulong)_count);
        for (var i = 0; i < _count; i++)
        {
            LiveQuantities.Write(w, _live[i]);
            _quantities[i].Write(w, _looked);
        }
        w.Varint((ulong)_joins.Length);
        foreach (var join in _joins) join.Write(w, _looked);
        w.Byte(_hours is null ? (byte)0 : (byte)1);
        _hours?.Write(w);
        WriteRepairs(w);
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out SensorTwin twin)
    {
        twin = new SensorTwin(new(""));
        if (!r.Byte(out var version) || version is not (Version or BeforeRepairs) || !Texts.Read(ref r, out var id)) return false;
        if (!r.Varint(out var before) || before > uint.MaxValue || !r.Varint(out var epoch) || epoch > uint.MaxValue) return false;
        if (!r.Signed(out var looked) || looked < 0 || looked > Instant.Max.UnixMilliseconds) return false;
        if (!r.Varint(out var count) || count > byte.MaxValue) return false;
        twin = new SensorTwin(new(id)) { _epochsBefore = (uint)before, _epoch = (uint)epoch, _looked = looked, _deadline = count == 0 ? long.MaxValue : looked };
        for (var i = 0ul; i < count; i++)
        {
            if (!LiveQuantities.TryRead(ref r, out var live) || !QuantityTwin.TryRead(ref r, out var quantity)) return false;
            if (twin.IndexOf(live.Quantity) >= 0) return false;
            twin.Append(live, quantity);
        }
        return twin.ReadJoins(ref r) && twin.ReadHours(ref r) && (version == BeforeRepairs || twin.ReadRepairs(ref r));
    }

    private ObserveOutcome Take(int index, in Reading reading, uint epoch, long now, List<EpisodeEvent> events)
    {
        var quantity = _quantities[index];
        ref var live = ref _live[index];
        reading.TryGetValue(out var value);
        var kept = new Kept(reading.Order.Packed, reading.At.UnixMilliseconds, value, reading.Quality);
        var looks = reading.Fault is null && quantity.LooksAt(reading.Quality);
        Judged = reading.Quality;
        if (quantity.IsOver(epoch))
        {
            Judged = quantity.ByRange(kept);
            if (looks) quantity.TooLate(Id, epoch, kept.With(Judged, Judged), _looked, now, events);
            return ObserveOutcome.TooLate;
        }
        if (quantity.HasOrder && reading.Order == live.Newest.Order) return ObserveOutcome.Duplicate;
        var newest = !quantity.HasOrder || reading.Order > live.Newest.Order;
        var outcome = newest ? ObserveOutcome.Newest : ObserveOutcome.Merged;
        if (looks)
        {
            var found = quantity.Observe(Id, kept, _looked, now, events);
            _deadline = Math.Min(_deadline, quantity.Deadline);
            if (quantity.HasChecks) Judged = found is ObserveOutcome.Newest or ObserveOutcome.Merged ? quantity.Judged : quantity.ByRange(kept);
            if (found != ObserveOutcome.Newest || newest) outcome = found;
        }
        if (Judged == reading.Quality) Show(ref live, quantity, reading, newest);
        else Show(ref live, quantity, reading.WithQuality(Judged), newest);
        return outcome;
    }

    private static void Show(ref LiveQuantity live, QuantityTwin quantity, in Reading reading, bool newest)
    {
        var newestGood = reading.IsGood && (!quantity.GoodHasOrder || reading.Order > live.Good.Order);
        if (!newest && !newestGood) return;
        live = new(newest ? reading : live.Newest, live.HasGood || newestGood, newestGood ? reading : live.Good);
        quantity.Seen(newestGood);
    }

    private void Elapse(long now, List<EpisodeEvent> events)
    {
        _deadline = long.MaxValue;
        FormIndices(now, events);
        for (var i = 0; i < _count; i++)
        {
            _quantities[i].Elapse(Id, _looked, now, events);
            _deadline = Math.Min(_deadline, _quantities[i].Deadline);
        }
        foreach (var join in _joins)
        {
            if (join.Rules is not { } rules) continue;
            rules.Elapse(Id, _looked, now, events);
            _deadline = Math.Min(_deadline, rules.Deadline);
        }
    }

    private void Bind(long now, RulePlan plan, List<EpisodeEvent> events)
    {
        _plan = plan;
        _deadline = long.MaxValue;
        for (var i = 0; i < _count; i++)
        {
            _quantities[i].Bind(Id, _live[i].Quantity, plan.Of(_live[i].Quantity), plan.ChecksOf(_live[i].Quantity), plan.FeedsFor(_live[i].Quantity), plan.Set.Version, _looked, now, events);
            _deadline = Math.Min(_deadline, _quantities[i].Deadline);
        }
        BindJoins(now, plan, events);
        _repairs.RemoveAll(known => plan.RepairsOf(known.Quantity) is null);
        if (plan.Indices.Length == 0) _hours = null;
        else if (_hours is not null) _deadline = Math.Min(_deadline, _hours.NextDeadline(plan.IndexSettle));
    }

    private int Add(Quantity quantity, long now, RulePlan plan, List<EpisodeEvent> events)
    {
        var added = new QuantityTwin();
        added.Bind(Id, quantity, plan.Of(quantity), plan.ChecksOf(quantity), plan.FeedsFor(quantity), plan.Set.Version, _looked, now, events);
        Append(new(Reading.Failed(quantity, default, default, ReadFault.Unspecified), false, default), added);
        return _count - 1;
    }

    private void Append(in LiveQuantity live, QuantityTwin quantity)
    {
        if (_count == _live.Length)
        {
            Array.Resize(ref _live, Math.Max(2, _count * 2));
            Array.Resize(ref _quantities, _live.Length);
        }
        _live[_count] = live;
        _quantities[_count++] = quantity;
    }

    private int IndexOf(Quantity quantity)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_live[i].Newest.Quantity == quantity) return i;
        }
        return -1;
    }
}
