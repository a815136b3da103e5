using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SensorNode.Devices.Kernel;

/// <summary>Numbers of linux/i2c-dev.h and linux/i2c.h.</summary>
public static class I2cUapi
{
    public const uint SetSlave = 0x0703;      // I2C_SLAVE
    public const uint GetFunctions = 0x0705;  // I2C_FUNCS
    public const uint ReadWrite = 0x0707;     // I2C_RDWR
    public const uint Smbus = 0x0720;         // I2C_SMBUS

    public const ulong FunctionI2c = 0x0000_0001;
    public const ulong FunctionSmbusReadByte = 0x0002_0000;
    public const ulong FunctionSmbusWriteByte = 0x0004_0000;
    public const ulong FunctionSmbusReadWordData = 0x0020_0000;
    public const ulong FunctionSmbusWriteWordData = 0x0040_0000;
    public const ulong FunctionSmbusReadByteData = 0x0008_0000;
    public const ulong FunctionSmbusWriteByteData = 0x0010_0000;
    public const ulong FunctionSmbusReadI2cBlock = 0x0400_0000;

    public const ushort MessageRead = 0x0001; // I2C_M_RD
    public const byte SmbusWrite = 0;
    public const byte SmbusRead = 1;
    public const uint SmbusByte = 1;
    public const uint SmbusByteData = 2;
    public const uint SmbusWordData = 3;
    public const uint SmbusI2cBlockData = 8;
    public const int SmbusBlockMax = 32;
}

/// <summary>struct i2c_msg.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct I2cMessage
{
    public ushort Address;
    public ushort Flags;
    public ushort Length;
    public byte* Buffer;
}

/// <summary>struct i2c_rdwr_ioctl_data.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct I2cTransfer
{
    public I2cMessage* Messages;
    public uint Count;
}

/// <summary>struct i2c_smbus_ioctl_data.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct SmbusTransfer
{
    public byte Direction;
    public byte Command;
    public uint Size;
    public SmbusData* Data;
}

/// <summary>union i2c_smbus_data: a byte; or a block, whose first byte is its length.</summary>
[InlineArray(Length)]
public struct SmbusData
{
    public const int Length = I2cUapi.SmbusBlockMax + 2;
    private byte _first;
}
