using CsCheck;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace SmartCity.Domain.Tests.Timeline;

public class WindowBlockTests
{
    private static readonly Gen<(byte Place, Window Window)[]> Some = Gen.Select(Gen.Bool.Array[WindowBlock.MaxWindows], Samples.Value.Array[3 * WindowBlock.MaxWindows], Gen.Int[0, 1_000_000].Array[3 * WindowBlock.MaxWindows],
        (there, values, counts) => Enumerable.Range(0, WindowBlock.MaxWindows).Where(i => there[i]).Select(i =>
        {
            var (good, measured, count) = (counts[3 * i], counts[3 * i] + counts[3 * i + 1], counts[3 * i] + counts[3 * i + 1] + counts[3 * i + 2]);
            return ((byte)i, new Window(values[3 * i], values[3 * i + 1], values[3 * i + 2], count, good, measured));
        }).ToArray());

    [Fact]
    public void What_is_written_is_read_back_to_the_bit() => Some.Sample(windows =>
    {
        var read = new List<(byte Place, Window Window)>();
        Assert.True(WindowBlock.TryRead(Write(windows), read));
        Assert.Equal(windows, read);
        Assert.Equal(windows.Select(w => BitConverter.DoubleToInt64Bits(w.Window.Sum)), read.Select(w => BitConverter.DoubleToInt64Bits(w.Window.Sum)));
    });

    [Fact]
    public void A_block_with_any_one_bit_turned_or_cut_short_is_refused_and_leaves_the_list_alone() => Gen.Select(Some, Gen.Int[0, 1_000_000]).Sample((windows, place) =>
    {
        var block = Write(windows);
        var list = new List<(byte, Window)>();
        Assert.False(WindowBlock.TryRead(block.AsSpan(0, place % block.Length), list));
        block[place % block.Length] ^= (byte)(1 << place % 8);
        Assert.False(WindowBlock.TryRead(block, list));
        Assert.Empty(list);
    });

    [Fact]
    public void Nonsense_under_a_right_check_sum_is_refused_or_read_but_never_thrown_at() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var w = new VarintWriter();
        w.Byte(1); // the known version, to get past the door
        w.Bytes(bytes);
        Crc32C.Seal(w);
        var list = new List<(byte, Window)>();
        if (!WindowBlock.TryRead(w.Written, list)) Assert.Empty(list);
    });

    private static byte[] Write((byte, Window)[] windows)
    {
        var w = new VarintWriter();
        WindowBlock.Write(w, windows);
        return w.ToArray();
    }
}
