using System.Text.RegularExpressions;
using Rig;

namespace Deploy.Tests;

/// <summary>A setting that the hub does not know stops its start: what installs it names only what it knows.</summary>
public sealed class SettingsTests(Rendered rendered) : IClassFixture<Rendered>
{
    [Fact]
    public void Every_setting_of_the_hub_is_one_that_it_has()
    {
        var known = Known();
        var compose = File.ReadAllText(Path.Combine(Products.Root, "deploy/compose/compose.yaml"));
        var image = File.ReadAllText(Path.Combine(Products.Root, "deploy/docker/hub.Dockerfile"));
        var pods = rendered.Overlays.Values.SelectMany(o => o.Workloads).Where(w => w.Meta.Name is "hub" or "api").SelectMany(w => w.Containers.First().Env).Select(e => e.Name).ToArray();
        Assert.Contains("CITYHUB_Engine__HoldsGroups", pods);
        var set = Regex.Matches(compose + image, @"\bCITYHUB_\w+__\w+").Select(m => m.Value).Concat(pods).ToHashSet();
        Assert.True(set.Count > 8);
        Assert.All(set, s => Assert.Contains(s["CITYHUB_".Length..].Replace("__", ":", StringComparison.Ordinal), known));
    }

    /// <summary>Section:Key, from the document that a test of the hub keeps true.</summary>
    private static HashSet<string> Known()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in File.ReadLines(Path.Combine(Products.Root, "docs/hub-settings.md")))
        {
            if (Regex.Match(line, @"^## (\w+)") is { Success: true } heading) section = heading.Groups[1].Value;
            if (Regex.Match(line, @"^\| `(\w+)` \|") is { Success: true } row) known.Add($"{section}:{row.Groups[1].Value}");
        }
        return known;
    }
}
