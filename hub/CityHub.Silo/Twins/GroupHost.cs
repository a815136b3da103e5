using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>What all group hosts of a process share.</summary>
internal sealed record GroupHostParts(IOptions<HubOptions> Hub, IOptions<MqttOptions> Mqtt, ITimeline Timeline, IRegister Register, Places Places, EpisodeBoard Board, AlertDesk Desk, EventFeed Feed,
    Refusals Refusals, UnstoredRows Unstored, IngestBudget Budget, Neighbourhoods Nearby, HubVoice Voice, CityClock City, TimeProvider Wall, HubMetrics Metrics, ILoggerFactory Logs);

/// <summary>
/// What one owner of ingest groups runs: their connections, twins, rules on districts, commands, and what makes all that durable under the owner's tenure.
/// Claimed, restored and run once; a group that is taken up again gets a new one.
/// </summary>
internal sealed class GroupHost
{
    private readonly GroupHostParts _parts;
    private readonly DistrictWatches _districts;
    private readonly IngestGate _gate;
    private readonly GroupRecovery _recovery;
    private readonly bool _alone;
    private Recovered _start;
    private volatile IReadOnlyList<HostLink> _links = [];

    /// <param name="groups">Those that it listens to.</param>
    /// <param name="alone">Other groups have hosts of their own: what is not of its groups is left to them.</param>
    /// <param name="post">Where other owners watch districts; null: they are all watched here.</param>
    public GroupHost(IReadOnlyList<string> groups, GroupHostParts parts, bool alone = false, IDistrictPost? post = null)
    {
        (Groups, _parts, _alone) = (groups, parts, alone);
        var hub = parts.Hub.Value;
        Episodes = new(parts.Register, parts.Board, parts.Desk, parts.Places, parts.Wall, parts.Metrics, parts.Logs.CreateLogger<EpisodeWriter>());
        Commands = new(parts.Register, hub.CommandLimit, parts.Feed, parts.Wall, parts.Metrics, parts.Logs.CreateLogger<OutputCommands>());
        Calls = new(parts.Register, hub.CommandLimit, parts.Feed, parts.Wall, parts.Metrics, parts.Logs.CreateLogger<NodeCalls>());
        _districts = new(alone ? groups[0] : "", Episodes, parts.City, parts.Wall, parts.Metrics, post);
        Engine = new LocalEngine(new(hub, parts.Timeline, parts.Places, Episodes, _districts, parts.Nearby, parts.Feed, parts.Refusals, parts.Unstored, parts.City, parts.Wall, parts.Metrics,
            parts.Voice, Commands, Calls, parts.Logs.CreateLogger<LocalEngine>()), parts.Budget);
        _gate = new(Engine.Mailboxes, parts.Budget, hub.MessageLimitKilobytes * 1024, parts.Wall, parts.Refusals, parts.Metrics);
        _recovery = new(parts.Register, parts.Timeline, Engine, parts.Places, parts.Wall, parts.Logs.CreateLogger<GroupRecovery>());
        Commits = new(Engine, parts.Timeline, parts.Register, Episodes, _districts, parts.Places, parts.Unstored, (node, answer) => parts.Voice.Say(node, answer), hub, parts.Wall, parts.Metrics,
            parts.Logs.CreateLogger<CommitPipeline>());
    }

    public IReadOnlyList<string> Groups { get; }

    public ITwinEngine Engine { get; }

    public EpisodeWriter Episodes { get; }

    public OutputCommands Commands { get; }

    public NodeCalls Calls { get; }

    public CommitPipeline Commits { get; }

    /// <summary>Its connections; empty before it runs.</summary>
    public IReadOnlyList<HostLink> Links => _links;

    /// <summary>Makes this the owner of its groups. Before anything of theirs is read: whoever had them until now writes nothing more that would be missing in what is read.</summary>
    /// <param name="owner">What people know it by.</param>
    public async Task Claim(string owner) => Episodes.Under = await _recovery.TakeOver(Groups, owner);

    /// <summary>Brings twins and districts back as they were last made durable.</summary>
    /// <param name="open">The register's open episodes, read after <see cref="Claim"/>.</param>
    public async Task Restore(RuleSet rules, IReadOnlyList<Episode> open, CancellationToken cancel)
    {
        Commands.Load(command => !_alone || _parts.Places.DeviceOf(command.Sensor) is { } device && IsOurs(device.Node));
        Calls.Load(call => !_alone || IsOurs(call.Node));
        Engine.Use(rules);
        _districts.Use(rules);
        Engine.Restore(_districts.Restore(_parts.Register.LoadCheckpoints(Groups)));
        _districts.Adopt(open);
        _start = await _recovery.Replay(cancel);
        _districts.Hear(Engine.Sensors());
    }

    /// <summary>What sensors of other groups said in districts that are watched here.</summary>
    public void HearDistricts(IReadOnlyList<DistrictValue> values) => _districts.TellOfOthers(values);

    /// <summary>Puts rules in force, before it runs or while it does.</summary>
    public void Use(RuleSet rules)
    {
        Engine.Use(rules);
        _districts.Use(rules);
    }

    /// <summary>Runs until cancelled, and ends from the outside in: nothing new, then what was taken made durable, then the rest. A loop that dies ends it, and is thrown.</summary>
    /// <param name="started">Told once its connections are on their way.</param>
    public async Task Run(Action started, CancellationToken stopping)
    {
        _links = Connect();
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var committing = new CancellationTokenSource();
        using var ending = new CancellationTokenSource();
        var running = Engine.Run(ending.Token);
        var writing = Episodes.Run(ending.Token);
        var committed = Commits.Run(_start, committing.Token);
        var watching = _districts.Run(ending.Token);
        var commanding = Commands.Run(Engine.Say, taking.Token);
        var calling = Calls.Run(Engine.Say, taking.Token);
        Task[] connections = [.. _links.Select(link => link.Run(taking.Token))];
        started();
        var died = await Task.WhenAny([running, writing, committed, watching, commanding, calling, .. connections]);
        await taking.CancelAsync();
        await Ends.Of([.. connections, commanding, calling]);
        await committing.CancelAsync();
        await Ends.Of(committed);
        await ending.CancelAsync();
        await Ends.Of(running, writing, watching);
        foreach (var group in Groups) _parts.Voice.Ends(group, _links);
        if (!stopping.IsCancellationRequested) await died;
    }

    private bool IsOurs(NodeKey node) => Groups.Contains(node.Group, StringComparer.Ordinal);

    private HostLink[] Connect()
    {
        var options = _parts.Mqtt.Value;
        var password = options.PasswordFile is { Length: > 0 } file ? File.ReadLines(file).FirstOrDefault() : null;
        var links = new List<HostLink>();
        foreach (var group in Groups)
        {
            var link = new HostLink(group, MqttLinks.Create(options.Client, _parts.Wall, _parts.Logs), options, password, _gate, _parts.Wall, _parts.Metrics, _parts.Logs.CreateLogger<HostLink>());
            link.OnlineChanged += Engine.OnlineChanged;
            _parts.Voice.Through(group, link);
            links.Add(link);
        }
        return [.. links];
    }
}

/// <summary>Waiting for loops that were asked to end; how they ended is known already, or the cause of the end.</summary>
internal static class Ends
{
    public static async Task Of(params IEnumerable<Task> loops)
    {
        foreach (var loop in loops) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
