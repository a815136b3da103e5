using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Tidy;

/// <summary>The repository's files as text, found from where this file was compiled.</summary>
internal static class Tree
{
    public static string Root { get; } = FindRoot();

    private static readonly string[] Ignored = ["bin", "obj", "node_modules", ".git", ".city", "TestResults"];

    /// <summary>Relative paths with forward slashes, build output left out.</summary>
    public static IReadOnlyList<string> Files { get; } = Walk(Root).Select(p => Path.GetRelativePath(Root, p).Replace('\\', '/')).Order(StringComparer.Ordinal).ToArray();

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    public static IEnumerable<string> Sources => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>What ships: everything but tests and samples.</summary>
    public static IEnumerable<string> ProductionSources => Sources.Where(f => Regex.IsMatch(f, "^(domain|wire|edge|hub)/"));

    /// <summary>Lines of a source without comments and string contents, so that words in prose do not count.</summary>
    public static IEnumerable<(int Number, string Text)> CodeLines(string relative)
    {
        var number = 0;
        foreach (var line in Read(relative).Split('\n'))
        {
            number++;
            var text = Regex.Replace(line, "\"(\\\\.|[^\"\\\\])*\"", "\"\"");
            text = Regex.Replace(text, "//.*$", "");
            if (text.Trim().Length > 0) yield return (number, text);
        }
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (var child in Directory.EnumerateDirectories(folder))
        {
            if (Ignored.Contains(Path.GetFileName(child))) continue;
            foreach (var file in Walk(child)) yield return file;
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "SmartCity.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
