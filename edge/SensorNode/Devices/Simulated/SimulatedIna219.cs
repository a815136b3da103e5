using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// An INA219 simulated at its registers (SBOS448G, section 8.6): a pointer that stays where it was set, reset, triggered and continuous
/// conversion, the conversion ready bit and what clears it, stops of bus and shunt.
/// </summary>
public sealed class SimulatedIna219 : SimulatedCommandChip
{
    private readonly double _shuntOhms;
    private byte _pointer;
    private ushort _configuration = Ina219.PowerOnConfiguration;
    private ushort _shunt;
    private ushort _bus;
    private long? _measuredAtNs;

    public SimulatedIna219(ChipSeat seat, double shuntOhms) : base(seat) => _shuntOhms = shuntOhms;

    protected override void PowerOn()
    {
        _pointer = 0;
        _configuration = Ina219.PowerOnConfiguration;
        _shunt = _bus = 0;
        _measuredAtNs = null;
    }

    protected override bool Answer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        Finish();
        if (write.Length > 0) _pointer = write[0];
        if (write.Length == 3 && _pointer == (byte)Ina219Register.Configuration) Configure((ushort)(write[1] << 8 | write[2]));
        return read.Length == 0 || Give(read);
    }

    private void Configure(ushort configuration)
    {
        if ((configuration & 0x8000) != 0)
        {
            PowerOn();
            return;
        }
        _configuration = configuration;
        var mode = configuration & 0b111;
        if (mode is not (0 or 4)) _bus &= unchecked((ushort)~Ina219.ConversionReady); // power down and off clear nothing
        _measuredAtNs = mode is 3 or 7 ? NowNs + Ina219.TypicalMeasurement.ToNs() : null;
    }

    private void Finish()
    {
        if (_measuredAtNs is not { } at || NowNs < at) return;
        _measuredAtNs = (_configuration & 0b100) != 0 ? NowNs : null;
        // A supply of 12 V that gives a little, and the 0.4 A of a node with its modem.
        var volts = Pulled(IncidentKind.Voltage, 12.1) + 0.006 * Noise.Normal();
        var amperes = Pulled(IncidentKind.Current, 0.4) + 0.002 * Noise.Normal();
        _bus = (ushort)((int)Math.Clamp(volts / 0.004, 0, 8000) << 3 | Ina219.ConversionReady);
        _shunt = unchecked((ushort)(short)Math.Clamp(amperes * _shuntOhms / 10e-6, -Ina219.ShuntStop, Ina219.ShuntStop));
    }

    private bool Give(Span<byte> read)
    {
        var value = (Ina219Register)_pointer switch
        {
            Ina219Register.Configuration => _configuration,
            Ina219Register.ShuntVoltage => _shunt,
            Ina219Register.BusVoltage => _bus,
            _ => (ushort)0,
        };
        if (_pointer == (byte)Ina219Register.Power) _bus &= unchecked((ushort)~Ina219.ConversionReady);
        if (_pointer == (byte)Ina219Register.ShuntVoltage && (_bus & Ina219.ConversionReady) != 0 && !Witness.Gave([(byte)(_bus >> 8), (byte)(_bus & 0xFF), (byte)(_shunt >> 8), (byte)(_shunt & 0xFF)])) return false;
        for (var i = 0; i < read.Length; i++) read[i] = (byte)(i % 2 == 0 ? value >> 8 : value & 0xFF);
        return true;
    }
}
