using Rig;
using Xunit.Abstractions;

namespace ReadingPath;

public sealed class FaultsShort(ITestOutputHelper output)
{
    [Fact]
    public Task Forty_seconds_of_kills_cuts_and_stalls_lose_and_double_nothing() => Run("--seconds", "40", "--seed", "7");

    [Fact]
    public Task Fifteen_seconds_of_a_store_that_is_killed_behind_a_moody_proxy_lose_and_double_nothing() => Run("--store", "influxdb", "--seconds", "15", "--seed", "7");

    private async Task Run(params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("faults-short-");
        await using var run = Child.Start(Path.Combine(folder.FullName, "faults.log"), ["dotnet", Products.Faults, .. options]);
        try
        {
            var code = await run.End(TimeSpan.FromMinutes(8));
            Assert.True(code == 0, $"the fault run ended with {code}:\n{run.Tail(60)}");
        }
        finally
        {
            output.WriteLine(run.Tail(200));
            folder.Delete(recursive: true);
        }
    }
}
