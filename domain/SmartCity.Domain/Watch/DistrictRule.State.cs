using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>Where a rule on a district stands, in a checkpoint: its sensors' values, the last step, and the rule's own state. Of an open episode the register knows more.</summary>
internal sealed partial class DistrictRule
{
    private const ulong MostSensors = 1_000_000;

    public void Write(VarintWriter w, long looked)
    {
        w.Signed(_step == long.MinValue ? -1 : _step);
        w.Varint((ulong)_members.Count);
        foreach (var (sensor, member) in _members)
        {
            Texts.Write(w, sensor.Value);
            Texts.Write(w, member.Site);
            w.Signed(member.At == long.MinValue ? -1 : member.At);
            if (member.At != long.MinValue) Numbers.Write(w, member.Value);
            w.Varint((ulong)member.Later.Count);
            foreach (var (step, at, value) in member.Later)
            {
                w.Signed(step);
                w.Signed(at);
                Numbers.Write(w, value);
            }
        }
        _twin.Settle(); // a district's values come in order: nothing is merged with
        _twin.Write(w, looked);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote under the same definition. False, and nothing is taken over: it was not.</summary>
    public bool TryRestore(ref VarintReader r, long looked)
    {
        if (!r.Signed(out var step) || step < -1 || step > Instant.Max.UnixMilliseconds || !r.Varint(out var count) || count > MostSensors) return false;
        var members = new List<(SensorId, Member)>();
        for (var i = 0ul; i < count; i++)
        {
            if (!Texts.Read(ref r, out var sensor) || !Texts.Read(ref r, out var site) || !TryRead(ref r, out var member)) return false;
            member.Site = site;
            members.Add((new(sensor), member));
        }
        if (!RuleTwin.TryRead(ref r, out var twin) || twin.Id != Plan.Id || twin.Definition != Plan.Definition) return false;
        twin.Restore(Plan, 0, new ReadingBuffer(), looked);
        (_restored, _twin, _step) = (true, twin, step == -1 ? long.MinValue : step);
        foreach (var (sensor, member) in members) _members[sensor] = member;
        return true;
    }

    private static bool TryRead(ref VarintReader r, out Member member)
    {
        member = new();
        if (!r.Signed(out var at) || at < -1 || at > Instant.Max.UnixMilliseconds) return false;
        if (at >= 0)
        {
            if (!Numbers.Read(ref r, out member.Value)) return false;
            member.At = at;
        }
        if (!r.Varint(out var later) || later > 2 * DistrictInput.MaxSteps) return false;
        for (var i = 0ul; i < later; i++)
        {
            if (!r.Signed(out var step) || !r.Signed(out var stamp) || stamp < 0 || stamp > Instant.Max.UnixMilliseconds || !Numbers.Read(ref r, out var value)) return false;
            member.Later.Add((step, stamp, value));
        }
        return true;
    }
}
