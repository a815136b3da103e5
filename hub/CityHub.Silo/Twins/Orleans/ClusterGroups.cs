using System.Collections.Concurrent;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>
/// The groups that the cluster has given to this silo, and the keeper that sees to it that every group of the settings is held by some silo: at the start, and again each period.
/// A group whose silo was voted out is so taken up by another within the keeper's period. When silos have stayed the same for a while, what is another one's share is given up to it, a group at a time.
/// </summary>
internal sealed partial class ClusterGroups(IGrainFactory grains, GroupHosts hosts, GroupHostParts parts, EpisodeWriter own, OwnParts failures, DeskDuty duty, TwinMirror mirror, SiloShares shares, IDistrictPost post, IOptions<EngineOptions> engine,
    ILogger<ClusterGroups> log) : IGroups
{
    /// <summary>For each moment that mirroring took it rests so many.</summary>
    private const int MirrorShare = 20;

    private readonly TimeProvider _wall = parts.Wall;
    private readonly TimelineShares _shares = new(parts.Timeline);
    private readonly ConcurrentDictionary<HeldGroup, byte> _held = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<string> _silos = []; // as Settle last saw them
    private long _sameSince;
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
    /// <param name="move">Has the activation move to the silo whose share the group is.</param>
    public HeldGroup Begin(string group, Action move)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var held = new HeldGroup(group, engine.Value.Silo, _restored.Task, hosts, _shares, parts, failures, post, () => _rules, log, move);
        _held[held] = 0;
        _ = Forget(held);
        return held;
    }

    public async Task Run(CancellationToken stopping)
    {
        using var ending = new CancellationTokenSource();
        using var keeping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var writing = own.Run(ending.Token);
        Task[] loops = [.. Loops(keeping.Token)];
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

    // Each group in a loop of its own: a silo that hangs keeps its callers waiting for half a minute, and only for what is its own.
    private IEnumerable<Task> Loops(CancellationToken stopping)
    {
        foreach (var group in parts.Hub.Value.GroupsOrDefault)
        {
            yield return Each(engine.Value.KeepEvery, () => Keep(group, stopping), stopping);
            yield return Each(engine.Value.MirrorEvery, () => Mirror(group, stopping), stopping);
        }
        yield return Each(engine.Value.KeepEvery, () => Calls.Tried(() => grains.GetGrain<IDeskClock>(0).Hold(), stopping), stopping);
        yield return Each(engine.Value.KeepEvery, Settle, stopping);
    }

    private async Task Each(TimeSpan period, Func<Task> round, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(period, _wall);
        do await round();
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task Keep(string group, CancellationToken stopping)
    {
        var fault = await Calls.Tried(() => grains.GetGrain<IIngest>(group).Hold(), stopping);
        lock (_missing)
        {
            if (fault is null) _missing.Remove(group);
            else if (_missing.Add(group)) NotHeld(group, fault.Message); // once, until it is held again
            hosts.Missing = [.. _missing];
        }
    }

    /// <summary>Gives up one group that is another silo's share by now.</summary>
    private Task Settle()
    {
        var silos = shares.Silos;
        if (!silos.SequenceEqual(_silos, StringComparer.Ordinal))
        {
            (_silos, _sameSince) = (silos, _wall.GetTimestamp());
            return Task.CompletedTask;
        }
        if (hosts.Missing.Count > 0 || _wall.GetElapsedTime(_sameSince) < engine.Value.SettleAfter) return Task.CompletedTask;
        foreach (var held in _held.Keys)
        {
            if (!held.Started.IsCompletedSuccessfully || shares.OwnerOf(held.Group) is not { } owner || owner == engine.Value.Silo) continue;
            Moves(held.Group, owner);
            held.Move();
            break;
        }
        return Task.CompletedTask;
    }

    private async Task Mirror(string group, CancellationToken stopping)
    {
        if (hosts.Groups.Contains(group))
        {
            mirror.Forget(group);
            return;
        }
        var since = 0L;
        var fault = await Calls.Tried(async () =>
        {
            var views = await grains.GetGrain<IIngest>(group).Views();
            since = _wall.GetTimestamp(); // what it takes to read counts, and to write it took as long; who waited for a group on its way from one silo to another need not rest for that
            foreach (var (kind, subject) in mirror.Take(group, TwinText.Page(views))) parts.Feed.Tell(Instant.From(_wall.GetUtcNow()), kind, subject);
        }, stopping);
        if (fault is not null) return; // the last look stays: nodes that are there are not shown as gone because a silo is
        // A large city's sensors are looked at less often rather than at the cost of its readings.
        if (_wall.GetElapsedTime(since) * 2 * MirrorShare is var rest && rest > engine.Value.MirrorEvery) await Task.Delay(rest, _wall, stopping);
    }

    [LoggerMessage(LogLevel.Information, "Group {Group} is given up here: it is silo {Owner}'s share")]
    private partial void Moves(string group, string owner);

    [LoggerMessage(LogLevel.Error, "No silo holds group {Group}: {Cause}. It is tried again each period.")]
    private partial void NotHeld(string group, string cause);
}
