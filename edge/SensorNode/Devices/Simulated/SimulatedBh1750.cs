using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// A BH1750FVI simulated at its instructions (ROHM technical note 11046EDT01): power, measurement time in two halves, one-time measurements
/// whose count stands until the next, a counter that stops at its greatest value.
/// </summary>
public sealed class SimulatedBh1750 : SimulatedCommandChip
{
    private bool _on;
    private byte _time = Bh1750Time.Usual;
    private ushort _count;
    private ushort _pending;
    private long? _measuredAtNs;
    private bool _fresh; // the count was not given out

    public SimulatedBh1750(ChipSeat seat) : base(seat)
    {
    }

    protected override void PowerOn()
    {
        _on = false;
        _time = Bh1750Time.Usual;
        _count = 0;
        _measuredAtNs = null;
        _fresh = false;
    }

    protected override bool Answer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        Finish();
        foreach (var instruction in write) Take(instruction);
        if (read.Length == 0) return true;
        read.Clear();
        read[0] = (byte)(_count >> 8);
        if (read.Length > 1) read[1] = (byte)(_count & 0xFF);
        if (!_fresh || read.Length < 2) return true;
        _fresh = false;
        return Witness.Gave(read);
    }

    private void Take(byte instruction)
    {
        if (instruction <= (byte)Bh1750Instruction.PowerOn) _on = instruction != 0;
        else if (instruction >> 3 == (byte)Bh1750Instruction.ChangeTimeHigh >> 3) _time = (byte)(_time & 0b1_1111 | (instruction & 0b111) << 5);
        else if (instruction >> 5 == (byte)Bh1750Instruction.ChangeTimeLow >> 5) _time = (byte)(_time & 0b1110_0000 | instruction & 0b1_1111);
        else if (instruction == (byte)Bh1750Instruction.OneTimeHighResolution && _on) Start();
    }

    private void Start()
    {
        var time = new Bh1750Time(_time);
        _pending = (ushort)Math.Clamp(Lux() * 1.2 * _time / Bh1750Time.Usual, 0, ushort.MaxValue);
        _measuredAtNs = NowNs + time.TypicalMeasurement.ToNs();
    }

    private void Finish()
    {
        if (_measuredAtNs is not { } at || NowNs < at) return;
        _measuredAtNs = null;
        _count = _pending;
        _fresh = true;
        _on = false; // one-time: it powers itself down
    }

    // A clear day: dark before six and after eighteen, 60,000 lx at noon; a street lamp at night.
    private double Lux()
    {
        var height = Math.Sin((Wall.UtcDateTime.TimeOfDay.TotalHours - 6) / 12 * Math.PI);
        var clear = Math.Max(12, 60_000 * height) * (1 + 0.01 * Noise.Normal());
        return Pulled(IncidentKind.Illuminance, clear);
    }
}
