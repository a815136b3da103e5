using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public class EdgeEpisodeTests
{
    private static readonly EdgeEpisode Open = new("pole-smoke", "smoke", Quantity.Smoke, Severity.Critical, ReadingOrder.Of(3, 17), 1, new(1_764_000_000_000), null);
    private static readonly EdgeEpisode Over = new("heat", "climate", Quantity.AirTemperature, Severity.Major, ReadingOrder.Of(2, 900), 41.3, new(1_763_999_000_000), new(1_763_999_500_000));

    [Fact]
    public void What_births_tell_is_read_back() => Assert.Equal([Open, Over], EdgeEpisode.Read(EdgeEpisode.Write([Open, Over])));

    [Fact]
    public void Whatever_a_birth_says_nothing_is_thrown_and_what_is_read_can_be_told() =>
        Gen.Select(Gen.Char[" -0123456789abcdefghijklmnopqrstuvwxyz.\n\t\0é"].Array[0, 120], Gen.Int[0, 200], Gen.Int[0, 200]).Sample((letters, from, length) =>
        {
            var text = EdgeEpisode.Write([Open, Over]);
            var cut = text.Remove(Math.Min(from, text.Length), Math.Min(length, text.Length - Math.Min(from, text.Length))).Insert(Math.Min(from, text.Length - Math.Min(length, text.Length - Math.Min(from, text.Length))), new string(letters));
            var read = EdgeEpisode.Read(cut);
            Assert.Equal(read, EdgeEpisode.Read(EdgeEpisode.Write(read)));
        }, iter: 100_000);

    [Fact]
    public void At_most_32_are_told_and_read()
    {
        var many = Enumerable.Range(0, 40).Select(i => Open with { First = ReadingOrder.Of(3, (ulong)i) }).ToList();
        Assert.Equal(many.Take(32), EdgeEpisode.Read(EdgeEpisode.Write(many)));
        Assert.Equal(32, EdgeEpisode.Read(string.Join('\n', many.Select(one => EdgeEpisode.Write([one])))).Count);
    }

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("a word too few", "heat climate air-temperature 3 17 41 1764000000000")]
    [InlineData("a quantity that is none", "heat climate warmth 3 17 41 1764000000000 -")]
    [InlineData("a severity that is none", "heat climate air-temperature 9 17 41 1764000000000 -")]
    [InlineData("a value that is no number", "heat climate air-temperature 3 17 NaN 1764000000000 -")]
    [InlineData("an instant beyond all", "heat climate air-temperature 3 17 41 9223372036854775807 -")]
    [InlineData("an end before all", "heat climate air-temperature 3 17 41 1764000000000 -5")]
    public void A_line_that_cannot_be_read_is_passed_over(string because, string line)
    {
        var read = EdgeEpisode.Read(line + "\n" + EdgeEpisode.Write([Open]));
        Assert.True(read is [var only] && only == Open, because);
    }
}
