using System.Diagnostics.Metrics;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Twins;
using CityHub.Silo.Watch;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Mqtt;

namespace CityHub.Silo;

/// <summary>
/// The hub's life: brings the twins back, runs its loops, and ends them in the order in which they need each other. A loop that dies ends the
/// host; nothing dies in silence.
/// </summary>
internal sealed partial class HubLoop(ITwinEngine engine, DistrictWatches districts, CommitPipeline commits, EpisodeWriter episodes, EpisodeBoard board, Places places, GroupRecovery recovery, RuleFiles rules, ITimeline timeline, TimelineLoops beside,
    IRegister register, DeskRounds desk, IngestGate gate, UnstoredRows unstored, HubVoice voice, OutputCommands commands, HubState state, HubMetrics metrics, IOptions<HubOptions> hub, IOptions<MqttOptions> mqtt,
    TimeProvider wall, ILoggerFactory logs, ILogger<HubLoop> log) : BackgroundService
{
    private Recovered _start;

    /// <summary>Everything that can refuse the start does so here, before the host counts as started.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything is read: whoever had the groups until now writes nothing more that would be missing in what is read.
        var groups = hub.Value.GroupsOrDefault;
        episodes.Under = await recovery.TakeOver(groups, Environment.MachineName);
        places.Load();
        commands.Load();
        await desk.Start();
        var inForce = await rules.Start();
        board.Use(inForce);
        engine.Use(inForce);
        var open = await register.ListEpisodes(new(Open: true, Limit: int.MaxValue));
        board.Load(open);
        districts.Use(inForce);
        engine.Restore(districts.Restore(register.LoadCheckpoints(groups)));
        districts.Adopt(open);
        _start = await recovery.Replay(cancellationToken);
        districts.Hear(engine.Sensors());
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var links = Links();
        Gauges(links);
        state.Started(links, commits, episodes, timeline);
        // Ended from the outside in: nothing new, then what was taken made durable, then the rest.
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var committing = new CancellationTokenSource();
        using var ending = new CancellationTokenSource();
        var running = engine.Run(ending.Token);
        var writing = episodes.Run(ending.Token);
        var saving = places.Run(ending.Token);
        var keeping = beside.Run(timeline, ending.Token);
        var committed = commits.Run(_start, committing.Token);
        var watching = districts.Run(ending.Token);
        var looking = rules.Run(Use, taking.Token);
        var rounds = desk.Run(taking.Token);
        var commanding = commands.Run(engine.Say, taking.Token);
        Task[] connections = [.. links.Select(link => link.Run(taking.Token))];
        var died = await Task.WhenAny([running, writing, saving, keeping, committed, looking, watching, rounds, commanding, .. connections]);
        if (!stoppingToken.IsCancellationRequested) LoopDied(died.Exception?.GetBaseException());
        state.Stopped();
        await taking.CancelAsync();
        await Ended(connections);
        await Ended(looking, rounds, commanding);
        await committing.CancelAsync();
        await Ended(committed);
        await ending.CancelAsync();
        await Ended(running, writing, saving, keeping, watching);
        if (!stoppingToken.IsCancellationRequested) await died;
    }

    private void Use(SmartCity.Watch.RuleSet changed)
    {
        board.Use(changed);
        engine.Use(changed);
        districts.Use(changed);
    }

    private HostLink[] Links()
    {
        var options = mqtt.Value;
        var password = options.PasswordFile is { Length: > 0 } file ? File.ReadLines(file).FirstOrDefault() : null;
        var links = new List<HostLink>();
        foreach (var group in hub.Value.GroupsOrDefault)
        {
            var link = new HostLink(group, MqttLinks.Create(options.Client, wall, logs), options, password, gate, wall, metrics, logs.CreateLogger<HostLink>());
            link.OnlineChanged += engine.OnlineChanged;
            voice.Through(group, link);
            links.Add(link);
        }
        return [.. links];
    }

    private void Gauges(HostLink[] links)
    {
        metrics.Gauge("cityhub_ingest_queue_bytes", "Bytes of messages that wait to be handled.", () => gate.QueuedBytes);
        metrics.Gauge("cityhub_unstored_readings", "Readings taken and not stored yet.", () => unstored.Count);
        metrics.Gauge("cityhub_unwritten_episode_events", "Episode events that wait for the register.", () => episodes.Outstanding);
        metrics.Gauge("cityhub_open_episodes", "Episodes neither cleared nor withdrawn.", () => board.OpenCount);
        metrics.Gauge("cityhub_checkpoint_age_ms", "Milliseconds since checkpoints were last written.", () => (long)wall.GetElapsedTime(commits.LastCheckpoint).TotalMilliseconds);
        metrics.Gauge("cityhub_journal_bytes", "Bytes that the register keeps of what no checkpoint has, for whoever takes over.", () => commits.JournalBytes);
        metrics.Gauge("cityhub_rules_version", "Version of the rules in force.", () => board.Rules.Version);
        metrics.Gauge("cityhub_rule_errors", "Errors in the rule files as they are now.", () => rules.Errors.Count);
        metrics.Gauges("cityhub_mqtt_online", "Whether a host is connected, subscribed and said so.",
            () => links.Select(link => new Measurement<long>(link.IsOnline ? 1 : 0, new KeyValuePair<string, object?>("host", link.HostId))));
    }

    /// <summary>Waits for loops that were asked to end; how they ended is known already, or the cause of the end.</summary>
    private static async Task Ended(params Task[] loops)
    {
        foreach (var loop in loops) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(LogLevel.Critical, "A loop of the hub died; the hub ends")]
    private partial void LoopDied(Exception? cause);
}
