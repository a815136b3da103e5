using System.Text.RegularExpressions;

namespace Tidy;

public sealed class Code
{
    private const int MaxLines = 400;

    [Fact]
    public void No_file_is_over_400_lines()
    {
        var long_ = Tree.Sources.Select(f => (File: f, Lines: Tree.Read(f).Split('\n').Length - 1)).Where(f => f.Lines > MaxLines).ToArray();
        Assert.True(long_.Length == 0, "Split by meaning: " + string.Join(", ", long_.Select(f => $"{f.File} ({f.Lines})")));
    }

    [Theory]
    [InlineData(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b", "take a TimeProvider (rim) or an Instant argument (domain)")]
    [InlineData(@"\bThread\.Sleep\b|\bThread\.SpinWait\b", "wait on a TimeProvider timer or on the event itself")]
    [InlineData(@"\bTask\.Delay\((?!.*\b(time|wall|city|clock|_time|_wall|_clock)\b)", "pass the TimeProvider: Task.Delay(span, time, cancel)")]
    [InlineData(@"new PeriodicTimer\((?!.*\b(time|wall|city|clock|_time|_wall|_clock)\b)", "pass the TimeProvider: new PeriodicTimer(period, time)")]
    [InlineData(@"\bEnvironment\.TickCount", "take a TimeProvider: GetTimestamp()")]
    [InlineData(@"\bStopwatch\b", "take a TimeProvider: GetTimestamp() and GetElapsedTime()")]
    [InlineData(@"catch\s*(\(\s*Exception\s*\))?\s*\{\s*\}", "name what failed: count it, log it when it changes, or let it go up")]
    [InlineData(@"\basync\s+void\b", "return a Task, and let its owner await it")]
    [InlineData(@"\bNotImplementedException\b", "build it, or leave it out and say so in README")]
    [InlineData(@"\bConsole\.Write(Line)?\(", "log it; only Program.cs and commands speak to a console", @"(Program|Console|Command)[A-Za-z]*\.cs$|/Commands/")]
    public void Production_code_keeps_to_the_house_rules(string banned, string instead, string except = "^$")
    {
        var found = new List<string>();
        foreach (var file in Tree.ProductionSources.Where(f => !Regex.IsMatch(f, except)))
        {
            foreach (var (number, text) in Tree.CodeLines(file))
            {
                if (Regex.IsMatch(text, banned)) found.Add($"{file}:{number}: {text.Trim()}");
            }
        }
        Assert.True(found.Count == 0, $"Instead, {instead}:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Tests_do_not_sleep_and_are_not_skipped()
    {
        var found = new List<string>();
        foreach (var file in Tree.Sources.Where(f => f.StartsWith("tests/", StringComparison.Ordinal) && !f.StartsWith("tests/Tidy/", StringComparison.Ordinal)))
        {
            foreach (var (number, text) in Tree.CodeLines(file))
            {
                if (Regex.IsMatch(text, @"\bThread\.Sleep\b|Skip\s*=")) found.Add($"{file}:{number}: {text.Trim()}");
            }
        }
        Assert.True(found.Count == 0, "Instead, wait for the condition itself, and let a test that cannot run fail or say so in one line:\n" + string.Join('\n', found));
    }

    [Fact]
    public void Types_are_named_by_the_domain()
    {
        var found = Tree.ProductionSources.SelectMany(f => Tree.CodeLines(f).Select(l => (f, l)))
            .Where(x => Regex.IsMatch(x.l.Text, @"\b(class|record|struct|interface)\s+\w*(Manager|Helper|Util|Utils|Service)\b"))
            .Select(x => $"{x.f}:{x.l.Number}: {x.l.Text.Trim()}").ToArray();
        Assert.True(found.Length == 0, "Say what it is in the field's words (Outbox, Holdoff, Register):\n" + string.Join('\n', found));
    }

    [Fact]
    public void The_domain_touches_no_world()
    {
        var found = Tree.Sources.Where(f => f.StartsWith("domain/", StringComparison.Ordinal)).SelectMany(f => Tree.CodeLines(f).Select(l => (f, l)))
            .Where(x => Regex.IsMatch(x.l.Text, @"\bSystem\.(IO|Net|Threading|Diagnostics\.Process)\b|\bTimeProvider\b|\bILogger\b|\bFile\.|\bHttpClient\b|\bRandom\.Shared\b|\bRandomNumberGenerator\b|\bGuid\.NewGuid\b"))
            .Select(x => $"{x.f}:{x.l.Number}: {x.l.Text.Trim()}").ToArray();
        Assert.True(found.Length == 0, "Hand it in as an argument (bytes, values, instants, random bytes):\n" + string.Join('\n', found));
    }

    [Fact]
    public void Every_options_class_is_validated_at_start_and_refuses_unknown_keys()
    {
        var sources = Tree.ProductionSources.ToDictionary(f => f, Tree.Read);
        var all = string.Join('\n', sources.Values);
        var wrong = new List<string>();
        foreach (var (file, text) in sources)
        {
            foreach (Match match in Regex.Matches(text, @"class\s+(\w+Options)\b(?!Validator)"))
            {
                var name = match.Groups[1].Value;
                if (!Regex.IsMatch(all, $@"\[OptionsValidator\][^;{{]*IValidateOptions<{name}>")) wrong.Add($"{file}: {name} has no [OptionsValidator] class");
                if (!Regex.IsMatch(all, $@"(AddChecked|Check|Validate)\w*<{name}\b|AddOptions<{name}>")) wrong.Add($"{file}: {name} is not registered to be validated at start");
            }
        }
        if (all.Contains("OptionsValidator", StringComparison.Ordinal))
        {
            Assert.Contains("ErrorOnUnknownConfiguration = true", all, StringComparison.Ordinal);
            Assert.Contains("ValidateOnStart", all, StringComparison.Ordinal);
        }
        Assert.True(wrong.Count == 0, "A wrong setting must stop the start, not run:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void The_repository_speaks_of_the_product_alone()
    {
        string[] banned = ["/work" + "/", "sub" + "agent", "TO" + "DO", "FIX" + "ME"];
        var found = Tree.Files.Where(f => !f.StartsWith("tests/Tidy/", StringComparison.Ordinal) && Regex.IsMatch(f, @"(\.(cs|md|sh|yaml|yml|json|js|mjs|css|html|props|csproj)|/city|^city)$"))
            .SelectMany(f => banned.Where(b => Tree.Read(f).Contains(b, StringComparison.Ordinal)).Select(b => $"{f}: {b}")).ToArray();
        Assert.True(found.Length == 0, "Paths of one machine and open ends do not belong here:\n" + string.Join('\n', found));
    }
}
