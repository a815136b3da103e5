using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>Where a sensor stands.</summary>
/// <param name="Site">Sensors of one site and quantity are channels of one another; empty: it stands alone.</param>
public readonly record struct Spot(string District, string Site, double? Latitude, double? Longitude)
{
    /// <summary>Radius of the sphere with the Earth's volume, in metres.</summary>
    private const double EarthMetres = 6_371_000;

    /// <summary>Metres to another spot; infinite when unknown and not in one district, 0 when unknown and in one. Exact enough across a city.</summary>
    public double MetresTo(in Spot other)
    {
        if (Latitude is not { } lat || Longitude is not { } lon || other.Latitude is not { } otherLat || other.Longitude is not { } otherLon)
        {
            return District == other.District ? 0 : double.PositiveInfinity;
        }
        var north = (otherLat - lat) * Math.PI / 180;
        var east = Math.IEEERemainder(otherLon - lon, 360) * Math.PI / 180 * Math.Cos((lat + otherLat) / 2 * Math.PI / 180);
        return EarthMetres * Math.Sqrt(north * north + east * east);
    }
}

/// <summary>A value of a near sensor.</summary>
public readonly record struct NearValue(SensorId Sensor, Instant At, double Value);

/// <summary>
/// The sensors of one quantity and what they said last: what a reading is compared with that looks around. Mutable, single owner, no clock. Readings are compared as they come, with what
/// has come until then; a flag is part of the reading from there on, so a restart changes none. What fails its range is no neighbour's value; what only differs from its
/// neighbours is one, or a front that reaches one sensor first would make all of them suspect, each by the other.
/// </summary>
public sealed class Surroundings
{
    /// <summary>Most neighbours of one sensor: the nearest.</summary>
    public const int MostNear = 16;

    /// <summary>Slots of a twin's window.</summary>
    private const int Slots = 6;

    /// <summary>Readings of a sensor after which its neighbours are looked for again, if any sensor came or moved; at once, if many did.</summary>
    private const int LookAgain = 32;

    private readonly Dictionary<SensorId, Member> _members = [];
    private readonly Dictionary<string, List<Member>> _sites = new(StringComparer.Ordinal);
    private readonly List<(double Metres, Member Member)> _found = [];
    private int _version;

    private sealed class Member(SensorId id, in Spot spot)
    {
        public readonly SensorId Id = id;
        public Spot Spot = spot;
        public LastValues Recent;
        public (double Metres, Member Member)[] Near = [];
        public int NearOf = -1; // the version that Near was found in
        public int Taken;       // readings since then
        public SlotMeans Means;
    }

    /// <summary>The last few values, by time.</summary>
    private struct LastValues
    {
        private const int Most = 4;
        private (long At, double Value)[]? _values;
        private int _count;

        public void Add(long at, double value)
        {
            _values ??= new (long, double)[Most];
            if (_count == Most && at < _values[0].At) return;
            if (_count == Most) Array.Copy(_values, 1, _values, 0, --_count);
            var place = _count++;
            for (; place > 0 && _values[place - 1].At > at; place--) _values[place] = _values[place - 1];
            _values[place] = (at, value);
        }

        /// <summary>The value nearest to a time.</summary>
        public readonly bool TryAt(long at, double withinMilliseconds, out long said, out double value)
        {
            (said, value) = (0, 0);
            var nearest = double.PositiveInfinity;
            for (var i = 0; i < _count; i++)
            {
                var apart = Math.Abs((double)at - _values![i].At);
                if (apart > withinMilliseconds || apart > nearest) continue;
                (nearest, said, value) = (apart, _values[i].At, _values[i].Value);
            }
            return double.IsFinite(nearest);
        }
    }

    /// <summary>Sums and counts of the last slots.</summary>
    private struct SlotMeans
    {
        private double[]? _sums;
        private int[]? _counts;
        private long _newest;

        public void Add(long slot, double value)
        {
            if (_sums is null) (_sums, _counts, _newest) = (new double[Slots], new int[Slots], slot);
            if (slot <= _newest - Slots) return;
            for (var next = Math.Max(_newest + 1, slot - Slots + 1); next <= slot; next++) (_sums[next % Slots], _counts![next % Slots]) = (0, 0);
            _newest = Math.Max(_newest, slot);
            _sums[slot % Slots] += value;
            _counts![slot % Slots]++;
        }

        public readonly bool TryMean(long slot, int least, out double mean)
        {
            var (sum, count) = (0.0, 0);
            for (var at = Math.Max(0, Math.Max(slot, _newest) - Slots + 1); _sums is not null && at <= Math.Min(slot, _newest); at++)
            {
                sum += _sums[at % Slots];
                count += _counts![at % Slots];
            }
            mean = sum / count;
            return count >= Math.Max(1, least);
        }
    }

    /// <summary>Takes a reading as its source flagged it; the flag it has after comparing, never better than that.</summary>
    /// <param name="checks">Null: nothing is compared, the value is heard alone.</param>
    public Quality Take(SensorId sensor, in Spot spot, in Reading reading, QualityChecks? checks)
    {
        if (!reading.TryGetValue(out var value) || reading.Quality >= Quality.Fail || checks?.OfRange(value) == Quality.Fail) return reading.Quality;
        var member = Place(sensor, spot);
        var at = reading.At.UnixMilliseconds;
        var flag = Quality.Good;
        if (checks?.Twins is { } twins) flag = QualityFold.Worse(flag, OfTwins(member, twins, at, value));
        if (checks?.Neighbours is { } neighbours && MedianNear(member, at, neighbours) is { } median) flag = QualityFold.Worse(flag, neighbours.Of(value, median));
        member.Recent.Add(at, value);
        return flag == Quality.Good ? reading.Quality : QualityFold.Worse(reading.Quality, flag);
    }

    /// <summary>What near sensors said about a time: first those of the same site, then those at others, one a site, the nearest first.</summary>
    /// <param name="freshFor">How much older or newer than the time a value may be.</param>
    /// <param name="withinMetres">How far away another site may be.</param>
    /// <returns>How many there are in <paramref name="near"/>.</returns>
    public int Near(SensorId sensor, in Spot spot, Instant at, TimeSpan freshFor, double withinMetres, Span<NearValue> near)
    {
        var member = Place(sensor, spot);
        var count = 0;
        if (spot.Site.Length > 0)
        {
            foreach (var other in _sites[spot.Site])
            {
                if (count < near.Length && other != member && other.Recent.TryAt(at.UnixMilliseconds, freshFor.TotalMilliseconds, out var said, out var value)) near[count++] = new(other.Id, new(said), value);
            }
        }
        foreach (var (metres, other) in NearOf(member))
        {
            if (count == near.Length || metres > withinMetres) break;
            if (other.Recent.TryAt(at.UnixMilliseconds, freshFor.TotalMilliseconds, out var said, out var value)) near[count++] = new(other.Id, new(said), value);
        }
        return count;
    }

    private Member Place(SensorId sensor, in Spot spot)
    {
        if (!_members.TryGetValue(sensor, out var member))
        {
            _members.Add(sensor, member = new(sensor, spot));
            Enter(member);
        }
        else if (member.Spot != spot)
        {
            if (member.Spot.Site.Length > 0) _sites[member.Spot.Site].Remove(member);
            (member.Spot, member.NearOf) = (spot, -1);
            Enter(member);
        }
        return member;
    }

    private void Enter(Member member)
    {
        _version++;
        if (member.Spot.Site.Length == 0) return;
        if (!_sites.TryGetValue(member.Spot.Site, out var site)) _sites.Add(member.Spot.Site, site = []);
        site.Add(member);
    }

    private Quality OfTwins(Member member, TwinChannels twins, long at, double value)
    {
        var slot = at / Math.Max(1, (long)twins.Over.TotalMilliseconds / Slots);
        member.Means.Add(slot, value);
        if (member.Spot.Site.Length == 0 || !member.Means.TryMean(slot, twins.Readings, out var own)) return Quality.Good;
        var (others, against) = (0, 0);
        foreach (var other in _sites[member.Spot.Site])
        {
            if (other == member || !other.Means.TryMean(slot, twins.Readings, out var mean)) continue;
            others++;
            if (twins.Disagree(own, mean)) against++;
        }
        return 2 * against > others ? Quality.Suspect : Quality.Good;
    }

    private double? MedianNear(Member member, long at, NeighbourDifference neighbours)
    {
        Span<double> values = stackalloc double[MostNear];
        var count = 0;
        foreach (var (metres, other) in NearOf(member))
        {
            if (metres > neighbours.WithinMetres) break;
            if (other.Recent.TryAt(at, neighbours.FreshFor.TotalMilliseconds, out _, out var value)) values[count++] = value;
        }
        return count >= neighbours.Sites ? Median(values[..count]) : null;
    }

    // One a site: the nearest.
    private (double Metres, Member Member)[] NearOf(Member member)
    {
        var known = member.NearOf >= 0 && _version - member.NearOf <= _members.Count / 8 && ++member.Taken < LookAgain;
        if (known || member.NearOf == _version) return member.Near;
        _found.Clear();
        foreach (var other in _members.Values)
        {
            if (other == member || other.Spot.Site.Length > 0 && other.Spot.Site == member.Spot.Site) continue;
            var metres = member.Spot.MetresTo(other.Spot);
            if (double.IsFinite(metres)) _found.Add((metres, other));
        }
        _found.Sort((a, b) => a.Metres != b.Metres ? a.Metres.CompareTo(b.Metres) : string.CompareOrdinal(a.Member.Id.Value, b.Member.Id.Value));
        var near = new List<(double, Member)>(MostNear);
        var sites = new HashSet<string>(StringComparer.Ordinal);
        foreach (var found in _found)
        {
            if (near.Count == MostNear) break;
            if (found.Member.Spot.Site.Length == 0 || sites.Add(found.Member.Spot.Site)) near.Add(found);
        }
        (member.Near, member.NearOf, member.Taken) = ([.. near], _version, 0);
        return member.Near;
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }
}
