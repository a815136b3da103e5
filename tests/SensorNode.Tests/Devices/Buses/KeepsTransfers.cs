using SensorNode.Devices.Simulated;

namespace SensorNode.Tests.Devices.Buses;

/// <summary>A chip that answers everything, and keeps what it was asked.</summary>
internal sealed class KeepsTransfers : ISimulatedChip
{
    public List<string> Transfers { get; } = [];

    public bool Transfer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        Transfers.Add($"{Convert.ToHexString(write)} {read.Length}");
        for (var i = 0; i < read.Length; i++) read[i] = (byte)(0xA0 + i);
        return true;
    }

    public bool Read(byte register, Span<byte> into) => Transfer([register], into);

    public bool Write(byte register, byte value) => Transfer([register, value], []);

    public void Dispose()
    {
    }
}
