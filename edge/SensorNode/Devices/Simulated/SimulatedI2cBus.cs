using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>A chip that is simulated at its registers.</summary>
public interface ISimulatedChip : IDisposable
{
    /// <summary>False when it does not acknowledge its address.</summary>
    bool Read(byte register, Span<byte> into);

    /// <inheritdoc cref="Read"/>
    bool Write(byte register, byte value);

    /// <summary>Its supply is gone, and with it what it was told.</summary>
    void LosePower()
    {
    }

    /// <summary>A transfer as it is on the wire. A chip of 8-bit registers knows two kinds: a register to read on from, or a register and its value.</summary>
    /// <inheritdoc cref="Read"/>
    bool Transfer(ReadOnlySpan<byte> write, Span<byte> read) => (write.Length, read.Length) switch
    {
        (1, > 0) => Read(write[0], read),
        (2, 0) => Write(write[0], write[1]),
        _ => false,
    };
}

/// <summary>A simulated I2C bus with its chips by address. Where no chip is, nobody answers; while one holds the data line down, nobody is heard.</summary>
/// <param name="lives">What the chips live through, for those that hold the bus up.</param>
public sealed class SimulatedI2cBus(IReadOnlyDictionary<byte, ISimulatedChip> chips, IReadOnlyDictionary<byte, DeviceSimulation>? lives = null, TimeProvider? time = null) : II2cBus
{
    private readonly long _startNs = time?.MonotonicNs() ?? 0;
    private readonly Lock _gate = new(); // over the power: its line is another's
    private readonly HashSet<byte> _unpowered = [];
    private readonly Dictionary<byte, TimeSpan> _lostPower = [];

    public ReadFault? Read(byte address, byte register, Span<byte> into) => Unheard(address) ?? (chips[address].Read(register, into) ? null : ReadFault.NoAnswer);

    public ReadFault? Write(byte address, byte register, byte value) => Unheard(address) ?? (chips[address].Write(register, value) ? null : ReadFault.NoAnswer);

    public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read) => Unheard(address) ?? (chips[address].Transfer(write, read) ? null : ReadFault.NoAnswer);

    /// <summary>Gives a chip power, or takes it.</summary>
    public void Power(byte address, bool on)
    {
        lock (_gate)
        {
            if (on)
            {
                _unpowered.Remove(address);
                return;
            }
            _unpowered.Add(address);
            _lostPower[address] = Elapsed;
            chips[address].LosePower();
        }
    }

    public void Dispose()
    {
        foreach (var chip in chips.Values) chip.Dispose();
    }

    private TimeSpan Elapsed => MonotonicClock.FromNs((time?.MonotonicNs() ?? 0) - _startNs);

    private ReadFault? Unheard(byte address)
    {
        lock (_gate)
        {
            if (lives is not null && chips.Keys.Any(Holds)) return ReadFault.TimedOut;
            return chips.ContainsKey(address) && !_unpowered.Contains(address) ? null : ReadFault.NoAnswer;
        }
    }

    // From the beginning of an incident on, until it has lost its power since.
    private bool Holds(byte address)
    {
        foreach (var incident in lives!.TryGetValue(address, out var life) ? life.Incidents : [])
        {
            if (incident.Kind != IncidentKind.HoldsBus || incident.LastedAt(Elapsed) is not { } lasted) continue;
            if (!_unpowered.Contains(address) && !(_lostPower.TryGetValue(address, out var lost) && lost >= Elapsed - lasted)) return true;
        }
        return false;
    }
}

/// <summary>The line that feeds a simulated chip.</summary>
internal sealed class SimulatedPower(Func<SimulatedI2cBus?> bus, byte address) : IPowerLine
{
    public ReadFault? Set(bool on)
    {
        if (bus() is not { } wired) return ReadFault.BusUnavailable;
        wired.Power(address, on);
        return null;
    }

    public void Dispose()
    {
    }
}
