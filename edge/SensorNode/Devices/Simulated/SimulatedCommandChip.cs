using SensorNode.Options;

namespace SensorNode.Devices.Simulated;

/// <summary>Where a simulated chip sits and what it lives through.</summary>
/// <param name="Node">For the name of its witness.</param>
public sealed record ChipSeat(string Node, string Device, DeviceSimulation Simulation, int Seed, string? WitnessDirectory, TimeProvider Time);

/// <summary>A chip that is simulated at the transfers on its wire: it answers commands, or has registers wider than a byte.</summary>
public abstract class SimulatedCommandChip : ISimulatedChip
{
    private readonly ChipSeat _seat;
    private readonly long _startNs;

    protected SimulatedCommandChip(ChipSeat seat)
    {
        _seat = seat;
        _startNs = seat.Time.MonotonicNs();
        var chance = Chance.Of(seat.Seed, $"{seat.Node}/{seat.Device}");
        Noise = new(unchecked(chance.Next() + (ulong)seat.Time.GetUtcNow().ToUnixTimeMilliseconds())); // a restart is not the same noise again
        Witness = Witness.Open(seat.WitnessDirectory, seat.Node, seat.Device, null, seat.Time);
    }

    protected Chance Noise { get; }

    protected Witness Witness { get; }

    protected DeviceSimulation Simulation => _seat.Simulation;

    protected long NowNs => _seat.Time.MonotonicNs();

    protected DateTimeOffset Wall => _seat.Time.GetUtcNow();

    protected TimeSpan Elapsed => MonotonicClock.FromNs(NowNs - _startNs);

    public bool Transfer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (!Happens(IncidentKind.Unplugged)) return Answer(write, read);
        PowerOn(); // without power it forgets
        return false;
    }

    public bool Read(byte register, Span<byte> into) => Transfer([register], into);

    public bool Write(byte register, byte value) => Transfer([register, value], []);

    public void LosePower() => PowerOn();

    public void Dispose() => Witness.Dispose();

    /// <summary>Puts it into the state after power on.</summary>
    protected abstract void PowerOn();

    /// <summary>Takes and answers a transfer; false when it does not acknowledge.</summary>
    protected abstract bool Answer(ReadOnlySpan<byte> write, Span<byte> read);

    protected bool Happens(IncidentKind kind) => Simulation.Incidents.Any(incident => incident.Kind == kind && incident.LastedAt(Elapsed) is not null);

    /// <summary>A value, pulled towards what the incidents of a kind make of it.</summary>
    protected double Pulled(IncidentKind kind, double value) => Weather.Pulled(Simulation, Elapsed, kind, value);
}
