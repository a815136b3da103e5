using Rig;
using Xunit.Abstractions;

namespace ReadingPath;

public sealed class FaultsShort(ITestOutputHelper output)
{
    [Fact]
    public async Task Forty_seconds_of_kills_cuts_and_stalls_lose_and_double_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("faults-short-");
        await using var run = Child.Start(Path.Combine(folder.FullName, "faults.log"), "dotnet", Products.Faults, "--seconds", "40", "--seed", "7");
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
