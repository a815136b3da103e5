using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

public sealed unsafe partial class KernelI2cBus
{
    public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(write.Length, I2cUapi.SmbusBlockMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(read.Length, I2cUapi.SmbusBlockMax);
        ArgumentOutOfRangeException.ThrowIfZero(write.Length + read.Length);
        if (Opened() is { } closed) return closed;
        return Can(I2cUapi.FunctionI2c) ? TransferPlain(address, write, read) : TransferSmbus(address, write, read);
    }

    private ReadFault? TransferPlain(byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        fixed (byte* from = write, into = read)
        {
            var messages = stackalloc I2cMessage[2];
            var count = 0u;
            if (write.Length > 0) messages[count++] = new() { Address = address, Length = (ushort)write.Length, Buffer = from };
            if (read.Length > 0) messages[count++] = new() { Address = address, Flags = I2cUapi.MessageRead, Length = (ushort)read.Length, Buffer = into };
            return Transfer(messages, count);
        }
    }

    // The transfers that SMBus has a name for: up to two bytes behind a register, or one byte without. The bytes of a word keep the wire's order.
    private ReadFault? TransferSmbus(byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        (ulong Needed, uint Size)? known = (write.Length, read.Length) switch
        {
            (1, 0) => (I2cUapi.FunctionSmbusWriteByte, I2cUapi.SmbusByte),
            (2, 0) => (I2cUapi.FunctionSmbusWriteByteData, I2cUapi.SmbusByteData),
            (3, 0) => (I2cUapi.FunctionSmbusWriteWordData, I2cUapi.SmbusWordData),
            (0, 1) => (I2cUapi.FunctionSmbusReadByte, I2cUapi.SmbusByte),
            (1, 1) => (I2cUapi.FunctionSmbusReadByteData, I2cUapi.SmbusByteData),
            (1, 2) => (I2cUapi.FunctionSmbusReadWordData, I2cUapi.SmbusWordData),
            _ => null,
        };
        if (known is not { } transaction || !Can(transaction.Needed)) return ReadFault.BusUnavailable;
        var command = write.Length > 0 ? write[0] : (byte)0;
        var data = new SmbusData();
        if (read.Length == 0 && write.Length > 1) write[1..].CopyTo(data);
        var direction = read.Length > 0 ? I2cUapi.SmbusRead : I2cUapi.SmbusWrite;
        if (Smbus(address, direction, command, transaction.Size, &data) is { } fault) return fault;
        ((ReadOnlySpan<byte>)data)[..read.Length].CopyTo(read);
        return null;
    }
}
