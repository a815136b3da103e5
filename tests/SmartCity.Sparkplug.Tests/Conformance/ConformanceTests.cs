using System.Text;
using System.Text.RegularExpressions;

namespace SmartCity.Sparkplug.Tests;

/// <summary>
/// Writes <c>docs/sparkplug-conformance.md</c> from the list of the standard's assertions and the tests that claim them, in any test project:
/// by <see cref="TckAttribute"/>, or by a plain <c>Trait("tck", id)</c> where this project is not referenced.
/// </summary>
public sealed partial class ConformanceTests
{
    private const string Document = "docs/sparkplug-conformance.md";

    private sealed record Assertion(string Id, string? Status, string? Reason);

    [Fact]
    public void The_table_of_conformance_is_what_the_tests_prove()
    {
        var written = Table(Assertions(), Claims());
        var path = Path.Combine(Repository.Root, Document);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, written);
        }
        Assert.True(File.Exists(path) && File.ReadAllText(path) == written, $"{Document} is stale. Write it anew: UPDATE_DOCS=1 dotnet test tests/SmartCity.Sparkplug.Tests --filter Conformance");
    }

    [Fact]
    public void All_303_assertions_of_the_standard_are_listed_once()
    {
        var ids = Assertions().Select(assertion => assertion.Id).ToList();
        Assert.Equal(303, ids.Count);
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void What_a_test_claims_is_an_assertion_and_what_none_claims_says_why()
    {
        var claims = Claims();
        var assertions = Assertions();
        Assert.Empty(claims.Keys.Except(assertions.Select(assertion => assertion.Id)));
        Assert.All(assertions, assertion => Assert.Contains(assertion.Status, (string?[])[null, "does not apply", "open"]));
        Assert.Empty(assertions.Where(assertion => assertion.Status is null && !claims.ContainsKey(assertion.Id)).Select(assertion => assertion.Id));
        Assert.Empty(assertions.Where(assertion => assertion.Status == "does not apply" && claims.ContainsKey(assertion.Id)).Select(assertion => assertion.Id));
    }

    private static List<Assertion> Assertions() =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "SmartCity.Sparkplug.Tests", "Conformance", "assertions.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(" | ", 3))
            .Select(parts => new Assertion(parts[0], parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2))),
    ];

    /// <summary>Test methods by the assertion that they claim, read from the sources, so that every test project counts.</summary>
    private static SortedDictionary<string, SortedSet<string>> Claims()
    {
        var claims = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        var ours = Path.DirectorySeparatorChar + "Conformance" + Path.DirectorySeparatorChar;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Where(file => !Skipped().IsMatch(file) && !file.Contains(ours, StringComparison.Ordinal)))
        {
            var source = File.ReadAllText(file);
            foreach (Match attribute in Claim().Matches(source))
            {
                var method = Method().Match(source, attribute.Index + attribute.Length).Groups[1].Value;
                foreach (Match id in Id().Matches(attribute.Value))
                {
                    if (!claims.TryGetValue(id.Value, out var methods)) claims.Add(id.Value, methods = new(StringComparer.Ordinal));
                    methods.Add($"{Path.GetFileNameWithoutExtension(file)}.{method}");
                }
            }
        }
        return claims;
    }

    private static string Table(List<Assertion> assertions, SortedDictionary<string, SortedSet<string>> claims)
    {
        var open = assertions.Where(assertion => assertion.Status == "open" && !claims.ContainsKey(assertion.Id)).ToList();
        var outside = assertions.Where(assertion => assertion.Status == "does not apply").ToList();
        var text = new StringBuilder();
        text.Append("# Sparkplug 3.0.0: which assertions hold\n\n");
        text.Append("Generated from the tests; do not edit. To write it anew: `UPDATE_DOCS=1 dotnet test tests/SmartCity.Sparkplug.Tests --filter Conformance`.\n\n");
        text.Append($"Of {assertions.Count} assertions, {assertions.Count - open.Count - outside.Count} are proven by tests, {outside.Count} do not apply, {open.Count} are open.\n\n");
        text.Append("## Open\n\n| assertion | why |\n|---|---|\n");
        foreach (var assertion in open) text.Append($"| {assertion.Id} | {assertion.Reason} |\n");
        text.Append("\n## Do not apply\n\n| assertion | why |\n|---|---|\n");
        foreach (var assertion in outside) text.Append($"| {assertion.Id} | {assertion.Reason} |\n");
        text.Append("\n## Proven\n\n| assertion | by |\n|---|---|\n");
        foreach (var (id, methods) in claims) text.Append($"| {id} | {string.Join("<br>", methods.Select(method => $"`{method}`"))} |\n");
        return text.ToString();
    }

    [GeneratedRegex("""\[(?:Tck\(|Trait\("tck",)[^\]]*\]""")]
    private static partial Regex Claim();

    [GeneratedRegex("""tck-id-[A-Za-z0-9-]+""")]
    private static partial Regex Id();

    [GeneratedRegex("""public (?:async )?\S+ (\w+)\(""")]
    private static partial Regex Method();

    [GeneratedRegex("""[/\\](?:bin|obj|node_modules)[/\\]""")]
    private static partial Regex Skipped();
}
