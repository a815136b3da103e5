using CsCheck;

namespace SmartCity.Sparkplug.Tests;

public sealed class ArrayValueTests
{
    [Fact]
    public void Arrays_of_fixed_size_come_back_as_they_went()
    {
        DataType[] types = [.. Enum.GetValues<DataType>().Where(type => ArrayValue.ElementSize(type) > 0)];
        Assert.Equal(11, types.Length);
        Gen.Select(Gen.Int[0, types.Length - 1].Select(i => types[i]), Gen.ULong.Array[0, 20]).Sample((type, elements) =>
        {
            var mask = ulong.MaxValue >> (64 - 8 * ArrayValue.ElementSize(type));
            Assert.True(ArrayValue.TryGetBits(type, ArrayValue.FromBits(type, elements).Value.Span, out var back));
            Assert.Equal(elements.Select(element => element & mask), back);
        }, iter: 500);
    }

    [Fact]
    public void Boolean_arrays_come_back_as_they_went() => Gen.Bool.Array[0, 40].Sample(elements =>
    {
        Assert.True(ArrayValue.TryGetBooleans(ArrayValue.FromBooleans(elements).Value.Span, out var back));
        Assert.Equal(elements, back);
    }, iter: 500);

    [Fact]
    public void String_arrays_come_back_as_they_went() => Gen.String[Gen.Char.AlphaNumeric, 0, 9].Array[0, 9].Sample(elements =>
    {
        Assert.True(ArrayValue.TryGetStrings(ArrayValue.FromStrings(elements).Value.Span, out var back));
        Assert.Equal(elements, back);
    }, iter: 500);

    // The standard's own examples, section 6.4.17.
    [Fact]
    public void Arrays_are_laid_out_as_in_the_standards_examples()
    {
        Assert.Equal("EF7B", Convert.ToHexString(ArrayValue.FromBits(DataType.Int8Array, [unchecked((ulong)-17), 123]).Value.Span));
        Assert.Equal("D08A307D", Convert.ToHexString(ArrayValue.FromBits(DataType.Int16Array, [unchecked((ulong)-30000), 32048]).Value.Span));
        Assert.Equal("0C00000034D0", Convert.ToHexString(ArrayValue.FromBooleans([false, false, true, true, false, true, false, false, true, true, false, true]).Value.Span));
        Assert.Equal("41424300686900", Convert.ToHexString(ArrayValue.FromStrings(["ABC", "hi"]).Value.Span));
    }

    [Theory]
    [InlineData("half an element", DataType.Int16Array, "010203")]
    [InlineData("booleans without a count", DataType.BooleanArray, "0100")]
    [InlineData("more bits than were said", DataType.BooleanArray, "0100000080FF")]
    [InlineData("two thousand million bits in one byte", DataType.BooleanArray, "FFFFFF7F80")]
    [InlineData("a text without its end", DataType.StringArray, "4142")]
    public void Bytes_that_are_no_array_are_refused(string because, DataType type, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var taken = type switch
        {
            DataType.BooleanArray => ArrayValue.TryGetBooleans(bytes, out _),
            DataType.StringArray => ArrayValue.TryGetStrings(bytes, out _),
            _ => ArrayValue.TryGetBits(type, bytes, out _),
        };
        Assert.False(taken, because);
    }
}
