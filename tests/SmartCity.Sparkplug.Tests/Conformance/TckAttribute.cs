using Xunit.Abstractions;
using Xunit.Sdk;

namespace SmartCity.Sparkplug.Tests;

/// <summary>Names the assertions of the standard that a test proves; visible as the trait <c>tck</c>.</summary>
[TraitDiscoverer("SmartCity.Sparkplug.Tests.TckDiscoverer", "SmartCity.Sparkplug.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TckAttribute(params string[] ids) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Ids { get; } = ids;
}

public sealed class TckDiscoverer : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute)
    {
        foreach (var argument in traitAttribute.GetConstructorArguments())
        {
            foreach (var id in (IEnumerable<object>)argument) yield return new("tck", (string)id);
        }
    }
}
