using System.Buffers.Binary;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>An HC-SR04 simulated at the time that its echo line is high. It looks at what is 2.5 m away, but for incidents; beyond 4 m it hears nothing.</summary>
public sealed class SimulatedEcho : IEchoLine
{
    private const double Usual = 2.5;

    private readonly ChipSeat _seat;
    private readonly Witness _witness;
    private readonly Chance _noise;
    private readonly long _startNs;

    public SimulatedEcho(EchoPlan plan, ChipSeat seat)
    {
        _seat = seat;
        _startNs = seat.Time.MonotonicNs();
        _noise = Chance.Of(seat.Seed, $"{seat.Node}/{plan.Name}");
        _witness = Witness.Open(seat.WitnessDirectory, seat.Node, plan.Name, null, seat.Time);
        Air = plan.Air;
    }

    private Celsius Air { get; }

    public ValueTask<(TimeSpan Echo, ReadFault? Fault)> PingAsync(CancellationToken stopping)
    {
        var elapsed = MonotonicClock.FromNs(_seat.Time.MonotonicNs() - _startNs);
        if (_seat.Simulation.Incidents.Any(incident => incident.Kind == IncidentKind.Unplugged && incident.LastedAt(elapsed) is not null)) return new((default(TimeSpan), ReadFault.NoAnswer));
        var metres = Weather.Pulled(_seat.Simulation, elapsed, IncidentKind.Distance, Usual) + 0.001 * _noise.Normal();
        var echo = metres > UltrasonicEcho.GreatestMetres ? UltrasonicEcho.NoEcho : TimeSpan.FromSeconds(2 * Math.Max(0, metres) / UltrasonicEcho.SoundSpeed(Air));
        Span<byte> given = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(given, echo.Ticks * TimeSpan.NanosecondsPerTick);
        return new(_witness.Gave(given) ? (echo, null) : (default(TimeSpan), ReadFault.NoAnswer));
    }

    public void Dispose() => _witness.Dispose();
}
