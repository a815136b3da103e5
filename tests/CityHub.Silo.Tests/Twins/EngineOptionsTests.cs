using System.ComponentModel.DataAnnotations;
using CityHub.Silo.Twins;

namespace CityHub.Silo.Tests.Twins;

/// <summary>What the engine's settings refuse.</summary>
public sealed class EngineOptionsTests
{
    [Theory]
    [InlineData("as they are", true, 60_000, null)]
    [InlineData("one hub that takes no group would take nothing at all", false, 60_000, "holds its groups")]
    [InlineData("as short as it may be", true, 1_000, null)]
    [InlineData("a millisecond shorter", true, 999, "SettleAfter")]
    [InlineData("as long as it may be", true, 3_600_000, null)]
    [InlineData("a millisecond longer", true, 3_600_001, "SettleAfter")]
    public void Of_the_Local_engine(string because, bool holdsGroups, int settleMilliseconds, string? refusal)
    {
        var options = new EngineOptions { HoldsGroups = holdsGroups, SettleAfter = TimeSpan.FromMilliseconds(settleMilliseconds) };
        var found = new List<ValidationResult>();
        Assert.True(Validator.TryValidateObject(options, new(options), found, validateAllProperties: true) == refusal is null, because);
        Assert.All(found, one => Assert.Contains(refusal!, one.ErrorMessage, StringComparison.Ordinal));
    }
}
