using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rig;

namespace Deploy.Tests;

/// <summary><c>./city setup</c> against package sources of our own: folders with made-up packages in them.</summary>
public sealed class SetupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("setup-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_a_source_holds_is_compiled_in_and_what_it_lacks_or_holds_in_another_version_is_not()
    {
        foreach (var (id, version) in Optional().Where(p => p.Id is "MQTTnet" or "System.Device.Gpio")) Publish(id, version);
        Publish("Npgsql", "1.0.0");
        var output = Path.Combine(_folder.FullName, "optional.props");
        var (code, said) = await Setup(output);
        Assert.True(code == 0, said);
        Assert.Matches(@"MQTTnet\s+\S+\s+yes ", said);
        Assert.Matches(@"Npgsql\s+\S+\s+no\s+SQLite", said);
        var written = XDocument.Load(output).Root!.Element("PropertyGroup")!.Elements().ToDictionary(e => e.Name.LocalName, e => e.Value);
        Assert.Equal("true", written["HoldsMqttNet"]);
        Assert.Equal("false", written["HoldsDeviceGpio"]); // one of the two is not enough
        Assert.Equal("false", written["HoldsOrleans"]);
        Assert.Equal("false", written["HoldsNpgsql"]);
        Assert.Contains("NU1603", written["NoWarn"], StringComparison.Ordinal); // though this source was asked nothing that it has only in a later version
        // Every property that a project asks for is one that setup writes.
        var asked = Directory.EnumerateFiles(Products.Root, "*.csproj", SearchOption.AllDirectories).SelectMany(f => Regex.Matches(File.ReadAllText(f), @"\$\((Holds\w+)\)")).Select(m => m.Groups[1].Value).Distinct();
        Assert.All(asked, a => Assert.Contains(a, written.Keys));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_no_no()
    {
        var output = Path.Combine(_folder.FullName, "optional.props");
        await File.WriteAllTextAsync(output, "as it was");
        var (code, said) = await Schemas.Said("bash", Path.Combine(Products.Root, "city"), "setup", "--source", $"http://127.0.0.1:{Ports.Free()}/index.json", "--output", output);
        Assert.True(code == 3, said);
        Assert.Equal("as it was", await File.ReadAllTextAsync(output));
    }

    private Task<(int Code, string Said)> Setup(string output) => Schemas.Said("bash", Path.Combine(Products.Root, "city"), "setup", "--source", _folder.FullName, "--output", output);

    private static IEnumerable<(string Id, string Version)> Optional() =>
        Regex.Matches(File.ReadAllText(Path.Combine(Products.Root, "Directory.Packages.props")), "Include=\"([^\"]+)\" Version=\"([^\"]+)\" Holds=").Select(m => (m.Groups[1].Value, m.Groups[2].Value));

    /// <summary>A package with nothing in it.</summary>
    private void Publish(string id, string version)
    {
        using var package = ZipFile.Open(Path.Combine(_folder.FullName, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var spec = new StreamWriter(package.CreateEntry($"{id}.nuspec").Open()))
        {
            spec.Write($"<package xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\"><metadata><id>{id}</id><version>{version}</version><authors>us</authors><description>made up</description></metadata></package>");
        }
        using var marker = new StreamWriter(package.CreateEntry("lib/net10.0/_._").Open());
    }
}
