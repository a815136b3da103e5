using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CityHub.Api.Tests;

/// <summary>A page in Debian's Chromium, driven through a Node process of ours. Its packages are installed from the lock file when they are missing.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private readonly Process _node;

    private BrowserPage(Process node) => _node = node;

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "browser");

    public static async Task<BrowserPage> Start()
    {
        if (!Directory.Exists(Path.Combine(Folder(), "node_modules/playwright-core")))
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--silent"]) { WorkingDirectory = Folder() })!;
            await npm.WaitForExitAsync();
            Assert.Equal(0, npm.ExitCode);
        }
        return new(Process.Start(new ProcessStartInfo("node", ["page.mjs"]) { WorkingDirectory = Folder(), RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    public Task Open(Uri url, int width = 1280, int height = 800) => Do(new { @do = "open", url, width, height });

    public Task Press(string key) => Do(new { @do = "press", key });

    public Task Type(string text) => Do(new { @do = "type", text });

    public Task Fill(string selector, string text) => Do(new { @do = "fill", selector, text });

    public Task Click(string selector) => Do(new { @do = "click", selector });

    /// <summary>Chooses an option by its text.</summary>
    public Task Choose(string selector, string text) => Do(new { @do = "choose", selector, text });

    /// <summary>Loads it again: what the browser keeps stays.</summary>
    public Task Reload() => Do(new { @do = "reload" });

    public Task Resize(int width, int height) => Do(new { @do = "resize", width, height });

    /// <summary>Waits until it can be seen.</summary>
    public Task See(string selector, string? text = null) => Do(text is null ? new { @do = "see", selector } : new { @do = "see", selector, text });

    /// <summary>Waits until it cannot be seen.</summary>
    public Task Gone(string selector, string? text = null) => Do(text is null ? new { @do = "gone", selector } : new { @do = "gone", selector, text });

    public async Task<string> Text(string selector) => (string)(await Do(new { @do = "text", selector }))!;

    public async Task<string[]> Texts(string selector) => [.. (await Do(new { @do = "texts", selector }))!.AsArray().Select(t => (string)t!)];

    public async Task<string?> Attribute(string selector, string name) => (string?)await Do(new { @do = "attribute", selector, name });

    /// <summary>As it is computed.</summary>
    public async Task<string> Style(string selector, string name) => (string)(await Do(new { @do = "style", selector, name }))!;

    public async Task<int> Count(string selector) => (int)(await Do(new { @do = "count", selector }))!;

    public async Task<bool> Visible(string selector) => (bool)(await Do(new { @do = "visible", selector }))!;

    public async Task<string> Focus() => (string)(await Do(new { @do = "focus" }))!;

    public async Task<bool> FocusShows() => (bool)(await Do(new { @do = "focusShows" }))!;

    public Task Mark() => Do(new { @do = "mark" });

    public async Task<bool> Marked() => (bool)(await Do(new { @do = "marked" }))!;

    public Task Later(TimeSpan span) => Do(new { @do = "later", ms = (long)span.TotalMilliseconds });

    public async Task<bool> Overflows() => (bool)(await Do(new { @do = "overflow" }))!;

    /// <summary>Console errors and warnings, uncaught errors and violations of the content policy since the page was opened.</summary>
    public async Task<string[]> Noise() => [.. (await Do(new { @do = "noise" }))!.AsArray().Select(t => (string)t!)];

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    private async Task<JsonNode?> Do(object command)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _node.StandardInput.FlushAsync();
        var answer = JsonNode.Parse(await _node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("node ended"))!;
        return answer["error"] is { } error ? throw new InvalidOperationException((string)error!) : answer["value"];
    }
}
