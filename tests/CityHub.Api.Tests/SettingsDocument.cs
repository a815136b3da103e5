using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;
using CityHub.Api.Hosting;
using CityHub.Silo;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CityHub.Api.Tests;

/// <summary>docs/hub-settings.md is written from the options classes themselves; with UPDATE_DOCS=1 this test writes it.</summary>
public sealed class SettingsDocument
{
    private static readonly string Document = Path.Combine(Root(), "docs", "hub-settings.md");

    [Fact]
    public void Every_setting_of_the_hub_stands_in_the_document_as_the_code_has_it()
    {
        var text = Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") System.IO.File.WriteAllText(Document, text);
        Assert.True(System.IO.File.Exists(Document) && System.IO.File.ReadAllText(Document) == text, "docs/hub-settings.md is stale: run this test with UPDATE_DOCS=1");
    }

    private static string Write()
    {
        var services = new ServiceCollection();
        services.AddCityHub(new ConfigurationBuilder().Build());
        var types = services.Where(s => s.ServiceType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(s => s.ServiceType.GetGenericArguments()[0]).Where(t => t.Namespace!.StartsWith("CityHub", StringComparison.Ordinal))
            .Append(typeof(ApiOptions)).Distinct().OrderBy(t => t.Name, StringComparer.Ordinal);
        var text = new StringBuilder("""
            # Settings of the hub

            Written by a test from the options classes. A setting comes from `--config FILE` (JSON), then from the environment (`CITYHUB_Section__Key`), then
            from the command line (`--Section:Key=value`); the later wins. Whatever is wrong, unknown keys included, is named at start, all of it at once,
            and the hub does not start (exit 2).

            """);
        foreach (var type in types)
        {
            var docs = Docs(type.Assembly);
            text.Append(CultureInfo.InvariantCulture, $"\n## {type.Name[..^"Options".Length]}\n{docs.GetValueOrDefault($"T:{type.FullName}")}\n\n| key | meaning | range |\n|---|---|---|\n");
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite || typeof(IEnumerable).IsAssignableFrom(p.PropertyType)))
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {docs.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "")} | {Range(property)} |\n");
            }
        }
        return text.ToString();
    }

    private static string Range(PropertyInfo property)
    {
        if (property.GetCustomAttribute<RangeAttribute>() is { } range) return string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}");
        if (property.GetCustomAttribute<LengthAttribute>() is { } length) return string.Create(CultureInfo.InvariantCulture, $"{length.MinimumLength} to {length.MaximumLength} of them");
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsEnum ? string.Join(", ", Enum.GetNames(type)) : type == typeof(bool) ? "true, false" : typeof(IEnumerable).IsAssignableFrom(type) && type != typeof(string) ? "list" : "text";
    }

    private static Dictionary<string, string> Docs(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return XDocument.Load(file).Descendants("member").Where(m => m.Element("summary") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value, m => Plain(m.Element("summary")!));
    }

    private static string Plain(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value,
                XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")?.Value.Split('.')[^1]}`",
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement other => other.Value,
                _ => "",
            });
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!System.IO.File.Exists(Path.Combine(folder, "SmartCity.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
