using System.Buffers.Binary;
using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// An SCD41 simulated at its commands (SCD4x datasheet version 1.3, chapter 3): idle and periodic measurement, 500 ms of silence after a stop,
/// 1 ms before an answer can be read, a buffer that one read empties, arguments refused when their CRC is wrong.
/// </summary>
public sealed class SimulatedScd41 : SimulatedCommandChip
{
    private const int Serial = 0x5C41;

    private readonly byte[] _answer = new byte[Scd41.MeasurementLength];
    private long? _measuringSinceNs;
    private long _taken;          // measurements since the start that were fetched or written over
    private long _busyUntilNs;    // after a stop it answers nothing
    private long _answerAtNs;
    private int _answerLength;
    private bool _answersMeasurement;
    private ushort _last;

    public SimulatedScd41(ChipSeat seat) : base(seat)
    {
    }

    /// <summary>The word of the last set_ambient_pressure: whole hPa; 0 after power on.</summary>
    public ushort AmbientPressure { get; private set; }

    protected override void PowerOn()
    {
        _measuringSinceNs = null;
        _answerLength = 0;
        _busyUntilNs = 0;
        AmbientPressure = 0;
    }

    protected override bool Answer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (NowNs < _busyUntilNs) return false;
        if (write.Length > 0 && !Take(write)) return false;
        return read.Length == 0 || Give(read);
    }

    private bool Take(ReadOnlySpan<byte> write)
    {
        _answerLength = 0;
        if (write.Length < 2) return false;
        switch ((Scd41Command)BinaryPrimitives.ReadUInt16BigEndian(write))
        {
            case Scd41Command.StartPeriodicMeasurement:
                if (_measuringSinceNs is not null) return false;
                _measuringSinceNs = NowNs;
                _taken = 0;
                return true;
            case Scd41Command.StopPeriodicMeasurement:
                _measuringSinceNs = null;
                _busyUntilNs = NowNs + Scd41.StopTime.ToNs();
                return true;
            case Scd41Command.SetAmbientPressure:
                Span<ushort> word = stackalloc ushort[1];
                if (write.Length != 5 || SensirionWords.Read(write[2..], word) is not null) return false;
                AmbientPressure = word[0];
                return true;
            case Scd41Command.GetSerialNumber:
                return _measuringSinceNs is null && Prepare([0xF896, 0x9F07, Serial], false);
            case Scd41Command.GetDataReadyStatus:
                return Prepare([(ushort)(Measured() > _taken ? 0x8006 : 0x8000)], false);
            case Scd41Command.ReadMeasurement:
                if (Measured() <= _taken) return false;
                _taken = Measured();
                return Prepare(Measure(), true);
            default:
                return false;
        }
    }

    private bool Give(Span<byte> read)
    {
        if (_answerLength == 0 || NowNs < _answerAtNs || read.Length > _answerLength) return false;
        if (Happens(IncidentKind.Disturbed)) _answer[1] ^= 0x10;
        if (_answersMeasurement && !Witness.Gave(_answer.AsSpan(0, _answerLength))) return false;
        _answer.AsSpan(0, read.Length).CopyTo(read);
        _answerLength = 0;
        return true;
    }

    private long Measured() => _measuringSinceNs is { } since ? (NowNs - since) / Scd41.MeasuringInterval.ToNs() : 0;

    private bool Prepare(ReadOnlySpan<ushort> words, bool measurement)
    {
        for (var i = 0; i < words.Length; i++) SensirionWords.Write(words[i], _answer.AsSpan(i * SensirionWords.WordLength));
        _answerLength = words.Length * SensirionWords.WordLength;
        _answerAtNs = NowNs + Scd41.CommandTime.ToNs();
        _answersMeasurement = measurement;
        return true;
    }

    // The formulae of section 3.5.2 backwards. Two samples in a row never have the same temperature, so that an oracle can tell which it sees.
    private ushort[] Measure()
    {
        var air = Weather.At(Simulation, Elapsed, Wall, Noise);
        var people = 1 + Math.Cos((Wall.UtcDateTime.TimeOfDay.TotalHours - 17) / 24 * Math.Tau);
        var carbonDioxide = Pulled(IncidentKind.CarbonDioxide, 420 + 40 * people) + 3 * Noise.Normal();
        var temperature = Word((air.Temperature + 45) / 175);
        if (temperature == _last) temperature++;
        _last = temperature;
        return [(ushort)Math.Clamp(carbonDioxide, 1, 65_535), temperature, Word(air.Humidity / 100)];
    }

    private static ushort Word(double share) => (ushort)Math.Clamp(share * 65_535, 0, 65_534);
}
