using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// An ADS1115 simulated at its registers (SBAS444): a pointer that stays where it was set, single conversions with their time, gains,
/// stops at both ends, inputs against ground. Each input has its own voltage; an incident pulls all of them.
/// </summary>
public sealed class SimulatedAds1115 : SimulatedCommandChip
{
    private static readonly double[] Usual = [0.6, 1.2, 1.8, 2.4]; // V at AIN0 to AIN3

    private byte _pointer;
    private ushort _configuration = Ads1115.PowerOnConfiguration;
    private ushort _conversion;
    private ushort _pending;
    private long? _convertedAtNs;
    private bool _fresh; // the conversion was not given out

    public SimulatedAds1115(ChipSeat seat) : base(seat)
    {
    }

    protected override void PowerOn()
    {
        _pointer = 0;
        _configuration = Ads1115.PowerOnConfiguration;
        _conversion = 0;
        _convertedAtNs = null;
        _fresh = false;
    }

    protected override bool Answer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        Finish();
        if (write.Length > 0) _pointer = write[0];
        if (write.Length == 3 && _pointer == (byte)Ads1115Register.Configuration) Configure((ushort)(write[1] << 8 | write[2]));
        return read.Length == 0 || Give(read);
    }

    private void Configure(ushort configuration)
    {
        _configuration = (ushort)(configuration & ~Ads1115.Idle & 0xFFFF);
        if ((configuration & Ads1115.Idle) == 0 || (configuration & 1 << 8) == 0) return; // nothing begun, or the continuous mode, which is not simulated
        var gain = (Ads1115Gain)Math.Min(configuration >> 9 & 0b111, (int)Ads1115Gain.Volts0_256);
        var input = (configuration >> 12 & 0b111) - 0b100;
        var volts = input < 0 ? 0 : Pulled(IncidentKind.Voltage, Usual[input]) + 0.0004 * Noise.Normal();
        _pending = unchecked((ushort)(short)Math.Clamp(Math.Round(volts / Ads1115.FullScaleVolts(gain) * 32_768), short.MinValue, short.MaxValue));
        _convertedAtNs = NowNs + Ads1115.TypicalConversion.ToNs();
    }

    private void Finish()
    {
        if (_convertedAtNs is not { } at || NowNs < at) return;
        _convertedAtNs = null;
        _conversion = _pending;
        _fresh = true;
    }

    private bool Give(Span<byte> read)
    {
        var configuration = (ushort)(_configuration | (_convertedAtNs is null ? Ads1115.Idle : 0));
        var value = _pointer switch { (byte)Ads1115Register.Conversion => _conversion, (byte)Ads1115Register.Configuration => configuration, _ => (ushort)0 };
        if (_pointer == (byte)Ads1115Register.Conversion && _fresh)
        {
            if (!Witness.Gave([(byte)(configuration >> 8), (byte)(configuration & 0xFF), (byte)(value >> 8), (byte)(value & 0xFF)])) return false;
            _fresh = false;
        }
        for (var i = 0; i < read.Length; i++) read[i] = (byte)(i % 2 == 0 ? value >> 8 : value & 0xFF);
        return true;
    }
}
