using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Api.Tests;

/// <summary>The integrator's path in docs/webhooks.md, run as it stands there: curl subscribes, ten lines verify and acknowledge.</summary>
public sealed class IntegratorTests
{
    private static readonly string Document = File.ReadAllText(Find());

    [Theory]
    [InlineData("js", "receiver.mjs", "node", "node")]
    [InlineData("python", "receiver.py", "python", "python3")]
    [InlineData("cs", "receiver.cs", "csharp", "dotnet run")]
    public async Task Whoever_follows_the_document_has_a_verified_and_acknowledged_alert(string language, string file, string who, string command)
    {
        var folder = Directory.CreateTempSubdirectory("integrator-").FullName;
        var (hubPort, port) = (Rig.Ports.Free(), Rig.Ports.Free());
        await using var hub = await ApiHost.Start($"--Api:Listen=127.0.0.1:{hubPort}", $"--Webhooks:Address=http://127.0.0.1:{hubPort}");
        var subscribed = JsonNode.Parse(await Shell(Block("sh"), ("HUB", $"http://127.0.0.1:{hubPort}"), ("KEY", hub.AdminKey), ("PORT", $"{port}")))!;
        await File.WriteAllTextAsync(Path.Combine(folder, file), Block(language));
        await using var receiver = Rig.Child.Start(Path.Combine(folder, "log"), ["env", $"SECRET={subscribed.Text("secret")}", $"PORT={port}", .. command.Split(' '), Path.Combine(folder, file)]);
        await Rig.Until.True(() => receiver.HasExited || Rig.Ports.Listens(port), () => $"{who} listens: {receiver.Tail()}", TimeSpan.FromMinutes(3));
        Assert.False(receiver.HasExited, receiver.Tail());

        using var http = new HttpClient();
        using var forged = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/"), new StringContent("""{"type":"episode.raised","data":{"acknowledgeUrl":null}}"""));
        Assert.Equal(401, (int)forged.StatusCode);
        var episode = await hub.City.Raise(Severity.Major, 3, Quantity.Smoke, 1, "Smoke");
        await Rig.Until.True(async () => (await hub.Register.FindEpisode(episode.Id))!.Acknowledged is not null, () => $"{who} acknowledges: {receiver.Tail()}");
        Assert.Equal($"fire: {who}", (await hub.Register.FindEpisode(episode.Id))!.Acknowledged!.By);
        await Rig.Until.True(async () => (await hub.Register.Evidence(episode.Id)).All(one => one.DeliveredAt is not null), () => $"{who} takes what follows: {receiver.Tail()}");
        await receiver.Kill();
        Directory.Delete(folder, recursive: true);
    }

    private static string Block(string language) => Regex.Match(Document, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    private static async Task<string> Shell(string script, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["-euc", script]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var shell = Process.Start(start)!;
        var said = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
        return said;
    }

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/webhooks.md"));
}
