namespace SmartCity.Watch;

/// <summary>How far a rule has come over readings in their order: its fold, and the input's past if it has one.</summary>
internal struct Course(PlannedRule rule)
{
    public Threshold Fold;
    public SlotRing? Slots = rule.IsMean ? new(rule.Cut) : null;
    public PointInput? Input = PointInput.Of(rule);

    /// <summary>Takes the next reading. True when slots moved, and with them the next deadline.</summary>
    public bool Take<TSink>(PlannedRule rule, uint epoch, in Kept reading, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (Slots is not null) return Slots.Add(rule, ref Fold, epoch, reading.At, reading.Value, ref sink);
        var value = reading.Value;
        if (Input is null || Input.TryTake(reading.At, value, out value)) Fold.Step(rule, epoch, reading.Order, reading.At, value, ref sink);
        return false;
    }

    public readonly void CopyTo(ref Course other)
    {
        other.Fold = Fold;
        Slots?.CopyTo(other.Slots!);
        Input?.CopyTo(other.Input!);
    }
}
