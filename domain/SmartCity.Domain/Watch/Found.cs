using System.Runtime.InteropServices;

namespace SmartCity.Watch;

/// <summary>An episode as a fold found it.</summary>
internal struct Found(in Threshold state)
{
    public readonly uint Epoch = state.Epoch;
    public readonly ulong First = state.First;
    public readonly long Since = state.Since;
    public readonly long RaisedAt = state.RaisedAt;
    public readonly double Value = state.RaisedValue;
    public long LastBreachAt = state.LastBreachAt;
    public double LastBreachValue = state.LastValue;
    public long ClearedAt = long.MaxValue;
    public double ClearedValue;
    public byte Level = state.Level;
    public long MovedAt = state.MovedAt;
    public double MovedValue = state.RaisedValue;

    public readonly bool IsOpen => ClearedAt == long.MaxValue;

    /// <summary>The newest moment at which it is known to have been broken.</summary>
    public readonly long Newest => Math.Max(RaisedAt, LastBreachAt);

    public void Move(in Threshold state, double value) => (Level, MovedAt, MovedValue) = (state.Level, state.MovedAt, value);

    public readonly int CompareTo(in Found other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : First.CompareTo(other.First);
}

/// <summary>Nobody listens.</summary>
internal readonly struct Unheard : IFoldSink
{
    public void Raised(in Threshold state) { }

    public void Moved(in Threshold state, double value) { }

    public void Held(in Threshold state, double value) { }

    public void Cleared(in Threshold ended, long at, double value) { }
}

/// <summary>Writes down every episode of a fold, in order; the one that was open before comes first.</summary>
internal struct Finder(List<Found> found) : IFoldSink
{
    /// <summary>Whether any episode opened, ended or came to another level since the start.</summary>
    public bool Changed { get; set; }

    /// <summary>Starts over from a state.</summary>
    public void Start(in Threshold state)
    {
        found.Clear();
        Changed = false;
        if (state.Phase == Phase.Raised) found.Add(new(state));
    }

    public void Raised(in Threshold state)
    {
        Changed = true;
        found.Add(new(state));
    }

    public void Moved(in Threshold state, double value)
    {
        Changed = true;
        CollectionsMarshal.AsSpan(found)[^1].Move(state, value);
    }

    public readonly void Held(in Threshold state, double value)
    {
        ref var open = ref CollectionsMarshal.AsSpan(found)[^1];
        open.LastBreachAt = state.LastBreachAt;
        open.LastBreachValue = value;
    }

    public void Cleared(in Threshold ended, long at, double value)
    {
        Changed = true;
        ref var open = ref CollectionsMarshal.AsSpan(found)[^1];
        open.ClearedAt = at;
        open.ClearedValue = value;
    }
}
