using System.Buffers.Binary;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// Two simulated beams and the vehicles that go through them: 20 to 70 km/h, 4 to 15 m long, one in ten against the lane. Each edge is written to the
/// trap's witness first: the beam (0 or 1), whether it is covered (0 or 1), and eight bytes of monotonic nanoseconds, in hex.
/// </summary>
public sealed class SimulatedBeams : IEdgeSource
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly SpeedTrapPlan _plan;
    private readonly ChipSeat _seat;
    private readonly Witness _witness;
    private readonly Chance _chance;
    private readonly Queue<(int Beam, bool Covered, long AtNs)> _planned = new();
    private readonly HashSet<int> _open = [];
    private readonly long _startNs;
    private long _untilNs; // everything before it is planned

    public SimulatedBeams(SpeedTrapPlan plan, ChipSeat seat)
    {
        (_plan, _seat) = (plan, seat);
        _startNs = _untilNs = seat.Time.MonotonicNs();
        _chance = Chance.Of(seat.Seed, $"{seat.Node}/{plan.Name}");
        _witness = Witness.Open(seat.WitnessDirectory, seat.Node, plan.Name, null, seat.Time);
    }

    public LineOpening Open(int line, LinePull pull, bool prompt)
    {
        _open.Add(line);
        return new(null, Level(covered: false), _seat.Time.MonotonicNs());
    }

    public bool TryTake(out LineEvent next)
    {
        next = default;
        Plan();
        if (_open.Count < 2 || !_planned.TryPeek(out var edge) || edge.AtNs > _seat.Time.MonotonicNs()) return false;
        _planned.Dequeue();
        Span<byte> given = stackalloc byte[10];
        (given[0], given[1]) = ((byte)edge.Beam, (byte)(edge.Covered ? 1 : 0));
        BinaryPrimitives.WriteInt64BigEndian(given[2..], edge.AtNs);
        var line = edge.Beam == 0 ? _plan.FirstLine : _plan.SecondLine;
        next = _witness.Gave(given) ? new(line, new(Level(edge.Covered), edge.AtNs), 0) : new(line, default, 0, ReadFault.NoAnswer);
        return true;
    }

    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        Plan();
        var until = _planned.TryPeek(out var edge) ? MonotonicClock.FromNs(edge.AtNs - _seat.Time.MonotonicNs()) : Look;
        var wait = until < atMost ? until : atMost;
        var delay = MonotonicClock.RoundedUp(wait);
        var time = _seat.Time;
        if (wait > TimeSpan.Zero) await Task.Delay(delay, time, stopping);
    }

    public void Dispose() => _witness.Dispose();

    private bool Level(bool covered) => covered == (_plan.Covered == Polarity.ActiveHigh);

    private void Plan()
    {
        while (_planned.Count == 0 && _untilNs < _seat.Time.MonotonicNs() + Look.ToNs())
        {
            var perHour = PerHour(MonotonicClock.FromNs(_untilNs - _startNs));
            var wait = perHour > 0 ? _chance.Wait(perHour) : TimeSpan.MaxValue;
            if (wait > Look)
            {
                _untilNs += Look.ToNs();
                continue;
            }
            Pass(_untilNs + wait.ToNs());
        }
    }

    private void Pass(long atNs)
    {
        var (speed, length, backwards) = (_chance.Whole(20, 70) / 3.6, _chance.Whole(40, 150) / 10.0, _chance.Unit() < 0.1);
        long Ns(double metres) => (long)(metres / speed * 1e9);
        var edges = new[] { (0, true, 0L), (1, true, Ns(_plan.ApartMetres)), (0, false, Ns(length)), (1, false, Ns(length + _plan.ApartMetres)) };
        foreach (var (beam, covered, after) in edges.OrderBy(edge => edge.Item3)) _planned.Enqueue((backwards ? 1 - beam : beam, covered, atNs + after));
        _untilNs = atNs + Ns(length + _plan.ApartMetres) + Look.ToNs(); // one vehicle at a time
    }

    private double PerHour(TimeSpan at)
    {
        foreach (var incident in _seat.Simulation.Incidents)
        {
            if (incident.Kind == IncidentKind.PerHour && incident.LastedAt(at) is not null) return incident.Value;
        }
        return _seat.Simulation.Scenario == Scenario.Dry ? 0 : 300;
    }
}
