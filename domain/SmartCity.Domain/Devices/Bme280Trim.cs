using System.Buffers.Binary;

namespace SmartCity.Devices;

/// <summary>Trims that Bosch burned into one BME280 (BST-BME280-DS001, section 4.2.2, table 16), named as there without their "dig_".</summary>
public sealed record Bme280Trim
{
    public required ushort T1 { get; init; }
    public required short T2 { get; init; }
    public required short T3 { get; init; }
    public required ushort P1 { get; init; }
    public required short P2 { get; init; }
    public required short P3 { get; init; }
    public required short P4 { get; init; }
    public required short P5 { get; init; }
    public required short P6 { get; init; }
    public required short P7 { get; init; }
    public required short P8 { get; init; }
    public required short P9 { get; init; }
    public required byte H1 { get; init; }
    public required short H2 { get; init; }
    public required byte H3 { get; init; }

    /// <summary>12 bits, signed: -2048 to 2047.</summary>
    public required short H4 { get; init; }

    /// <summary>12 bits, signed: -2048 to 2047.</summary>
    public required short H5 { get; init; }

    public required sbyte H6 { get; init; }

    /// <summary>Decodes the chip's two blocks of trims.</summary>
    /// <param name="low">Registers 0x88 to 0xA1, 26 bytes.</param>
    /// <param name="high">Registers 0xE1 to 0xE7, 7 bytes.</param>
    /// <exception cref="ArgumentException">A block is shorter than that: the caller's error, never the chip's.</exception>
    public static Bme280Trim Decode(ReadOnlySpan<byte> low, ReadOnlySpan<byte> high)
    {
        if (low.Length < Bme280Settings.TrimLowLength) throw new ArgumentException("26 bytes of trims are needed.", nameof(low));
        if (high.Length < Bme280Settings.TrimHighLength) throw new ArgumentException("7 bytes of trims are needed.", nameof(high));
        var (h4, h5) = HumidityTrim(high[3], high[4], high[5]);
        return new()
        {
            T1 = Unsigned(low, 0), T2 = Signed(low, 2), T3 = Signed(low, 4),
            P1 = Unsigned(low, 6), P2 = Signed(low, 8), P3 = Signed(low, 10), P4 = Signed(low, 12), P5 = Signed(low, 14),
            P6 = Signed(low, 16), P7 = Signed(low, 18), P8 = Signed(low, 20), P9 = Signed(low, 22),
            H1 = low[25], H2 = Signed(high, 0), H3 = high[2], H4 = h4, H5 = h5, H6 = unchecked((sbyte)high[6]),
        };
    }

    /// <summary>Humidity trims dig_H4 and dig_H5 (table 16: registers 0xE4 to 0xE6). 12-bit two's complement each;
    /// they share 0xE5: H4 takes its low nibble, H5 its high one.</summary>
    public static (short H4, short H5) HumidityTrim(byte e4, byte e5, byte e6) =>
        (unchecked((short)((sbyte)e4 << 4 | e5 & 0x0F)), // sbyte: the sign must survive the shift
         unchecked((short)((sbyte)e6 << 4 | e5 >> 4)));

    /// <summary>Writes the trims as the chip's registers hold them: what <see cref="Decode"/> reads.</summary>
    public void Encode(Span<byte> low, Span<byte> high)
    {
        low[..Bme280Settings.TrimLowLength].Clear();
        Put(low, 0, T1);
        ReadOnlySpan<short> rest = [T2, T3];
        for (var i = 0; i < rest.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(low[(2 + 2 * i)..], rest[i]);
        Put(low, 6, P1);
        ReadOnlySpan<short> pressure = [P2, P3, P4, P5, P6, P7, P8, P9];
        for (var i = 0; i < pressure.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(low[(8 + 2 * i)..], pressure[i]);
        low[25] = H1;
        BinaryPrimitives.WriteInt16LittleEndian(high, H2);
        high[2] = H3;
        high[3] = unchecked((byte)(H4 >> 4));
        high[4] = (byte)(H4 & 0x0F | (H5 & 0x0F) << 4);
        high[5] = unchecked((byte)(H5 >> 4));
        high[6] = unchecked((byte)H6);
    }

    private static ushort Unsigned(ReadOnlySpan<byte> block, int at) => BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);

    private static short Signed(ReadOnlySpan<byte> block, int at) => BinaryPrimitives.ReadInt16LittleEndian(block[at..]);

    private static void Put(Span<byte> block, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(block[at..], value);
}
