using CsCheck;
using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

public class Pms5003Tests
{
    private static readonly Gen<Pms5003Frame> AnyFrame = Gen.Select(Gen.UShort, Gen.UShort, Gen.UShort, (a, b, c) => new Pms5003Frame(a, b, c));

    private static readonly byte[] Marks = [0x42, 0x4D, 0x00, 0x1C];

    // Noise that is full of beginnings of frames.
    private static readonly Gen<byte[]> Noise = Gen.OneOf(Gen.Byte, Gen.Int[0, 3].Select(i => Marks[i])).Array[0, 40];

    [Fact]
    public void The_datasheets_command_has_the_sum_of_its_bytes_as_its_check() =>
        Assert.Equal(0x0171, Pms5003Frame.Check([0x42, 0x4D, 0xE2, 0x00, 0x00])); // "read in passive mode": 42 4D E2 00 00 01 71

    [Fact]
    public void A_frame_gives_the_concentrations_of_the_atmosphere_and_not_the_factorys()
    {
        byte[] bytes =
        [
            0x42, 0x4D, 0x00, 0x1C, 0x00, 0x0C, 0x00, 0x13, 0x00, 0x18, // CF = 1: 12, 19, 24
            0x00, 0x0A, 0x00, 0x11, 0x01, 0x16,                         // atmosphere: 10, 17, 278
            0x08, 0x07, 0x02, 0x52, 0x00, 0x71, 0x00, 0x0B, 0x00, 0x03, 0x00, 0x01, 0x97, 0x00, 0, 0,
        ];
        var sum = bytes[..30].Sum(one => one);
        (bytes[30], bytes[31]) = ((byte)(sum >> 8), (byte)(sum & 0xFF));
        Assert.Equal(new Pms5003Frame(10, 17, 278), Pms5003Frame.Decode(bytes));
        var (pm1, pm25, pm10) = Pms5003.Measured(new(10, 17, 278));
        Assert.True(pm1.TryGetValue(out var one) & pm25.TryGetValue(out var two) & pm10.TryGetValue(out var ten));
        Assert.Equal((10, 17, 278), (one, two, ten));
        Assert.Equal([pm1.Quantity, pm25.Quantity, pm10.Quantity], Pms5003.Quantities);
    }

    [Theory]
    [InlineData("the first start byte", 0)]
    [InlineData("the second start byte", 1)]
    [InlineData("the length", 3)]
    [InlineData("a concentration", 12)]
    [InlineData("the check", 31)]
    public void One_wrong_byte_and_it_is_no_frame(string because, int at)
    {
        var bytes = Bytes(new(10, 17, 278));
        bytes[at] ^= 0x01;
        Assert.True(Pms5003Frame.Decode(bytes) is null, because);
    }

    [Fact]
    public void Bytes_of_another_length_are_no_frame()
    {
        Assert.Null(Pms5003Frame.Decode(Bytes(new(1, 2, 3)).AsSpan(..31)));
        Assert.Null(Pms5003Frame.Decode([]));
    }

    [Fact]
    public void The_same_bytes_give_the_same_frames_however_they_are_cut() =>
        Gen.Select(Gen.Select(AnyFrame, Noise).Array[0, 6], Gen.Int[1, 40].Array[1, 60]).Sample((parts, cuts) =>
        {
            byte[] bytes = [.. parts.SelectMany(part => (byte[])[.. part.Item2, .. Bytes(part.Item1)])];
            var whole = new List<Pms5003Frame>();
            var atOnce = Pms5003Stream.Empty.Observe(bytes, whole);
            var cut = new List<Pms5003Frame>();
            var (stream, at) = (Pms5003Stream.Empty, 0);
            for (var i = 0; at < bytes.Length; i++)
            {
                var length = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
                stream = stream.Observe(bytes.AsSpan(at, length), cut);
                at += length;
            }
            return whole.SequenceEqual(cut) && (stream.BadFrames, stream.Skipped) == (atOnce.BadFrames, atOnce.Skipped);
        }, iter: 100_000);

    [Fact]
    public void A_frame_is_found_again_after_anything_and_after_half_a_frame() =>
        Gen.Select(AnyFrame, AnyFrame, Gen.Int[0, 31], Gen.Byte.Array[0, 40]).Sample((lost, found, keep, noise) =>
        {
            var frames = new List<Pms5003Frame>();
            // 32 quiet bytes: whatever the noise looked like the beginning of is over by then.
            Pms5003Stream.Empty.Observe([.. noise, .. Bytes(lost).AsSpan(..keep), .. new byte[32], .. Bytes(found)], frames);
            return frames.Count > 0 && frames[^1] == found;
        }, iter: 100_000);

    [Fact]
    public void A_frame_behind_a_false_start_is_not_lost_with_it()
    {
        var frames = new List<Pms5003Frame>();
        var stream = Pms5003Stream.Empty.Observe([0x42, 0x4D, 0x00, 0x1C, 0x00, .. Bytes(new(1, 2, 3)), .. Bytes(new(4, 5, 6))], frames);
        Assert.Equal([new(1, 2, 3), new(4, 5, 6)], frames);
        Assert.Equal((1, 5), (stream.BadFrames, stream.Skipped));
    }

    [Fact]
    public void No_bytes_make_it_throw_and_every_frame_that_it_gives_stands_in_them_whole() =>
        Gen.Select(Noise.Array[0, 5], Gen.Select(AnyFrame, Gen.Int[0, 255]).Array[0, 3]).Sample((noise, flipped) =>
        {
            byte[] bytes = [.. noise.SelectMany(part => part), .. flipped.SelectMany(frame =>
            {
                var one = Bytes(frame.Item1);
                one[frame.Item2 / 8] ^= (byte)(1 << frame.Item2 % 8);
                return one;
            })];
            var frames = new List<Pms5003Frame>();
            Pms5003Stream.Empty.Observe(bytes, frames);
            return frames.All(frame => Enumerable.Range(0, Math.Max(0, bytes.Length - 31)).Any(at => Pms5003Frame.Decode(bytes.AsSpan(at, 32)) == frame));
        }, iter: 1_000_000);

    private static byte[] Bytes(Pms5003Frame frame)
    {
        var bytes = new byte[Pms5003Frame.Length];
        frame.Encode(bytes);
        return bytes;
    }
}
