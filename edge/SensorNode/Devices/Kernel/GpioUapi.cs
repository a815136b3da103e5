using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SensorNode.Devices.Kernel;

/// <summary>Numbers of linux/gpio.h, uAPI version 2 (Linux 5.10 and later).</summary>
public static class GpioUapi
{
    public const uint GetLine = 0xC250_B407;   // GPIO_V2_GET_LINE_IOCTL
    public const uint GetValues = 0xC010_B40E; // GPIO_V2_LINE_GET_VALUES_IOCTL
    public const uint SetValues = 0xC010_B40F; // GPIO_V2_LINE_SET_VALUES_IOCTL

    public const ulong Input = 1 << 2;
    public const ulong Output = 1 << 3;
    public const ulong EdgeRising = 1 << 4;
    public const ulong EdgeFalling = 1 << 5;
    public const ulong BiasPullUp = 1 << 8;
    public const ulong BiasPullDown = 1 << 9;
    public const ulong BiasDisabled = 1 << 10;

    public const uint RisingEdge = 1;
    public const uint FallingEdge = 2;

    public const uint OutputValues = 2; // GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES
}

/// <summary>struct gpio_v2_line_request, with the one line that we ask for at a time.</summary>
[StructLayout(LayoutKind.Explicit, Size = 592)]
public struct GpioLineRequest
{
    [FieldOffset(0)] public uint Offset;             // the first of offsets[64]
    [FieldOffset(256)] public GpioConsumer Consumer; // who holds the line: gpioinfo shows it
    [FieldOffset(288)] public ulong Flags;           // config.flags
    [FieldOffset(296)] public uint AttributeCount;   // config.num_attrs
    [FieldOffset(320)] public GpioLineAttribute FirstAttribute; // config.attrs[0]
    [FieldOffset(560)] public uint LineCount;
    [FieldOffset(564)] public uint EventBufferSize;
    [FieldOffset(588)] public int File;
}

/// <summary>struct gpio_v2_line_config_attribute.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct GpioLineAttribute
{
    [FieldOffset(0)] public uint Id;
    [FieldOffset(8)] public ulong Values;
    [FieldOffset(16)] public ulong Mask; // which lines of the request it is about
}

[InlineArray(32)]
public struct GpioConsumer
{
    private byte _first;
}

/// <summary>struct gpio_v2_line_values.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct GpioLineValues
{
    public ulong Bits;
    public ulong Mask;
}

/// <summary>struct gpio_v2_line_event.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
public struct GpioLineEvent
{
    /// <summary>Of CLOCK_MONOTONIC.</summary>
    public ulong TimestampNs;
    public uint Id;
    public uint Offset;
    public uint SequenceOfRequest;
    public uint SequenceOfLine;
}
