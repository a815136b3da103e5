using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>The ingest groups that this process owns, and how it comes by them.</summary>
internal interface IGroups
{
    /// <summary>Takes over what is this process's from the start. Before anything is read from the register.</summary>
    Task Claim();

    /// <summary>Brings back what was claimed; everything that can refuse the start does so here.</summary>
    /// <param name="open">The register's open episodes, read after <see cref="Claim"/>.</param>
    Task Restore(RuleSet rules, IReadOnlyList<Episode> open, CancellationToken cancel);

    /// <summary>Runs until cancelled, and ends in order. Faults when what it runs dies.</summary>
    Task Run(CancellationToken stopping);

    /// <summary>Puts rules in force.</summary>
    void Use(RuleSet rules);
}

/// <summary>All groups of the settings, from the start to the end of the process: one hub for a city.</summary>
internal sealed class LocalGroups(GroupHost host, GroupHosts hosts) : IGroups
{
    public Task Claim() => host.Claim(Environment.MachineName);

    public Task Restore(RuleSet rules, IReadOnlyList<Episode> open, CancellationToken cancel) => host.Restore(rules, open, cancel);

    public async Task Run(CancellationToken stopping)
    {
        using var _ = stopping.Register(() => hosts.Remove(host)); // not ready from here on
        try
        {
            await host.Run(() => hosts.Add(host), stopping);
        }
        finally
        {
            hosts.Remove(host);
        }
    }

    public void Use(RuleSet rules) => host.Use(rules);
}
