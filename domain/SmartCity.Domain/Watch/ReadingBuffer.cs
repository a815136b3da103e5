using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>A reading as it is kept for merging, in 24 bytes: there are many. The stamp takes 42 bits, a quality 4.</summary>
internal readonly struct Kept
{
    public const Quality NotThere = 0;

    private const int StampBits = 48;
    private const long StampMask = (1L << StampBits) - 1;

    private readonly long _packed;

    public Kept(ulong order, long at, double value, Quality quality) : this(order, at, value, quality, quality, quality) { }

    /// <param name="at">0 to <see cref="Instant.Max"/>.</param>
    /// <param name="quality">As far as is known now: what it came with, or worse by the checks.</param>
    /// <param name="source">The quality that it came with.</param>
    /// <param name="was">The quality before the present change, while rules are told of it; <see cref="NotThere"/>: it was not there.</param>
    public Kept(ulong order, long at, double value, Quality quality, Quality source, Quality was)
    {
        (Order, Value) = (order, value);
        _packed = unchecked((long)((ulong)quality << StampBits | (ulong)source << StampBits + 4 | (ulong)was << StampBits + 8)) | at & StampMask;
    }

    public ulong Order { get; }

    public double Value { get; }

    public long At => _packed & StampMask;

    public Quality Quality => (Quality)(_packed >> StampBits & 15);

    public Quality Source => (Quality)(_packed >> StampBits + 4 & 15);

    public Quality Was => (Quality)(_packed >> StampBits + 8 & 15);

    public Kept With(Quality quality, Quality was) => new(Order, At, Value, quality, Source, was);
}

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

    /// <summary>Gives a reading another quality; the one before is remembered until <see cref="Settle"/>.</summary>
    public void Judge(int index, Quality quality) => Slot(index) = this[index].With(quality, this[index].Was);

    /// <summary>The qualities as they are now are those that were.</summary>
    public void Settle()
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].Was != this[i].Quality) Slot(i) = this[i].With(this[i].Quality, this[i].Quality);
        }
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
