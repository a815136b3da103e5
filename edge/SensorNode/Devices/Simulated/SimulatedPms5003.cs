using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// A PMS5003 simulated at its bytes: a frame each 0.9 s, sent at 9600 baud, so that a read may find half of one. What is not read is kept up to
/// the kernel's 4,096 bytes; what comes then is lost.
/// </summary>
public sealed class SimulatedPms5003 : IUart
{
    private const long FrameIntervalNs = 900_000_000;
    private const long ByteNs = 1_041_667; // ten bits at 9600 baud
    private const int Kept = 4096;

    private readonly ChipSeat _seat;
    private readonly long _startNs;
    private readonly Chance _noise;
    private readonly Witness _witness;
    private readonly Queue<byte> _come = [];
    private readonly byte[] _frame = new byte[Pms5003Frame.Length];
    private long _sent; // bytes of all frames so far, read or lost

    public SimulatedPms5003(ChipSeat seat)
    {
        _seat = seat;
        _startNs = seat.Time.MonotonicNs();
        _noise = new(unchecked(Chance.Of(seat.Seed, $"{seat.Node}/{seat.Device}").Next() + (ulong)seat.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        _witness = Witness.Open(seat.WitnessDirectory, seat.Node, seat.Device, null, seat.Time);
    }

    public ReadFault? Read(Span<byte> into, out int count)
    {
        Send();
        for (count = 0; count < into.Length && _come.TryDequeue(out var one); count++) into[count] = one;
        return null;
    }

    public void Dispose() => _witness.Dispose();

    private void Send()
    {
        var now = _seat.Time.MonotonicNs() - _startNs;
        while (true)
        {
            var (frame, at) = Math.DivRem(_sent, Pms5003Frame.Length);
            var sentNs = (frame + 1) * FrameIntervalNs + (at + 1) * ByteNs;
            if (sentNs > now) return;
            var elapsed = MonotonicClock.FromNs(sentNs);
            var heard = true;
            if (at == 0) Make(elapsed);
            if (at == Pms5003Frame.Length - 1) heard = _witness.Gave(_frame);
            _sent++;
            if (heard && !Happens(IncidentKind.Unplugged, elapsed) && _come.Count < Kept) _come.Enqueue(_frame[at]);
        }
    }

    private void Make(TimeSpan elapsed)
    {
        var pm25 = Weather.Pulled(_seat.Simulation, elapsed, IncidentKind.Particles, 9) * (1 + 0.03 * _noise.Normal());
        static ushort Whole(double value) => (ushort)Math.Clamp(Math.Round(value), 0, ushort.MaxValue);
        new Pms5003Frame(Whole(0.7 * pm25), Whole(pm25), Whole(1.3 * pm25)).Encode(_frame);
        if (Happens(IncidentKind.Disturbed, elapsed)) _frame[12] ^= 0x10;
    }

    private bool Happens(IncidentKind kind, TimeSpan elapsed) => _seat.Simulation.Incidents.Any(incident => incident.Kind == kind && incident.LastedAt(elapsed) is not null);
}
