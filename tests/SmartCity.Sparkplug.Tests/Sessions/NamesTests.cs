using System.Text;
using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

public sealed class NamesTests
{
    [Fact]
    public void Every_fault_comes_back_by_its_name_and_an_unknown_name_is_unspecified()
    {
        foreach (var fault in Enum.GetValues<ReadFault>()) Assert.Equal(fault, FaultNames.Parse(Encoding.UTF8.GetBytes(FaultNames.Of(fault))));
        Assert.Equal(ReadFault.Unspecified, FaultNames.Parse("melted"u8));
    }

    [Fact]
    public void Every_reason_and_every_deviation_has_a_name_of_its_own()
    {
        var reasons = Enum.GetValues<SetAsideReason>().Select(SetAside.Name).ToList();
        Assert.Equal(reasons.Count, reasons.Distinct().Count());
        var deviations = Enum.GetValues<Deviations>().Aggregate((all, one) => all | one);
        Assert.Equal(Enum.GetValues<Deviations>().Length - 1, DeviationNames.Of(deviations).Distinct().Count());
        Assert.Empty(DeviationNames.Of(Deviations.None));
    }
}
