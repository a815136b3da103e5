using System.Text.RegularExpressions;
using Rig;

namespace ReadingPath;

/// <summary>What people type, and what they are told when it is wrong.</summary>
public sealed class CityScript : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("city-script-");

    [Fact]
    public async Task Help_names_every_command()
    {
        var (code, said) = await Run(Script, "help");
        Assert.Equal(0, code);
        var commands = Regex.Matches(await File.ReadAllTextAsync(Script), @"^  ([a-z]+)\) shift; city_", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToArray();
        Assert.Empty(new[] { "up", "test", "bench", "faults", "replay" }.Except(commands));
        Assert.All(commands, command => Assert.Contains($"./city {command}", said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_said_so_and_ends_with_2()
    {
        var (code, said) = await Run(Script, "nonsense");
        Assert.Equal(2, code);
        Assert.Contains("no such command: nonsense", said, StringComparison.Ordinal);
        Assert.Contains("./city up", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_with_wrong_settings_names_all_of_them_at_once_and_ends_with_2()
    {
        var (code, said) = await Run("dotnet", Products.Hub, "--Api:Listen=somewhere", "--Mqtt:Port=99999", "--Hub:Clock=Sundial", "--Hub:CommitInterval=00:01:00",
            "--Stores:Dirctory=x", "--Weather:Sunny=true", $"--Stores:Directory={Path.Combine(_folder.FullName, "data")}");
        Assert.Equal(2, code);
        Assert.All(["Api:Listen", "Mqtt:Port", "Hub:Clock", "Stores:Dirctory", "Weather"], setting => Assert.Contains(setting, said, StringComparison.Ordinal));
        Assert.Contains("Hub:CommitInterval", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "data")), "it touched the stores before it knew its settings");
    }

    [Fact]
    public async Task A_second_hub_on_the_same_stores_says_so_in_one_line_and_ends_with_1()
    {
        await using var city = await SmallCity.Start();
        var (code, said) = await Run("dotnet", Products.Hub, $"--Api:Listen=127.0.0.1:{Ports.Free()}", $"--Mqtt:Port={city.Broker.Port}",
            $"--Stores:Directory={city.Hub.Stores}", $"--Rules:Directory={Path.Combine(Products.Root, "rules")}");
        Assert.Equal(1, code);
        var line = Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("already running", line, StringComparison.Ordinal);
        Assert.Contains($"{city.Hub.Process.Id}", line, StringComparison.Ordinal);
        using var alive = await city.Hub.Http.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.True(alive.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Rules_are_rehearsed_on_a_running_hub_and_what_is_wrong_with_them_is_said()
    {
        await using var city = await SmallCity.Start();
        var rules = _folder.CreateSubdirectory("proposed").FullName;
        string[] rehearse = [Script, "rehearse", rules, "--from", "2026-11-01T00:00:00Z", "--to", "2026-11-02T00:00:00Z", "--hub", $"http://127.0.0.1:{city.Hub.Port}", "--key-file", city.Hub.KeyFile];
        File.Copy(Path.Combine(Products.Root, "rules/city.yaml"), Path.Combine(rules, "city.yaml"));
        var (code, said) = await Run(rehearse);
        Assert.Equal((0, "0 readings; 0 episodes alike, 0 added, 0 removed, 0 moved"), (code, said.Trim()));
        await File.WriteAllTextAsync(Path.Combine(rules, "city.yaml"), "rules: [{ id: x, quantity: warmth, above: 1, severity: minor }]");
        (code, said) = await Run(rehearse);
        Assert.Equal(1, code);
        Assert.Contains("files[city.yaml]: line 1: quantity: 'warmth' is not in the catalogue", said, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Script => Path.Combine(Products.Root, "city");

    private async Task<(int Code, string Said)> Run(params string[] command)
    {
        await using var child = Child.Start(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("n")), command);
        var code = await child.End();
        return (code, await File.ReadAllTextAsync(child.Log));
    }
}
