using System.Runtime.CompilerServices;
using Walls;

// Writes what dashboards/ holds. Nothing there is written by hand.
var folder = args.Length > 0 ? args[0] : Path.GetFullPath(Path.Combine(Here(), ".."));
foreach (var (name, text) in Written.Files())
{
    var path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, text);
    Console.WriteLine(name);
}

static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
