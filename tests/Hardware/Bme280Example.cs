using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Hardware;

/// <summary>
/// A BME280's registers that hold the worked example of BST-BMP280-DS001, section 3.12 (temperature and pressure parts are the BME280's own): trims, and the raw values
/// 519888 and 415148, which are 25.08 °C and 100653.27 Pa. Humidity trims are a common chip's.
/// </summary>
internal static class Bme280Example
{
    public const byte Address = 0x76;

    private static readonly short[] Trims = [unchecked((short)27504), 26435, -1000, unchecked((short)36477), -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];

    /// <summary>A line for each register: number and byte, as <c>i2cset</c> takes them.</summary>
    public static string Lines()
    {
        var registers = new SortedDictionary<byte, byte> { [0xD0] = 0x60, [0xA1] = 75 };
        Span<byte> word = stackalloc byte[2];
        for (var i = 0; i < Trims.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(word, Trims[i]);
            (registers[(byte)(0x88 + 2 * i)], registers[(byte)(0x89 + 2 * i)]) = (word[0], word[1]);
        }
        // H2 362, H3 0, H4 318 and H5 50 (twelve bits each, in three bytes), H6 30
        byte[] humidity = [0x6A, 0x01, 0, 318 >> 4, (318 & 0xF) | ((50 & 0xF) << 4), 50 >> 4, 30];
        for (var i = 0; i < humidity.Length; i++) registers[(byte)(0xE1 + i)] = humidity[i];
        byte[] data = [.. Twenty(415148), .. Twenty(519888), 30000 >> 8, 30000 & 0xFF];
        for (var i = 0; i < data.Length; i++) registers[(byte)(0xF7 + i)] = data[i];
        return registers.Aggregate(new StringBuilder(), (text, register) => text.Append(CultureInfo.InvariantCulture, $"0x{register.Key:x2} 0x{register.Value:x2}\n")).ToString();
    }

    private static byte[] Twenty(int bits) => [(byte)(bits >> 12), (byte)(bits >> 4 & 0xFF), (byte)(bits << 4 & 0xF0)];
}
