using System.Runtime.CompilerServices;
using SensorNode.Devices.Kernel;

namespace SensorNode.Tests.Devices;

// The numbers are what gcc says of linux/gpio.h, linux/i2c.h, linux/i2c-dev.h and sys/timex.h on 64-bit Linux.
public unsafe class KernelLayoutTests
{
    [Fact]
    public void Structs_are_as_long_as_the_kernels()
    {
        Assert.Equal(592, sizeof(GpioLineRequest));
        Assert.Equal(16, sizeof(GpioLineValues));
        Assert.Equal(48, sizeof(GpioLineEvent));
        Assert.Equal(16, sizeof(I2cMessage));
        Assert.Equal(16, sizeof(I2cTransfer));
        Assert.Equal(16, sizeof(SmbusTransfer));
        Assert.Equal(34, sizeof(SmbusData));
        Assert.Equal(208, sizeof(Timex));
        Assert.Equal(8, sizeof(PollFile));
    }

    [Fact]
    public void Fields_of_a_line_request_stand_where_the_kernel_looks_for_them()
    {
        var request = new GpioLineRequest();
        Assert.Equal(0, Offset(ref request, ref request.Offset));
        Assert.Equal(256, Offset(ref request, ref request.Consumer));
        Assert.Equal(288, Offset(ref request, ref request.Flags));
        Assert.Equal(296, Offset(ref request, ref request.AttributeCount));
        Assert.Equal(320, Offset(ref request, ref request.FirstAttribute));
        Assert.Equal((8, 16, 24), (Offset(ref request.FirstAttribute, ref request.FirstAttribute.Values), Offset(ref request.FirstAttribute, ref request.FirstAttribute.Mask), sizeof(GpioLineAttribute)));
        Assert.Equal(560, Offset(ref request, ref request.LineCount));
        Assert.Equal(564, Offset(ref request, ref request.EventBufferSize));
        Assert.Equal(588, Offset(ref request, ref request.File));
        Assert.Equal(32, sizeof(GpioConsumer));
    }

    [Fact]
    public void Fields_of_a_line_event_stand_where_the_kernel_puts_them()
    {
        var happened = new GpioLineEvent();
        Assert.Equal(0, Offset(ref happened, ref happened.TimestampNs));
        Assert.Equal(8, Offset(ref happened, ref happened.Id));
        Assert.Equal(12, Offset(ref happened, ref happened.Offset));
        Assert.Equal(16, Offset(ref happened, ref happened.SequenceOfRequest));
        Assert.Equal(20, Offset(ref happened, ref happened.SequenceOfLine));
    }

    [Fact]
    public void Fields_of_I2C_messages_stand_where_the_kernel_looks_for_them()
    {
        var message = new I2cMessage();
        var start = (byte*)&message;
        Assert.Equal((0, 2, 4, 8), ((int)((byte*)&message.Address - start), (int)((byte*)&message.Flags - start), (int)((byte*)&message.Length - start), (int)((byte*)&message.Buffer - start)));
        var smbus = new SmbusTransfer();
        start = (byte*)&smbus;
        Assert.Equal((0, 1, 4, 8), ((int)(&smbus.Direction - start), (int)(&smbus.Command - start), (int)((byte*)&smbus.Size - start), (int)((byte*)&smbus.Data - start)));
    }

    [Fact]
    public void Request_numbers_carry_the_size_of_their_struct()
    {
        // asm-generic/ioctl.h: bits 16 to 29 of a request are the size of what it points to.
        Assert.True(GpioUapi.GetLine >> 16 == (0xC000 | sizeof(GpioLineRequest)));
        Assert.True(GpioUapi.GetValues >> 16 == (0xC000 | sizeof(GpioLineValues)));
        Assert.Equal(0xC250B407u, GpioUapi.GetLine);
        Assert.Equal((0xC010B40Eu, 0xC010B40Fu), (GpioUapi.GetValues, GpioUapi.SetValues));
        Assert.Equal((0x703u, 0x705u, 0x707u, 0x720u), (I2cUapi.SetSlave, I2cUapi.GetFunctions, I2cUapi.ReadWrite, I2cUapi.Smbus));
    }

    private static int Offset<TStruct, TField>(ref TStruct whole, ref TField field) =>
        (int)Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref whole), ref Unsafe.As<TField, byte>(ref field));
}
