using System.Globalization;
using SensorNode.Options;

namespace SensorNode.Tests.Devices;

/// <summary>Node files as a tired hand or a torn card leaves them: the sample city's, cut, doubled, swapped and peppered. Never an exception, always a file or what is wrong with it.</summary>
public sealed class NodeFileFuzzTests
{
    // A few thousand with every run; CITYHUB_FUZZ_ROUNDS asks for more of the same stream.
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("CITYHUB_FUZZ_ROUNDS") ?? "5000", CultureInfo.InvariantCulture);

    [Fact]
    public void No_text_makes_the_reader_throw_and_what_it_refuses_it_gives_reasons_for()
    {
        var random = new Random(20_261_126);
        var seeds = SampleCityTests.Files().Select(File.ReadAllText).ToArray();
        var (read, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Mutate(seeds[random.Next(seeds.Length)], random);
            var (file, problems) = NodeFileReader.Parse("pole.yaml", text, new());
            if (file is null) Assert.NotEmpty(problems);
            Assert.All(problems, problem => Assert.StartsWith("pole.yaml", problem.ToString(), StringComparison.Ordinal));
            _ = file is null ? refused++ : read++;
        }
        Assert.True(read > Rounds / 50 && refused > Rounds / 10, $"{read} read, {refused} refused: the mutants are too tame or too wild to prove anything");
    }

    private static string Mutate(string text, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var (at, length) = (random.Next(text.Length), random.Next(1, 24));
            length = Math.Min(length, text.Length - at);
            text = random.Next(5) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, text.Substring(random.Next(text.Length - length + 1), length)),
                2 => text.Insert(at, Pepper[random.Next(Pepper.Length)]),
                3 => string.Concat(text.AsSpan(0, at), ((char)random.Next(1, 0xD800)).ToString(), text.AsSpan(at + 1)),
                _ => random.Next(8) == 0 ? text[..at] : text.Remove(at, 1),
            };
            if (text.Length == 0) return text;
        }
        return text;
    }

    private static readonly string[] Pepper = ["\n", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!int ", "\"", "'", "\t", "# ", "0x", "-1", "1e999", "NaN", ".inf", "null", "~", "99999999999999999999", "|\n", "\0", "\uFEFF", "---\n"];
}
