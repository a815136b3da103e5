using CityHub.Silo.Register;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging;
using SmartCity.Watch;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>A group while this silo holds it: taken over, brought back, run, ended; once.</summary>
internal sealed partial class HeldGroup
{
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<GroupHost> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _group;
    private readonly string _silo;
    private readonly Task _ready;
    private readonly GroupHosts _hosts;
    private readonly TimelineShares _shares;
    private readonly GroupHostParts _parts;
    private readonly OwnParts _failures;
    private readonly IDistrictPost _post;
    private readonly Func<RuleSet> _rules;
    private readonly ILogger _log;
    private readonly Action _move;

    /// <param name="silo">What people know the owner by.</param>
    /// <param name="move">Has its activation move to where the group is to be.</param>
    /// <param name="ready">Done when this silo can run a group: it has rules, and a desk.</param>
    public HeldGroup(string group, string silo, Task ready, GroupHosts hosts, TimelineShares shares, GroupHostParts parts, OwnParts failures, IDistrictPost post, Func<RuleSet> rules, ILogger log, Action move)
    {
        (_group, _silo, _ready, _hosts, _shares, _parts, _failures, _post, _rules, _log, _move) = (group, silo, ready, hosts, shares, parts, failures, post, rules, log, move);
        Ended = Task.Run(Live); // not on the grain's own scheduler: to bring a city back is work
    }

    /// <summary>Its name.</summary>
    public string Group => _group;

    /// <summary>Done when it takes readings; faulted when it could not be brought so far.</summary>
    public Task<GroupHost> Started => _started.Task;

    /// <summary>Done when nothing of it runs any more; never faulted.</summary>
    public Task Ended { get; }

    /// <summary>
    /// Has the activation migrate, which ends the group here first. One that only ended would be made anew right here: whoever calls it knows it to be here, for a while.
    /// </summary>
    public void Move() => _move();

    /// <summary>Ends it, what was taken made durable.</summary>
    public async Task End()
    {
        await _ending.CancelAsync();
        await Ended;
    }

    private async Task Live()
    {
        var timeline = _shares.Join();
        var host = new GroupHost([_group], _parts with { Timeline = timeline }, alone: true, _post);
        try
        {
            await _ready.WaitAsync(_ending.Token);
            await host.Claim(_silo);
            _parts.Places.Load(); // what its owner before this one wrote
            var open = await _parts.Register.ListEpisodes(new(Open: true, Limit: int.MaxValue));
            await host.Restore(_rules(), open, _ending.Token);
            _failures.Restore(open, episode => _failures.IsOfGroup(episode.Sensor, _group));
            using var leaving = _ending.Token.Register(() => _hosts.Remove(host));
            await host.Run(() =>
            {
                _hosts.Add(host);
                host.Use(_rules()); // changed while it was brought back
                _started.TrySetResult(host);
                Held(_group);
            }, _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
        }
        catch (TenureLostException lost)
        {
            Lost(_group, lost.Tenure.Epoch);
            _started.TrySetException(lost);
        }
        catch (Exception died)
        {
            // The register may be away, or a loop died: either way the group is given up, said, and taken up anew by the keeper's next round.
            Died(_group, died);
            _started.TrySetException(died);
        }
        finally
        {
            _hosts.Remove(host);
            _failures.Leave(_group);
            _shares.Leave(timeline);
            _started.TrySetCanceled();
        }
    }

    [LoggerMessage(LogLevel.Information, "Group {Group} is held here")]
    private partial void Held(string group);

    [LoggerMessage(LogLevel.Warning, "Group {Group} has another owner since epoch {Epoch}; it is given up here")]
    private partial void Lost(string group, long epoch);

    [LoggerMessage(LogLevel.Error, "Group {Group} has ended here and is taken up anew")]
    private partial void Died(string group, Exception cause);
}
