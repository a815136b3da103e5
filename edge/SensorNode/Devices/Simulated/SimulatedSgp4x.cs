using System.Buffers.Binary;
using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>An SGP40 or SGP41 simulated at its commands: checks what it is given, answers when it has measured, and an SGP41 that was not conditioned since power on gives no NOx.</summary>
public sealed class SimulatedSgp4x : SimulatedCommandChip
{
    private readonly bool _hasNox;
    private byte[] _answer = [];
    private long _answerAtNs;
    private bool _measured;

    public SimulatedSgp4x(ChipSeat seat, bool hasNox) : base(seat)
    {
        _hasNox = hasNox;
        PowerOn();
    }

    /// <summary>How often it was conditioned since power on.</summary>
    public int Conditioned { get; private set; }

    protected override void PowerOn() => (_answer, Conditioned) = ([], 0);

    protected override bool Answer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (write.Length >= 2 && !Take((Sgp4xCommand)BinaryPrimitives.ReadUInt16BigEndian(write), write[2..])) return false;
        if (read.Length == 0) return write.Length >= 2;
        if (_answer.Length != read.Length || NowNs < _answerAtNs) return false;
        if (Happens(IncidentKind.Disturbed)) _answer[^1] ^= 1;
        if (_measured && !Witness.Gave(_answer)) return false;
        _answer.CopyTo(read);
        _answer = [];
        return true;
    }

    private bool Take(Sgp4xCommand command, ReadOnlySpan<byte> parameters)
    {
        Span<ushort> words = stackalloc ushort[2];
        var measures = command != Sgp4xCommand.GetSerialNumber;
        if (measures && (parameters.Length != 2 * SensirionWords.WordLength || SensirionWords.Read(parameters, words) is not null)) return false;
        ushort Ticks(double usual) => (ushort)Math.Clamp(usual + 8 * Noise.Normal(), 0, 65_535);
        var voc = Ticks(Pulled(IncidentKind.VocRaw, 30_000));
        switch (command)
        {
            case Sgp4xCommand.GetSerialNumber:
                return Prepare([0x0000, 0x01A2, 0xF3C4], 1, measured: false);
            case Sgp4xCommand.MeasureRawSignal when !_hasNox:
                return Prepare([voc], 30, measured: true);
            case Sgp4xCommand.ExecuteConditioning when _hasNox:
                Conditioned++;
                return Prepare([voc], 50, measured: true);
            case Sgp4xCommand.MeasureRawSignals when _hasNox:
                return Prepare([voc, Conditioned > 0 ? Ticks(16_000) : (ushort)0], 50, measured: true);
            default:
                return false; // of the other chip
        }
    }

    private bool Prepare(ReadOnlySpan<ushort> words, int milliseconds, bool measured)
    {
        _answer = new byte[words.Length * SensirionWords.WordLength];
        for (var i = 0; i < words.Length; i++) SensirionWords.Write(words[i], _answer.AsSpan(i * SensirionWords.WordLength));
        (_answerAtNs, _measured) = (NowNs + milliseconds * 1_000_000L, measured);
        return true;
    }
}
