using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SensorNode.Devices.Kernel;

/// <summary>Numbers of asm-generic/termbits.h and ioctls.h, as x86-64 and both Arms have them.</summary>
public static class TermiosUapi
{
    public const uint GetTermios = 0x802C_542A; // TCGETS2
    public const uint SetTermios = 0x402C_542B; // TCSETS2

    public const uint Baud9600 = 0x000D;        // B9600
    public const uint EightBits = 0x0030;       // CS8
    public const uint Receiver = 0x0080;        // CREAD
    public const uint Local = 0x0800;           // CLOCAL: no modem's lines are looked at
}

/// <summary>struct termios2.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Termios
{
    public uint InputFlags;
    public uint OutputFlags;
    public uint ControlFlags;
    public uint LocalFlags;
    public byte Discipline;
    public TermiosCharacters Characters; // VTIME and VMIN are zero: a read takes what is there
    public uint InputSpeed;
    public uint OutputSpeed;
}

[InlineArray(19)]
public struct TermiosCharacters
{
    private byte _first;
}
