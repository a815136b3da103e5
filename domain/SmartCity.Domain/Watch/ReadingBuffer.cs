using System.Runtime.CompilerServices;
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

/// <summary>
/// The newest readings that any rule looks at, of a quantity, by rising order: a ring that grows up to <see cref="Most"/>. It grows by a piece at
/// a time, so that what a city's sensors have outgrown, all within a minute of its start, is not left lying about.
/// </summary>
internal sealed class ReadingBuffer
{
    /// <summary>Most readings kept, whatever the lateness limits ask for.</summary>
    public const int Most = 64;

    private const int FirstPiece = 4; // enough for most
    private const int PieceBits = 4;
    private const int Piece = 1 << PieceBits;

    private Pieces _pieces; // all of them whole, but for the first while it is the only one
    private int _first;
    private int _room;

    public int Count { get; private set; }

    public bool IsFull => Count == Most;

    public ref readonly Kept this[int index] => ref Slot(index);

    public ref readonly Kept Oldest => ref this[0];

    public ref readonly Kept Newest => ref this[Count - 1];

    public void Append(in Kept reading)
    {
        if (Count == _room) Grow();
        Slot(Count++) = reading;
    }

    public void DropOldest()
    {
        if (++_first == _room) _first = 0;
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

    private ref Kept Slot(int index)
    {
        var at = _first + index;
        if (at >= _room) at -= _room;
        return ref _pieces[at >> PieceBits]![at & (Piece - 1)];
    }

    private void Grow()
    {
        Span<Kept> all = stackalloc Kept[Most];
        for (var i = 0; i < Count; i++) all[i] = this[i];
        if (_room == 0) _pieces[0] = new Kept[_room = FirstPiece];
        else if (_room < Piece) _pieces[0] = new Kept[_room = Piece];
        else
        {
            _pieces[_room >> PieceBits] = new Kept[Piece];
            _room += Piece;
        }
        _first = 0;
        for (var i = 0; i < Count; i++) Slot(i) = all[i];
    }

    [InlineArray(Most / Piece)]
    private struct Pieces
    {
        private Kept[]? _piece;
    }
}
