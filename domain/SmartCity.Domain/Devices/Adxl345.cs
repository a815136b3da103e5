using System.Buffers.Binary;
using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Registers of the ADXL345 (Analog Devices, rev. G, table 19).</summary>
public enum Adxl345Register : byte
{
    /// <summary>Reads 0xE5.</summary>
    DeviceId = 0x00,

    /// <summary>Output data rate.</summary>
    Rate = 0x2C,

    /// <summary>Bit 3: measuring.</summary>
    PowerControl = 0x2D,

    /// <summary>Bit 3: full resolution. Bits 1..0: range.</summary>
    DataFormat = 0x31,

    /// <summary>First of 6 bytes: X, Y, Z, least significant byte first. They are read at once; that takes one entry from the FIFO.</summary>
    Data = 0x32,

    /// <summary>Bits 7..6: mode.</summary>
    FifoControl = 0x38,

    /// <summary>Bits 5..0: entries that wait, and the one in the data registers.</summary>
    FifoStatus = 0x39,
}

/// <summary>The axis of the chip that points up when its pole stands upright.</summary>
public enum UpAxis : byte
{
    X,
    Y,
    Z,
    MinusX,
    MinusY,
    MinusZ,
}

/// <summary>One acceleration in full resolution: 256 counts a g on each axis ("Specifications", sensitivity).</summary>
public readonly record struct Acceleration(short X, short Y, short Z)
{
    /// <summary>Length of one on the wire.</summary>
    public const int Length = 6;

    /// <summary>Decodes the six data registers ("Register 0x32 to Register 0x37"): two's complement, least significant byte first.</summary>
    public static Acceleration Decode(ReadOnlySpan<byte> data) =>
        new(BinaryPrimitives.ReadInt16LittleEndian(data), BinaryPrimitives.ReadInt16LittleEndian(data[2..]), BinaryPrimitives.ReadInt16LittleEndian(data[4..]));

    /// <summary>Writes it as the data registers hold it: what <see cref="Decode"/> reads.</summary>
    public void Encode(Span<byte> data)
    {
        BinaryPrimitives.WriteInt16LittleEndian(data, X);
        BinaryPrimitives.WriteInt16LittleEndian(data[2..], Y);
        BinaryPrimitives.WriteInt16LittleEndian(data[4..], Z);
    }

    /// <summary>Whether no axis stands at or beyond the stops of 13 bits, ±16 g.</summary>
    public bool IsWithinRange => IsWithin(X) && IsWithin(Y) && IsWithin(Z);

    private static bool IsWithin(short counts) => counts is > -4096 and < 4095;
}

/// <summary>
/// The Analog Devices ADXL345: tilt and vibration from one filling of its FIFO (rev. G). No check sum; its id is checked. Never throws on what a chip says.
/// </summary>
public static class Adxl345
{
    public const byte DeviceId = 0xE5;
    public const double CountsPerG = 256;

    /// <summary>Standard acceleration of gravity, m/s² (CGPM 1901).</summary>
    public const double Gravity = 9.80665;

    /// <summary>Entries of a full FIFO, the one in the data registers not counted ("FIFO").</summary>
    public const int Window = 32;

    /// <summary>Value of <see cref="Adxl345Register.Rate"/> for 100 accelerations a second (table 7), which follow vibrations up to 50 Hz.</summary>
    public const byte Rate100Hz = 0x0A;

    /// <summary>Value of <see cref="Adxl345Register.PowerControl"/>: measuring.</summary>
    public const byte Measuring = 0x08;

    /// <summary>Value of <see cref="Adxl345Register.DataFormat"/>: full resolution, ±16 g.</summary>
    public const byte FullResolution16G = 0x0B;

    /// <summary>Value of <see cref="Adxl345Register.FifoControl"/> that empties the FIFO.</summary>
    public const byte Bypass = 0x00;

    /// <summary>Value of <see cref="Adxl345Register.FifoControl"/>: collect until it is full, then stop.</summary>
    public const byte CollectUntilFull = 0x40;

    /// <summary>Value of <see cref="Adxl345Register.FifoControl"/>: collect for ever, the newest take the oldest ones' place.</summary>
    public const byte Stream = 0x80;

    /// <summary>Accelerations a second.</summary>
    public const int PerSecond = 100;

    /// <summary>How long the FIFO takes to fill.</summary>
    public static readonly TimeSpan FillTime = TimeSpan.FromMilliseconds(Window * 10);

    /// <summary>The quantities of one sample, in the order of <see cref="Measured"/>.</summary>
    public static IReadOnlyList<Quantity> Quantities { get; } = [Quantity.Tilt, Quantity.Vibration];

    /// <summary>Whether the answer of register 0x00 is an ADXL345's.</summary>
    public static ReadFault? ChipFault(byte id) => id == DeviceId ? null : ReadFault.WrongChip;

    /// <summary>
    /// Tilt: the angle between the axis that should point up and the mean acceleration, 0 to 180°. Vibration: what is left of the accelerations
    /// without their mean, as a root of the mean square over all axes, in m/s².
    /// </summary>
    /// <remarks>An axis at its stop, or a mean that is not within 0.5 to 1.5 g and so is no gravity, makes both <see cref="ReadFault.OutOfRange"/>; none at all, <see cref="ReadFault.NotReady"/>.</remarks>
    public static (Measure Tilt, Measure Vibration) Measured(ReadOnlySpan<Acceleration> window, UpAxis up)
    {
        if (window.IsEmpty) return AllFailed(ReadFault.NotReady);
        double x = 0, y = 0, z = 0, squares = 0;
        foreach (var one in window)
        {
            if (!one.IsWithinRange) return AllFailed(ReadFault.OutOfRange);
            x += one.X;
            y += one.Y;
            z += one.Z;
        }
        (x, y, z) = (x / window.Length, y / window.Length, z / window.Length);
        foreach (var one in window) squares += Math.Pow(one.X - x, 2) + Math.Pow(one.Y - y, 2) + Math.Pow(one.Z - z, 2);
        var length = Math.Sqrt(x * x + y * y + z * z);
        if (length is < 0.5 * CountsPerG or > 1.5 * CountsPerG) return AllFailed(ReadFault.OutOfRange);
        var upward = up switch { UpAxis.X => x, UpAxis.Y => y, UpAxis.Z => z, UpAxis.MinusX => -x, UpAxis.MinusY => -y, UpAxis.MinusZ => -z };
        return (
            Measure.Of(Quantity.Tilt, Math.Acos(Math.Clamp(upward / length, -1, 1)) * 180 / Math.PI, 2),
            Measure.Of(Quantity.Vibration, Math.Sqrt(squares / window.Length) / CountsPerG * Gravity, 3));
    }

    /// <summary>The sample of a chip that gave nothing.</summary>
    public static (Measure Tilt, Measure Vibration) AllFailed(ReadFault fault) => (Measure.Failed(Quantity.Tilt, fault), Measure.Failed(Quantity.Vibration, fault));
}
