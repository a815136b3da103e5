using System.Text.RegularExpressions;
using Rig;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Deploy.Tests;

public sealed class ComposeTests
{
    private static readonly string Folder = Path.Combine(Products.Root, "deploy/compose");

    private static readonly Dictionary<object, object> Compose = new DeserializerBuilder().Build()
        .Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(File.ReadAllText(Path.Combine(Folder, "compose.yaml"))))));

    private static IEnumerable<(string Name, Dictionary<object, object> Service)> Services => ((Dictionary<object, object>)Compose["services"]).Select(s => ((string)s.Key, (Dictionary<object, object>)s.Value));

    [Fact]
    public async Task It_is_what_the_Compose_specification_has()
    {
        var file = Path.Combine(Folder, "compose.yaml");
        var (clean, said) = await Schemas.Check("compose", file);
        Assert.True(clean, said);
        var wrong = Path.GetTempFileName();
        await File.WriteAllTextAsync(wrong, (await File.ReadAllTextAsync(file)).Replace("read_only: true", "readonly: true", StringComparison.Ordinal));
        Assert.False((await Schemas.Check("compose", wrong)).Clean);
        File.Delete(wrong);
    }

    [Fact]
    public async Task The_Dockerfiles_are_what_Docker_reads()
    {
        var (clean, said) = await Schemas.Check("dockerfile", [.. Directory.EnumerateFiles(Path.Combine(Products.Root, "deploy/docker"), "*.Dockerfile")]);
        Assert.True(clean, said);
    }

    [Fact]
    public void Every_service_is_pinned_bounded_and_closed()
    {
        foreach (var (name, service) in Services)
        {
            Assert.Matches(@":\d+\.\d+\.\d+$", (string)service["image"]);
            Assert.Equal("true", service["read_only"]);
            Assert.Equal(["ALL"], ((List<object>)service["cap_drop"]).Cast<string>());
            Assert.Contains("no-new-privileges:true", ((List<object>)service["security_opt"]).Cast<string>());
            Assert.True(service.ContainsKey("mem_limit") && service.ContainsKey("pids_limit"), name);
            Assert.True(name == "hub" || service.ContainsKey("user"), $"{name} would be root"); // the hub's image says who it is
            foreach (string port in (List<object>?)service.GetValueOrDefault("ports") ?? []) Assert.True(port.StartsWith("127.0.0.1:", StringComparison.Ordinal) || port == "8883:8883", $"{name} listens on {port}");
        }
    }

    [Fact]
    public void Every_file_that_it_mounts_is_there_and_every_secret_is_made_by_the_script()
    {
        var script = File.ReadAllText(Path.Combine(Folder, "make-secrets.sh"));
        foreach (var (name, service) in Services)
        {
            foreach (string volume in (List<object>?)service.GetValueOrDefault("volumes") ?? [])
            {
                var from = volume.Split(':')[0];
                if (from.StartsWith('.')) Assert.True(Path.Exists(Path.Combine(Folder, from)), $"{name} mounts {from}");
                else Assert.Contains(from, ((Dictionary<object, object>)Compose["volumes"]).Keys);
            }
            foreach (string secret in (List<object>?)service.GetValueOrDefault("secrets") ?? [])
            {
                var file = (string)((Dictionary<object, object>)((Dictionary<object, object>)Compose["secrets"])[secret])["file"];
                Assert.Contains(Path.GetFileName(file), script, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Images run as somebody, write nowhere but to their volume, and build for both processors on one.</summary>
    [Theory]
    [InlineData("hub.Dockerfile", "hub/CityHub.Api/CityHub.Api.csproj", "CityHub.Api.dll", "/data")]
    [InlineData("node.Dockerfile", "edge/SensorNode/SensorNode.csproj", "SensorNode.dll", "/outbox")]
    public void An_image_runs_as_nobody_special_and_holds_only_what_was_published(string file, string project, string program, string volume)
    {
        var text = File.ReadAllText(Path.Combine(Products.Root, "deploy/docker", file));
        var stages = Regex.Matches(text, @"^FROM (.+)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(2, stages.Length);
        Assert.StartsWith("--platform=$BUILDPLATFORM ", stages[0], StringComparison.Ordinal);
        Assert.DoesNotContain("sdk", stages[1], StringComparison.Ordinal);
        Assert.All(stages, s => Assert.Matches(@":10\.0-", s));
        Assert.True(File.Exists(Path.Combine(Products.Root, project)));
        Assert.Contains($"dotnet publish {project}", text, StringComparison.Ordinal);
        Assert.Contains($"/app/{program}", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^USER [1-9]\d*:[1-9]\d*$", text);
        Assert.Contains($"VOLUME {volume}", text, StringComparison.Ordinal);
        // Every folder that the project needs is copied, and no other.
        var copied = Regex.Matches(text, @"^COPY (\w+) \1$", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToHashSet();
        foreach (var needed in Needed(project)) Assert.Contains(needed.Split('/')[0], copied);
        Assert.Equal("*", File.ReadLines(Path.Combine(Products.Root, "deploy/docker", file + ".dockerignore")).First(l => !l.StartsWith('#')));
    }

    private static IEnumerable<string> Needed(string project)
    {
        yield return project;
        foreach (Match reference in Regex.Matches(File.ReadAllText(Path.Combine(Products.Root, project)), "ProjectReference Include=\"([^\"]+)\""))
        {
            var path = Path.GetRelativePath(Products.Root, Path.GetFullPath(Path.Combine(Products.Root, Path.GetDirectoryName(project)!, reference.Groups[1].Value)));
            foreach (var more in Needed(path)) yield return more;
        }
    }
}
