using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>The fold's state in a checkpoint.</summary>
internal partial struct Threshold
{
    private const byte HasEpisode = 3; // the phase
    private const byte HasVotes = 4;
    private const byte HasTimes = 8;   // other than that of a single level breached since the first value

    public readonly void Write(VarintWriter w)
    {
        var votes = _past[0] != 0 || _good[0] != 0 || _good[1] != 0;
        var times = _breachedSince[0] != Since + 1 || _breachedSince[1] != 0 || _goodSince[0] != 0 || _goodSince[1] != 0 || Level > 1;
        w.Byte((byte)((byte)Phase | (votes ? HasVotes : 0) | (Phase != Phase.Normal && times ? HasTimes : 0)));
        if (votes)
        {
            for (var level = 0; level < MostLevels; level++)
            {
                w.Varint(_past[level]);
                w.Varint(_good[level]);
            }
        }
        if (Phase == Phase.Normal) return;
        w.Varint(Epoch);
        w.Varint(First);
        w.Signed(Since);
        w.Signed(RaisedAt - Since);
        w.Signed(LastBreachAt - Since);
        w.Signed(LastAt - Since);
        Numbers.Write(w, RaisedValue);
        Numbers.Write(w, LastValue);
        w.Signed(MovedAt - Since);
        if (!times) return;
        w.Byte(Level);
        for (var level = 0; level < MostLevels; level++)
        {
            WriteTime(w, _breachedSince[level]);
            WriteTime(w, _goodSince[level]);
        }
    }

    public static bool TryRead(ref VarintReader r, out Threshold state)
    {
        state = default;
        if (!r.Byte(out var facts) || facts > 15 || (facts & HasEpisode) > (byte)Phase.Raised) return false;
        if ((facts & HasVotes) != 0 && !state.ReadVotes(ref r)) return false;
        if ((facts & HasEpisode) == 0) return (facts & HasTimes) == 0;
        if (!r.Varint(out var epoch) || epoch > uint.MaxValue || !r.Varint(out state.First)) return false;
        if (!Stamp(ref r, 0, out var since) || !Stamp(ref r, since, out state.RaisedAt) || !Stamp(ref r, since, out state.LastBreachAt) || !Stamp(ref r, since, out state.LastAt)) return false;
        if (!Numbers.Read(ref r, out state.RaisedValue) || !Numbers.Read(ref r, out state.LastValue) || !Stamp(ref r, since, out state.MovedAt)) return false;
        (state.Phase, state.Epoch, state.Since) = ((Phase)(facts & HasEpisode), (uint)epoch, since);
        if ((facts & HasTimes) != 0) return state.ReadTimes(ref r);
        state.Level = state.Phase == Phase.Raised ? (byte)1 : (byte)0;
        state._breachedSince[0] = since + 1;
        return true;
    }

    private bool ReadVotes(ref VarintReader r)
    {
        for (var level = 0; level < MostLevels; level++)
        {
            if (!r.Varint(out var past) || past > uint.MaxValue || !r.Varint(out var good) || good > uint.MaxValue) return false;
            (_past[level], _good[level]) = ((uint)past, (uint)good);
        }
        return true;
    }

    private bool ReadTimes(ref VarintReader r)
    {
        if (!r.Byte(out Level) || Level > MostLevels || Phase == Phase.Raised != Level > 0) return false;
        for (var level = 0; level < MostLevels; level++)
        {
            if (!ReadTime(ref r, out _breachedSince[level]) || !ReadTime(ref r, out _goodSince[level])) return false;
        }
        return true;
    }

    private readonly void WriteTime(VarintWriter w, long time)
    {
        w.Byte(time == 0 ? (byte)0 : (byte)1);
        if (time != 0) w.Signed(time - Since);
    }

    private readonly bool ReadTime(ref VarintReader r, out long time)
    {
        time = 0;
        if (!r.Byte(out var any) || any > 1) return false;
        return any == 0 || Stamp(ref r, Since, out time);
    }

    private static bool Stamp(ref VarintReader r, long from, out long at)
    {
        var read = r.Signed(out var delta);
        at = delta is > -(1L << 50) and < 1L << 50 ? from + delta : 0; // no stamp that was written is further away
        return read;
    }
}
