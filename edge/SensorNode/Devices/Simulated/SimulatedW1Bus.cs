using System.Globalization;
using System.Text;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>A simulated 1-Wire bus: chips by their number, each answering with the kernel's text.</summary>
public sealed class SimulatedW1Bus(IReadOnlyDictionary<string, SimulatedDs18b20> chips) : IW1Bus
{
    public ReadFault? Read(string rom, out string text)
    {
        text = "";
        if (!chips.TryGetValue(rom, out var chip) || chip.Read() is not { } said) return ReadFault.NoAnswer;
        text = said;
        return null;
    }

    public void Dispose()
    {
        foreach (var chip in chips.Values) chip.Dispose();
    }
}

/// <summary>
/// A DS18B20 simulated at its scratchpad (Maxim 19-7487, figure 9), with the kernel's text around it. After an unplugging its first answer is
/// the 85 °C of its power on, as from a chip whose conversion had not enough current.
/// </summary>
public sealed class SimulatedDs18b20(ChipSeat seat) : IDisposable
{
    private readonly long _startNs = seat.Time.MonotonicNs();
    private readonly Chance _noise = new(unchecked(Chance.Of(seat.Seed, $"{seat.Node}/{seat.Device}").Next() + (ulong)seat.Time.GetUtcNow().ToUnixTimeMilliseconds()));
    private readonly Witness _witness = Witness.Open(seat.WitnessDirectory, seat.Node, seat.Device, null, seat.Time);
    private bool _lostPower;
    private short _last;

    /// <summary>The kernel's text; null when it does not answer.</summary>
    public string? Read()
    {
        if (Happens(IncidentKind.Unplugged))
        {
            _lostPower = true;
            return null;
        }
        var raw = _lostPower ? Ds18b20.PowerOnTemperature : Raw();
        _lostPower = false;
        var scratchpad = new byte[] { (byte)(raw & 0xFF), (byte)(raw >> 8 & 0xFF), 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10, 0 };
        scratchpad[8] = Ds18b20.Crc(scratchpad.AsSpan(0, 8));
        if (Happens(IncidentKind.Disturbed)) scratchpad[0] ^= 0x10;
        return _witness.Gave(scratchpad) ? Text(scratchpad, raw) : null;
    }

    /// <summary>The kernel's text of a scratchpad.</summary>
    public static string Text(ReadOnlySpan<byte> scratchpad, short raw)
    {
        var hex = new StringBuilder();
        foreach (var one in scratchpad) hex.Append(CultureInfo.InvariantCulture, $"{one:x2} ");
        var good = Ds18b20.Crc(scratchpad[..8]) == scratchpad[8];
        return string.Create(CultureInfo.InvariantCulture, $"{hex}: crc={scratchpad[8]:x2} {(good ? "YES" : "NO")}\n{hex}t={raw * 1000 / 16}\n");
    }

    public void Dispose() => _witness.Dispose();

    private TimeSpan Elapsed() => MonotonicClock.FromNs(seat.Time.MonotonicNs() - _startNs);

    private bool Happens(IncidentKind kind) => seat.Simulation.Incidents.Any(incident => incident.Kind == kind && incident.LastedAt(Elapsed()) is not null);

    // Two samples in a row are never the same, so that an oracle can tell which of them it sees; and none is the power-on value.
    private short Raw()
    {
        var air = Weather.At(seat.Simulation, Elapsed(), seat.Time.GetUtcNow(), _noise);
        var raw = (short)Math.Clamp(Math.Round(air.Temperature * 16), -55 * 16, 125 * 16 - 2);
        while (raw == _last || raw == Ds18b20.PowerOnTemperature) raw++;
        _last = raw;
        return raw;
    }
}
