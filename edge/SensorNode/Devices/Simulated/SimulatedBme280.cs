using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// A BME280 simulated at its registers (BST-BME280-DS001, section 5): trims of its own, forced mode with the measurement's time,
/// oversampling that costs time and gives bits, skipped codes, soft reset, ctrl_hum in force only after ctrl_meas.
/// What it measures is weather, turned into raw values by the compensation formulae run backwards.
/// </summary>
public sealed class SimulatedBme280 : ISimulatedChip
{
    private readonly DeviceSimulation _simulation;
    private readonly TimeProvider _time;
    private readonly long _startNs;
    private readonly Chance _noise;
    private readonly Witness _witness;
    private readonly Bme280Trim _trim;
    private readonly byte[] _registers = new byte[256];

    private byte _humidityInForce;  // ctrl_hum as the last write of ctrl_meas found it
    private long? _measuredAtNs;    // when the measurement that runs will be done
    private Bme280Raw _pending;
    private Bme280Raw _last;
    private bool _fresh;            // the data registers hold a measurement that was not given out

    /// <param name="node">For the name of its witness.</param>
    public SimulatedBme280(string node, string device, DeviceSimulation simulation, int seed, string? witnessDirectory, TimeProvider time)
    {
        _simulation = simulation;
        _time = time;
        _startNs = time.MonotonicNs();
        var chance = Chance.Of(seed, $"{node}/{device}");
        _trim = Trims(chance);
        _noise = new(unchecked(chance.Next() + (ulong)time.GetUtcNow().ToUnixTimeMilliseconds())); // a restart is not the same weather again
        PowerOn();
        var trims = Convert.ToHexStringLower(_registers.AsSpan((int)Bme280Register.TrimLow, Bme280Settings.TrimLowLength))
            + " " + Convert.ToHexStringLower(_registers.AsSpan((int)Bme280Register.TrimHigh, Bme280Settings.TrimHighLength));
        _witness = Witness.Open(witnessDirectory, node, device, $"trim {trims}", time);
    }

    public bool Read(byte register, Span<byte> into)
    {
        if (Unplugged()) return false;
        FinishMeasurement();
        for (var i = 0; i < into.Length; i++) into[i] = _registers[(register + i) & 0xFF];
        var data = (int)Bme280Register.Data;
        if (_fresh && register <= data && register + into.Length >= data + Bme280Settings.DataLength)
        {
            if (!_witness.Gave(_registers.AsSpan(data, Bme280Settings.DataLength))) return false;
            _fresh = false;
        }
        return true;
    }

    public bool Write(byte register, byte value)
    {
        if (Unplugged()) return false;
        FinishMeasurement();
        switch ((Bme280Register)register)
        {
            case Bme280Register.Reset when value == Bme280Settings.ResetWord:
                PowerOn();
                break;
            case Bme280Register.CtrlHum or Bme280Register.Config:
                _registers[register] = value;
                break;
            case Bme280Register.CtrlMeas:
                _registers[register] = value;
                _humidityInForce = _registers[(int)Bme280Register.CtrlHum];
                if ((value & 0b11) is 0b01 or 0b10) StartMeasurement(); // forced mode has two codes (table 25)
                break;
        }
        return true;
    }

    public void Dispose() => _witness.Dispose();

    private bool Unplugged()
    {
        var unplugged = _simulation.Incidents.Any(incident => incident.Kind == IncidentKind.Unplugged && incident.LastedAt(Elapsed()) is not null);
        if (unplugged) PowerOn(); // without power it forgets its settings
        return unplugged;
    }

    private TimeSpan Elapsed() => MonotonicClock.FromNs(_time.MonotonicNs() - _startNs);

    private void PowerOn()
    {
        Array.Clear(_registers);
        _trim.Encode(_registers.AsSpan((int)Bme280Register.TrimLow), _registers.AsSpan((int)Bme280Register.TrimHigh));
        _registers[(int)Bme280Register.ChipId] = Bme280Settings.ChipId;
        new Bme280Raw(Bme280Raw.Skipped20, Bme280Raw.Skipped20, Bme280Raw.Skipped16).Encode(_registers.AsSpan((int)Bme280Register.Data));
        _humidityInForce = 0;
        _measuredAtNs = null;
        _fresh = false;
    }

    private void StartMeasurement()
    {
        var settings = Bme280Settings.Of(_humidityInForce, _registers[(int)Bme280Register.CtrlMeas]);
        _pending = Measure(settings);
        _measuredAtNs = _time.MonotonicNs() + settings.TypicalMeasurement.ToNs();
        _registers[(int)Bme280Register.Status] |= Bme280Settings.Measuring;
    }

    private void FinishMeasurement()
    {
        if (_measuredAtNs is not { } at || _time.MonotonicNs() < at) return;
        _measuredAtNs = null;
        _pending.Encode(_registers.AsSpan((int)Bme280Register.Data));
        _registers[(int)Bme280Register.Status] &= unchecked((byte)~Bme280Settings.Measuring);
        _registers[(int)Bme280Register.CtrlMeas] &= 0b1111_1100; // back to sleep
        _fresh = true;
    }

    private Bme280Raw Measure(Bme280Settings settings)
    {
        var air = Weather.At(_simulation, Elapsed(), _time.GetUtcNow(), _noise);
        var temperature = Search(20, adc => Bme280.Temperature(adc, _trim).Temperature.Degrees >= air.Temperature);
        var fine = Bme280.Temperature(temperature, _trim).Fine;
        var pressure = Search(20, adc => Bme280.Pressure(adc, _trim, fine).Value <= air.Pressure); // more counts mean less pressure
        var humidity = Search(16, adc => Bme280.Humidity(adc, _trim, fine).Value >= air.Humidity);
        _last = new(
            Resolve(pressure, settings.Pressure, _last.Pressure, apart: 1),
            Resolve(temperature, settings.Temperature, _last.Temperature, Apart),
            settings.Humidity == Bme280Oversampling.Skipped ? Bme280Raw.Skipped16 : Differ(humidity, 1, Bme280Raw.Skipped16, _last.Humidity, apart: 1));
        return _last;
    }

    // Without the filter a result has 16 bits and one more for each doubling of the oversampling (section 3.4.3).
    private static int Resolve(int adc, Bme280Oversampling oversampling, int last, int apart)
    {
        if (oversampling == Bme280Oversampling.Skipped) return Bme280Raw.Skipped20;
        var step = 1 << 5 - (int)oversampling;
        return Differ(adc & -step, step, Bme280Raw.Skipped20, last, apart);
    }

    // Counts of temperature that are more than the hundredth of a degree that a driver tells: with any trims of ours one is 0.00030 to 0.00035 °C.
    private const int Apart = 64;

    // Two samples in a row are never the same, so that an oracle can tell which of them it sees; and none is the skipped code.
    private static int Differ(int adc, int step, int skipped, int last, int apart)
    {
        var top = 2 * skipped - step;
        adc = Math.Clamp(adc, 0, top);
        var up = last + apart <= top && skipped != last + apart;
        if (Math.Abs(adc - last) < apart) adc = (last + (up ? apart : -apart)) & -step;
        while (Math.Abs(adc - last) < apart || adc == skipped) adc += up ? step : -step;
        return adc;
    }

    // The least raw value for which the condition holds; it holds from there on.
    private static int Search(int bits, Func<int, bool> holds)
    {
        int low = 0, high = (1 << bits) - 1;
        while (low < high)
        {
            var mid = (low + high) / 2;
            if (holds(mid)) high = mid;
            else low = mid + 1;
        }
        return low;
    }

    // Around the trims of the datasheet's worked example, and humidity trims of both signs: what real chips scatter over.
    private static Bme280Trim Trims(Chance chance) => new()
    {
        T1 = (ushort)chance.Whole(27_300, 28_700), T2 = (short)chance.Whole(26_000, 26_900), T3 = (short)chance.Whole(-1000, 50),
        P1 = (ushort)chance.Whole(36_000, 38_500), P2 = (short)chance.Whole(-10_800, -10_500), P3 = 3024, P4 = (short)chance.Whole(2500, 8500),
        P5 = (short)chance.Whole(-150, 150), P6 = -7, P7 = 15_500, P8 = -14_600, P9 = 6000,
        H1 = 75, H2 = (short)chance.Whole(350, 375), H3 = 0, H4 = (short)chance.Whole(290, 340), H5 = (short)chance.Whole(-60, 60), H6 = 30,
    };
}
