using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Rig;

namespace Walls.Tests;

/// <summary>Grafana's own npm packages, fetched once and kept beside the script that reads them.</summary>
public sealed class GrafanaTypes : IAsyncLifetime
{
    private static readonly string Scripts = Path.Combine(Products.Root, "tests/Walls.Tests/schema");
    private static readonly string Modules = Path.Combine(Scripts, "node_modules");

    private readonly List<string> _archives = [];

    public async Task InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(Modules, "typescript"))) await Npm("ci", "--no-audit", "--no-fund", "--prefix", Scripts);
        var units = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Scripts, "package.json")))!["units"]!.AsObject();
        foreach (var (package, sum) in units)
        {
            // @grafana/data@13.2.3 lies in grafana-data-13.2.3.tgz.
            var archive = Path.Combine(Modules, package[1..].Replace('/', '-').Replace('@', '-') + ".tgz");
            if (!File.Exists(archive)) await Npm("pack", package, "--pack-destination", Modules);
            var is_ = "sha512-" + Convert.ToBase64String(SHA512.HashData(await File.ReadAllBytesAsync(archive)));
            if (is_ != (string)sum!) throw new InvalidOperationException($"{archive} is {is_}, not what package.json says");
            _archives.Add(archive);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>What the script says of the boards of a folder, and whether it found nothing wrong.</summary>
    public async Task<(bool Clean, string Said)> Check(string boards)
    {
        var log = Path.Combine(Path.GetTempPath(), $"walls-check-{Guid.NewGuid():N}.log");
        await using var node = Child.Start(log, ["node", Path.Combine(Scripts, "check.mjs"), boards, .. _archives]);
        var code = await node.End(TimeSpan.FromMinutes(5));
        var said = await File.ReadAllTextAsync(log);
        File.Delete(log);
        return (code == 0, said);
    }

    private static async Task Npm(params string[] arguments)
    {
        var log = Path.Combine(Path.GetTempPath(), $"walls-npm-{Guid.NewGuid():N}.log");
        await using var npm = Child.Start(log, ["npm", .. arguments]);
        var code = await npm.End(TimeSpan.FromMinutes(5));
        if (code != 0) throw new InvalidOperationException($"npm {arguments[0]} ended with {code}:\n{npm.Tail()}");
        File.Delete(log);
    }
}

public sealed class GrafanaTypeTests(GrafanaTypes grafana) : IClassFixture<GrafanaTypes>
{
    [Fact]
    public async Task Every_board_is_a_Dashboard_and_every_unit_is_one_of_Grafanas()
    {
        var (clean, said) = await grafana.Check(Path.Combine(Committed.Folder, "json"));
        Assert.True(clean, said);
        Assert.Contains($"{Committed.Boards.Count} boards, {Committed.Panels.Count()} panels, 0 faults", said, StringComparison.Ordinal);
    }

    /// <summary>The check itself: what is wrong is found, each fault by its name.</summary>
    [Fact]
    public async Task A_wrong_unit_option_threshold_or_variable_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("walls-wrong-");
        var board = (JsonObject)Committed.Boards["sensor"].DeepClone();
        JsonNode Of(string type) => board["panels"]!.AsArray().First(p => (string)p!["type"]! == type)!;
        Of("stat")["fieldConfig"]!["defaults"]!["unit"] = "celcius";
        Of("stat")["options"]!["colorMode"] = "backdrop";
        Of("state-timeline")["fieldConfig"]!["defaults"]!["thresholds"]!["mode"] = "absolut";
        Of("table")["options"]!["header"] = true;
        Of("timeseries")["fieldConfig"]!["defaults"]!["custom"]!["drawStyle"] = "stripes";
        board["templating"]!["list"]![0]!["type"] = "querry";
        board["annotations"]!["list"]![0]!["target"]!["textColum"] = "title";
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "wrong.json"), board.ToJsonString());
        var (clean, said) = await grafana.Check(folder.FullName);
        folder.Delete(recursive: true);
        Assert.False(clean);
        Assert.All((string[])["celcius", "backdrop", "absolut", "header", "stripes", "querry", "textColum"], word => Assert.Contains(word, said, StringComparison.Ordinal));
    }
}
