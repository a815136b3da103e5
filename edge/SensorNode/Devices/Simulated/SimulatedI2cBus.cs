using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>A chip that is simulated at its registers.</summary>
public interface ISimulatedChip : IDisposable
{
    /// <summary>False when it does not acknowledge its address.</summary>
    bool Read(byte register, Span<byte> into);

    /// <inheritdoc cref="Read"/>
    bool Write(byte register, byte value);

    /// <summary>A transfer as it is on the wire. A chip of 8-bit registers knows two kinds: a register to read on from, or a register and its value.</summary>
    /// <inheritdoc cref="Read"/>
    bool Transfer(ReadOnlySpan<byte> write, Span<byte> read) => (write.Length, read.Length) switch
    {
        (1, > 0) => Read(write[0], read),
        (2, 0) => Write(write[0], write[1]),
        _ => false,
    };
}

/// <summary>A simulated I2C bus with its chips by address. Where no chip is, nobody answers.</summary>
public sealed class SimulatedI2cBus(IReadOnlyDictionary<byte, ISimulatedChip> chips) : II2cBus
{
    public ReadFault? Read(byte address, byte register, Span<byte> into) =>
        chips.TryGetValue(address, out var chip) && chip.Read(register, into) ? null : ReadFault.NoAnswer;

    public ReadFault? Write(byte address, byte register, byte value) =>
        chips.TryGetValue(address, out var chip) && chip.Write(register, value) ? null : ReadFault.NoAnswer;

    public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read) =>
        chips.TryGetValue(address, out var chip) && chip.Transfer(write, read) ? null : ReadFault.NoAnswer;

    public void Dispose()
    {
        foreach (var chip in chips.Values) chip.Dispose();
    }
}
