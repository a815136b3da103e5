using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>
/// Follows the seq numbers of one session. A message out of turn is handled at once all the same, since order comes from the ledger or the
/// stamps; what is missing is remembered, and a deadline runs until it has come (Sparkplug 3.0, section 5.10, reorder timeout).
/// </summary>
internal sealed class SeqTracker(TimeSpan timeout)
{
    private readonly bool[] _missing = new bool[256];
    private int _missingCount;
    private byte _expected;

    /// <summary>When a rebirth is wanted unless what is missing comes before; null: nothing is missing.</summary>
    public Instant? Deadline { get; private set; }

    public void Start(byte birthSeq)
    {
        Array.Clear(_missing);
        _missingCount = 0;
        _expected = unchecked((byte)(birthSeq + 1));
        Deadline = null;
    }

    public void Take(byte seq, Instant now)
    {
        if (seq == _expected)
        {
            _expected = unchecked((byte)(seq + 1));
            return;
        }
        if (_missing[seq])
        {
            _missing[seq] = false;
            if (--_missingCount == 0) Deadline = null;
            return;
        }
        for (var lost = _expected; lost != seq; lost = unchecked((byte)(lost + 1)))
        {
            if (_missing[lost]) continue;
            _missing[lost] = true;
            _missingCount++;
        }
        _expected = unchecked((byte)(seq + 1));
        Deadline ??= now + timeout;
    }

    public void Stop() => Start(0);
}
