using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// An ADXL345 simulated at its registers (Analog Devices, rev. G): standby until it is told to measure, a FIFO that bypass empties and that stops
/// when it is full, or loses its oldest entry in stream mode, an entry taken by each read of the data registers. It vibrates at 12.5 Hz along the axis that points up.
/// </summary>
public sealed class SimulatedAdxl345 : SimulatedCommandChip
{
    private readonly UpAxis _up;
    private readonly byte[] _registers = new byte[64];
    private readonly Queue<byte[]> _fifo = [];
    private readonly List<byte> _given = []; // of the FIFO's filling, for the witness
    private byte _pointer;
    private long _nextAtNs;

    public SimulatedAdxl345(ChipSeat seat, UpAxis up) : base(seat)
    {
        _up = up;
        PowerOn();
    }

    protected override void PowerOn()
    {
        Array.Clear(_registers);
        _registers[(int)Adxl345Register.DeviceId] = Adxl345.DeviceId;
        _registers[(int)Adxl345Register.Rate] = Adxl345.Rate100Hz;
        _fifo.Clear();
        _given.Clear();
        _pointer = 0;
    }

    protected override bool Answer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        Fill();
        if (write.Length > 0) _pointer = write[0];
        if (write.Length == 2) Set((Adxl345Register)(_pointer & 0x3F), write[1]);
        return read.Length == 0 || Give(read);
    }

    private void Set(Adxl345Register register, byte value)
    {
        if (register is Adxl345Register.DeviceId or Adxl345Register.FifoStatus) return; // read only
        _registers[(int)register] = value;
        if (register == Adxl345Register.FifoControl && value >> 6 == 0)
        {
            _fifo.Clear();
            _given.Clear();
        }
        if (register is Adxl345Register.FifoControl or Adxl345Register.PowerControl) _nextAtNs = NowNs + 10_000_000;
    }

    // Accelerations since the last look, up to a full FIFO: only the 100 Hz that the driver sets are simulated.
    private void Fill()
    {
        var mode = (_registers[(int)Adxl345Register.PowerControl] & Adxl345.Measuring) == 0 ? 0 : _registers[(int)Adxl345Register.FifoControl] >> 6;
        for (; mode is 1 or 2 && _nextAtNs <= NowNs && (mode == 2 || _fifo.Count + _given.Count / Acceleration.Length < Adxl345.Window); _nextAtNs += 10_000_000)
        {
            if (_fifo.Count == Adxl345.Window) _fifo.Dequeue(); // stream: the oldest is lost
            var bytes = new byte[Acceleration.Length];
            At(_nextAtNs).Encode(bytes);
            _fifo.Enqueue(bytes);
        }
    }

    private bool Give(Span<byte> read)
    {
        if (_pointer == (byte)Adxl345Register.Data && _fifo.TryPeek(out var entry))
        {
            _given.AddRange(entry);
            if (_given.Count == Adxl345.Window * Acceleration.Length && !Witness.Gave([.. _given]))
            {
                _given.RemoveRange(_given.Count - entry.Length, entry.Length);
                return false;
            }
            if (_given.Count == Adxl345.Window * Acceleration.Length && _registers[(int)Adxl345Register.FifoControl] >> 6 == 2) _given.Clear();
            _fifo.Dequeue();
            entry.CopyTo(_registers, (int)Adxl345Register.Data);
        }
        _registers[(int)Adxl345Register.FifoStatus] = (byte)_fifo.Count;
        for (var i = 0; i < read.Length; i++) read[i] = _registers[_pointer + i & 0x3F];
        return true;
    }

    private Acceleration At(long ns)
    {
        var tilt = Pulled(IncidentKind.Tilt, 0.5) * Math.PI / 180;
        var swing = Math.Sqrt(2) * Pulled(IncidentKind.Vibration, 0) / Adxl345.Gravity * Math.Sin(ns % 1_000_000_000 * 1e-9 * 12.5 * Math.Tau);
        short Counts(double g) => (short)Math.Clamp(Math.Round(g * Adxl345.CountsPerG + 0.8 * Noise.Normal()), -4096, 4095);
        var (along, aside, across) = (Counts(Math.Cos(tilt) + swing), Counts(Math.Sin(tilt)), Counts(0));
        return _up switch
        {
            UpAxis.X => new(along, aside, across),
            UpAxis.Y => new(across, along, aside),
            UpAxis.Z => new(aside, across, along),
            UpAxis.MinusX => new((short)-along, aside, across),
            UpAxis.MinusY => new(across, (short)-along, aside),
            UpAxis.MinusZ => new(aside, across, (short)-along),
        };
    }
}
