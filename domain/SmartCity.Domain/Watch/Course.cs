using System.Runtime.CompilerServices;

namespace SmartCity.Watch;

/// <summary>
/// How far a rule has come over readings in their order: its fold, and the input's past if it has one. Most rules on most sensors are at rest for
/// all their life; a fold takes memory of its own from the first time that it is not.
/// </summary>
internal struct Course(PlannedRule rule)
{
    private StrongBox<Threshold>? _fold; // null: at rest since it was made
    public SlotRing? Slots = rule.IsMean ? new(rule.Cut) : null;
    public PointInput? Input = PointInput.Of(rule);

    public readonly Phase Phase => _fold is null ? Phase.Normal : _fold.Value.Phase;

    public Threshold Fold
    {
        readonly get => _fold is null ? default : _fold.Value;
        set
        {
            if (_fold is not null) _fold.Value = value;
            else if (!value.IsAtRest) _fold = new(value);
        }
    }

    /// <summary>See <see cref="Threshold.HeldUntil"/>.</summary>
    public readonly long HeldUntil(PlannedRule rule, long heardSince) => _fold is null ? long.MaxValue : _fold.Value.HeldUntil(rule, heardSince);

    /// <summary>Takes the next reading. True when slots moved, and with them the next deadline.</summary>
    public bool Take<TSink>(PlannedRule rule, uint epoch, in Kept reading, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (_fold is not null) return Take(rule, ref _fold.Value, epoch, reading, ref sink);
        var fold = default(Threshold);
        var slotsMoved = Take(rule, ref fold, epoch, reading, ref sink);
        if (!fold.IsAtRest) _fold = new(fold);
        return slotsMoved;
    }

    public readonly void CopyTo(ref Course other)
    {
        other.Fold = Fold;
        Slots?.CopyTo(other.Slots!);
        Input?.CopyTo(other.Input!);
    }

    private readonly bool Take<TSink>(PlannedRule rule, ref Threshold fold, uint epoch, in Kept reading, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (Slots is not null) return Slots.Add(rule, ref fold, epoch, reading.At, reading.Value, ref sink);
        var value = reading.Value;
        if (Input is null || Input.TryTake(reading.At, value, out value)) fold.Step(rule, epoch, reading.Order, reading.At, value, ref sink);
        return false;
    }
}
