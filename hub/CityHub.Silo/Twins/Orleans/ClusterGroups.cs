using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Watch;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>
/// The groups that the cluster has given to this silo, and the keeper that sees to it that every group of the settings is held by some silo: at the start, and again each period.
/// A group whose silo was voted out is so taken up by another within the keeper's period.
/// </summary>
internal sealed partial class ClusterGroups(IGrainFactory grains, GroupHosts hosts, GroupHostParts parts, EpisodeWriter own, OwnParts failures, DeskDuty duty, TwinMirror mirror, IOptions<EngineOptions> engine,
    ILogger<ClusterGroups> log) : IGroups
{
    /// <summary>For each moment that mirroring took it rests so many.</summary>
    private const int MirrorShare = 20;

    private readonly TimeProvider _wall = parts.Wall;
    private readonly TimelineShares _shares = new(parts.Timeline);
    private readonly ConcurrentDictionary<HeldGroup, byte> _held = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal); // of the keeper
    private readonly TaskCompletionSource _restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;
    private volatile RuleSet _rules = RuleSet.Empty;

    /// <summary>Nothing is this silo's before the cluster says so.</summary>
    public Task Claim()
    {
        duty.IsOurs = false;
        return Task.CompletedTask;
    }

    public Task Restore(RuleSet rules, IReadOnlyList<Episode> open, CancellationToken cancel)
    {
        _rules = rules;
        hosts.Missing = parts.Hub.Value.GroupsOrDefault;
        hosts.IsInCluster = true;
        _restored.SetResult();
        return Task.CompletedTask;
    }

    /// <summary>Called by the group's activation, which may come before this silo is ready to run one.</summary>
    public HeldGroup Begin(string group)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var held = new HeldGroup(group, engine.Value.Silo, _restored.Task, hosts, _shares, parts, failures, () => _rules, log);
        _held[held] = 0;
        _ = Forget(held);
        return held;
    }

    public async Task Run(CancellationToken stopping)
    {
        using var ending = new CancellationTokenSource();
        using var keeping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var writing = own.Run(ending.Token);
        Task[] loops = [Keep(keeping.Token), Mirror(keeping.Token)];
        var died = await Task.WhenAny([.. loops, writing]);
        hosts.IsInCluster = false;
        _closed = true;
        await keeping.CancelAsync();
        await Ends.Of(loops);
        await Task.WhenAll(_held.Keys.Select(held => held.End()));
        await ending.CancelAsync();
        await Ends.Of(writing);
        if (!stopping.IsCancellationRequested) await died;
    }

    public void Use(RuleSet rules)
    {
        _rules = rules;
        foreach (var host in hosts.All) host.Use(rules);
    }

    private async Task Forget(HeldGroup held)
    {
        await held.Ended;
        _held.TryRemove(held, out _);
    }

    private async Task Keep(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(engine.Value.KeepEvery, _wall);
        do
        {
            await Task.WhenAll(parts.Hub.Value.GroupsOrDefault.Select(group => Keep(group, stopping)));
            await Tried(() => grains.GetGrain<IDeskClock>(0).Hold(), stopping);
            hosts.Missing = [.. _missing];
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task Keep(string group, CancellationToken stopping)
    {
        var fault = await Tried(() => grains.GetGrain<IIngest>(group).Hold(), stopping);
        lock (_missing)
        {
            if (fault is null) _missing.Remove(group);
            else if (_missing.Add(group)) NotHeld(group, fault.Message); // once, until it is held again
        }
    }

    private async Task Mirror(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(engine.Value.MirrorEvery, _wall);
        do
        {
            var since = _wall.GetTimestamp();
            var here = hosts.Groups;
            // Of one that does not answer the last look stays: nodes that are there are not shown as gone because a silo is.
            await Task.WhenAll(parts.Hub.Value.GroupsOrDefault.Where(group => !here.Contains(group)).Select(group =>
                Tried(async () => mirror.Take(group, TwinText.Page(await grains.GetGrain<IIngest>(group).Views())), stopping)));
            // A large city's sensors are looked at less often rather than at the cost of its readings.
            if (_wall.GetElapsedTime(since) * MirrorShare is var rest && rest > engine.Value.MirrorEvery) await Task.Delay(rest, _wall, stopping);
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever stands between silos, it is tried again in the next period, and said.")]
    private static async Task<Exception?> Tried(Func<Task> call, CancellationToken stopping)
    {
        try
        {
            await call().WaitAsync(stopping);
            return null;
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            return fault;
        }
    }

    [LoggerMessage(LogLevel.Error, "No silo holds group {Group}: {Cause}. It is tried again each period.")]
    private partial void NotHeld(string group, string cause);
}
