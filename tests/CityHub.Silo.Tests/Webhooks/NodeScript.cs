using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>A script of the interop folder in a Node process: it answers each line of JSON by one line. Its packages are installed from the lock file when one is missing.</summary>
public sealed class NodeScript : IAsyncDisposable
{
    private static readonly SemaphoreSlim Installing = new(1);
    private readonly Process _node;
    private readonly SemaphoreSlim _asking = new(1);

    private NodeScript(Process node) => _node = node;

    public static async Task<NodeScript> Start(string script)
    {
        await Installing.WaitAsync();
        try
        {
            await Install();
        }
        finally
        {
            Installing.Release();
        }
        return new(Process.Start(new ProcessStartInfo("node", [script]) { WorkingDirectory = Folder(), RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    public async Task<string> Ask(object task)
    {
        await _asking.WaitAsync();
        try
        {
            await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(task));
            await _node.StandardInput.FlushAsync();
            return await _node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("node ended");
        }
        finally
        {
            _asking.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
        _asking.Dispose();
    }

    private static async Task Install()
    {
        using var package = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder(), "package.json")));
        if (package.RootElement.GetProperty("dependencies").EnumerateObject().All(one => Directory.Exists(Path.Combine(Folder(), "node_modules", one.Name)))) return;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--silent"]) { WorkingDirectory = Folder() })!;
        await npm.WaitForExitAsync();
        Assert.Equal(0, npm.ExitCode);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../interop"));
}
