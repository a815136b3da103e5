using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>
/// An I2C bus by the kernel's /dev/i2c-N: combined transfers where the adapter speaks plain I2C, SMBus transactions where that is all it offers.
/// Opened at first use, and again after the kernel took it away.
/// </summary>
public sealed unsafe partial class KernelI2cBus(string path, ILinux linux) : II2cBus
{
    private int _file = -1;
    private nuint _functions; // unsigned long: what the adapter can do

    public ReadFault? Read(byte address, byte register, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(into.Length, I2cUapi.SmbusBlockMax);
        if (Opened() is { } closed) return closed;
        if (Can(I2cUapi.FunctionI2c)) return ReadCombined(address, register, into);
        if (Can(I2cUapi.FunctionSmbusReadI2cBlock)) return ReadBlock(address, register, into);
        return Can(I2cUapi.FunctionSmbusReadByteData) ? ReadBytes(address, register, into) : ReadFault.BusUnavailable;
    }

    public ReadFault? Write(byte address, byte register, byte value)
    {
        if (Opened() is { } closed) return closed;
        if (Can(I2cUapi.FunctionI2c))
        {
            var bytes = stackalloc byte[] { register, value };
            var message = new I2cMessage { Address = address, Length = 2, Buffer = bytes };
            return Transfer(&message, 1);
        }
        if (!Can(I2cUapi.FunctionSmbusWriteByteData)) return ReadFault.BusUnavailable;
        var data = new SmbusData();
        data[0] = value;
        return Smbus(address, I2cUapi.SmbusWrite, register, I2cUapi.SmbusByteData, &data);
    }

    public void Dispose() => Close();

    private ReadFault? ReadCombined(byte address, byte register, Span<byte> into)
    {
        fixed (byte* buffer = into)
        {
            var messages = stackalloc I2cMessage[2];
            messages[0] = new() { Address = address, Length = 1, Buffer = &register };
            messages[1] = new() { Address = address, Flags = I2cUapi.MessageRead, Length = (ushort)into.Length, Buffer = buffer };
            return Transfer(messages, 2);
        }
    }

    private ReadFault? Transfer(I2cMessage* messages, uint count)
    {
        var transfer = new I2cTransfer { Messages = messages, Count = count };
        return Verdict(linux.Ioctl(_file, I2cUapi.ReadWrite, &transfer));
    }

    private ReadFault? ReadBlock(byte address, byte register, Span<byte> into)
    {
        var data = new SmbusData();
        data[0] = (byte)into.Length;
        if (Smbus(address, I2cUapi.SmbusRead, register, I2cUapi.SmbusI2cBlockData, &data) is { } fault) return fault;
        if (data[0] != into.Length) return ReadFault.NoAnswer; // cut short
        ((ReadOnlySpan<byte>)data).Slice(1, into.Length).CopyTo(into);
        return null;
    }

    // Byte for byte: the chip's registers stand still once a forced measurement is done, so nothing is torn.
    private ReadFault? ReadBytes(byte address, byte register, Span<byte> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            var data = new SmbusData();
            if (Smbus(address, I2cUapi.SmbusRead, (byte)(register + i & 0xFF), I2cUapi.SmbusByteData, &data) is { } fault) return fault;
            into[i] = data[0];
        }
        return null;
    }

    private ReadFault? Smbus(byte address, byte direction, byte command, uint size, SmbusData* data)
    {
        if (Verdict(linux.Ioctl(_file, I2cUapi.SetSlave, (void*)(nint)address)) is { } fault) return fault;
        var transfer = new SmbusTransfer { Direction = direction, Command = command, Size = size, Data = data };
        return Verdict(linux.Ioctl(_file, I2cUapi.Smbus, &transfer));
    }

    private bool Can(ulong function) => (_functions & function) == function;

    private ReadFault? Opened()
    {
        if (_file >= 0) return null;
        var file = linux.Open(path);
        if (file < 0) return Errno.Fault(-file) is var fault and not ReadFault.NoAnswer ? fault : ReadFault.BusUnavailable;
        _file = file;
        nuint functions = 0;
        if (Verdict(linux.Ioctl(file, I2cUapi.GetFunctions, &functions)) is { } refused)
        {
            Close();
            return refused;
        }
        _functions = functions;
        return null;
    }

    private ReadFault? Verdict(int result)
    {
        if (result >= 0) return null;
        var fault = Errno.Fault(-result);
        if (-result is Errno.NoDevice or Errno.Shutdown) Close(); // an adapter that was unplugged (USB) comes back under a new descriptor
        return fault;
    }

    private void Close()
    {
        if (_file >= 0) linux.Close(_file);
        _file = -1;
    }
}
