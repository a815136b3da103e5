using System.Text.RegularExpressions;

namespace Tidy;

public sealed class Layout
{
    private static readonly string[] Stages = ["Devices", "Readings", "Telemetry", "Timeline", "Twins", "Watch", "Webhooks"];

    [Fact]
    public void The_domain_references_nothing_but_the_base_library()
    {
        var project = Tree.Read("domain/SmartCity.Domain/SmartCity.Domain.csproj");
        Assert.False(Regex.IsMatch(project, "<(Package|Project|Framework)Reference"),
            "SmartCity.Domain is pure: move what needs a package to the rim (edge/, hub/, wire/) and hand its result in as a value.");
    }

    [Theory]
    [InlineData("domain/SmartCity.Sparkplug", "SmartCity.Domain")]
    [InlineData("wire/SmartCity.Mqtt", "")]
    [InlineData("edge/SensorNode", "SmartCity.Domain SmartCity.Sparkplug SmartCity.Mqtt")]
    [InlineData("hub/CityHub.Contracts", "SmartCity.Domain")]
    [InlineData("hub/CityHub.Silo", "SmartCity.Domain SmartCity.Sparkplug SmartCity.Mqtt CityHub.Contracts")]
    [InlineData("hub/CityHub.Api", "CityHub.Silo CityHub.Contracts SmartCity.Domain")]
    public void References_point_one_way(string project, string allowed)
    {
        var file = Tree.Files.Single(f => f.StartsWith(project + "/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal));
        var named = Regex.Matches(Tree.Read(file), "ProjectReference Include=\"[^\"]*/([^/\"]+)\\.csproj\"").Select(m => m.Groups[1].Value);
        var wrong = named.Except(allowed.Split(' ')).ToArray();
        Assert.True(wrong.Length == 0,
            $"{project} references {string.Join(", ", wrong)}: edge and hub meet on the wire only; what both need goes down into domain/ or wire/.");
    }

    [Fact]
    public void Versions_stand_in_one_place()
    {
        var wrong = Tree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && Regex.IsMatch(Tree.Read(f), "PackageReference[^>]*Version=")).ToArray();
        Assert.True(wrong.Length == 0, $"{string.Join(", ", wrong)}: write the version into Directory.Packages.props.");
    }

    [Fact]
    public void The_domains_folders_are_the_stages_and_their_order_is_the_way()
    {
        var folders = Tree.Sources.Where(f => f.StartsWith("domain/SmartCity.Domain/", StringComparison.Ordinal))
            .Select(f => f.Split('/')[2]).Distinct().Where(f => !f.EndsWith(".cs", StringComparison.Ordinal)).ToArray();
        Assert.Equal(Stages, folders);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Tree.Read("SmartCity.sln").Replace('\\', '/');
        var missing = Tree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains(f, StringComparison.Ordinal)).ToArray();
        Assert.True(missing.Length == 0, $"dotnet sln add {string.Join(' ', missing)}");
    }

    [Fact]
    public void Every_path_that_the_documents_name_exists()
    {
        var missing = new List<string>();
        foreach (var document in Tree.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (Match match in Regex.Matches(Tree.Read(document), "`((?:domain|wire|edge|hub|dashboards|deploy|rules|tests|samples|docs)/[A-Za-z0-9_./-]*)`|\\]\\((?!https?:|#)([^)#]+)"))
            {
                var inText = match.Groups[1].Success;
                var path = (inText ? match.Groups[1].Value : match.Groups[2].Value).TrimEnd('/');
                var from = inText ? Tree.Root : Path.Combine(Tree.Root, Path.GetDirectoryName(document)!);
                var full = Path.GetFullPath(Path.Combine(from, path));
                if (!File.Exists(full) && !Directory.Exists(full)) missing.Add($"{document}: {path}");
            }
        }
        Assert.True(missing.Count == 0, "A map that names what is gone misleads: correct or drop\n" + string.Join('\n', missing));
    }
}
