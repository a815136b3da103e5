using Rig;

namespace Deploy.Tests;

/// <summary>Schemas from npm, fetched once and kept beside the script that asks them.</summary>
internal static class Schemas
{
    private static readonly string Scripts = Path.Combine(Products.Root, "tests/Deploy.Tests/schema");
    private static readonly SemaphoreSlim Once = new(1, 1);

    /// <param name="what">kubernetes, compose or dockerfile.</param>
    public static async Task<(bool Clean, string Said)> Check(string what, params string[] files)
    {
        await Once.WaitAsync();
        try
        {
            if (!Directory.Exists(Path.Combine(Scripts, "node_modules/kubernetes-models")))
            {
                var (code, said) = await Said("npm", "ci", "--no-audit", "--no-fund", "--prefix", Scripts);
                if (code != 0) throw new InvalidOperationException($"npm ci ended with {code}:\n{said}");
            }
        }
        finally
        {
            Once.Release();
        }
        var (ended, faults) = await Said(["node", Path.Combine(Scripts, "check.mjs"), what, .. files]);
        return (ended == 0, faults);
    }

    /// <summary>What a command prints, errors included, and how it ended.</summary>
    public static async Task<(int Code, string Said)> Said(params string[] command)
    {
        var log = Path.Combine(Path.GetTempPath(), $"deploy-{Guid.NewGuid():N}.log");
        await using var child = Child.Start(log, command);
        var code = await child.End(TimeSpan.FromMinutes(5));
        var said = await File.ReadAllTextAsync(log);
        File.Delete(log);
        return (code, said);
    }
}
