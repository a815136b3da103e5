using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>The Standard Webhooks reference library of npm, in a Node process of ours. Installed from the lock file when it is missing.</summary>
public sealed class ReferenceLibrary : IAsyncLifetime
{
    private Process? _node;

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../interop"));

    public async Task InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(Folder(), "node_modules/standardwebhooks")))
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--silent"]) { WorkingDirectory = Folder() })!;
            await npm.WaitForExitAsync();
            Assert.Equal(0, npm.ExitCode);
        }

        _node = Process.Start(new ProcessStartInfo("node", ["standardwebhooks.cjs"]) { WorkingDirectory = Folder(), RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    public async Task DisposeAsync()
    {
        _node!.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    public Task<string> Sign(string secret, string id, long timestamp, byte[] body) =>
        Ask(new { @do = "sign", secret, id, timestamp, body = Convert.ToBase64String(body) });

    public Task<string> Verify(string secret, Dictionary<string, string> headers, byte[] body) =>
        Ask(new { @do = "verify", secret, headers, body = Convert.ToBase64String(body) });

    private async Task<string> Ask(object task)
    {
        await _node!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(task));
        await _node.StandardInput.FlushAsync();
        return await _node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("node ended");
    }
}
