using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>A reading as it is kept for merging.</summary>
internal readonly record struct Kept(ulong Order, long At, double Value, Quality Quality);

/// <summary>The newest readings that any rule looks at, of a quantity, by rising order: a ring that grows up to <see cref="Most"/>.</summary>
internal sealed class ReadingBuffer
{
    /// <summary>Most readings kept, whatever the lateness limits ask for.</summary>
    public const int Most = 64;

    private Kept[] _ring = []; // a power of two, or none
    private int _first;

    public int Count { get; private set; }

    public bool IsFull => Count == Most;

    public ref readonly Kept this[int index] => ref _ring[(_first + index) & (_ring.Length - 1)];

    public ref readonly Kept Oldest => ref this[0];

    public ref readonly Kept Newest => ref this[Count - 1];

    public void Append(in Kept reading)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_first + Count++) & (_ring.Length - 1)] = reading;
    }

    public void DropOldest()
    {
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
    }

    public void Clear() => Count = 0;

    /// <summary>Where an order is, or the complement of where it belongs.</summary>
    public int Find(ulong order)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var mid = (low + high) / 2;
            if (this[mid].Order == order) return mid;
            if (this[mid].Order < order) low = mid + 1;
            else high = mid - 1;
        }
        return ~low;
    }

    public void Insert(int index, in Kept reading)
    {
        Append(reading);
        for (var i = Count - 1; i > index; i--) Slot(i) = Slot(i - 1);
        Slot(index) = reading;
    }

    private ref Kept Slot(int index) => ref _ring[(_first + index) & (_ring.Length - 1)];

    private void Grow()
    {
        var larger = new Kept[Math.Max(4, _ring.Length * 2)];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _ring = larger;
        _first = 0;
    }
}
