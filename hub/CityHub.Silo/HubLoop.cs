using System.Diagnostics.Metrics;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Twins;
using CityHub.Silo.Watch;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo;

/// <summary>
/// The hub's life: brings rules and desk back, runs its loops and the groups that it owns, and ends them in the order in which they need each other. A loop that dies ends the
/// host; nothing dies in silence.
/// </summary>
internal sealed partial class HubLoop(IGroups groups, GroupHosts hosts, EpisodeBoard board, Places places, RuleFiles rules, ITimeline timeline, TimelineLoops beside, IRegister register, ChangeTail others, DeskRounds desk,
    IngestBudget ingest, UnstoredRows unstored, HubMetrics metrics, TimeProvider wall, ILogger<HubLoop> log) : BackgroundService
{
    /// <summary>Everything that can refuse the start does so here, before the host counts as started.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await groups.Claim();
        others.Begin();
        places.Load();
        await desk.Start();
        var inForce = await rules.Start();
        board.Use(inForce);
        var open = await register.ListEpisodes(new(Open: true, Limit: int.MaxValue));
        board.Load(open);
        await groups.Restore(inForce, open, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Gauges();
        // Ended from the outside in: what decides, then the groups with all that they took, then what they write through.
        using var deciding = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var owning = new CancellationTokenSource();
        using var ending = new CancellationTokenSource();
        var saving = places.Run(ending.Token);
        var keeping = beside.Run(timeline, ending.Token);
        var running = groups.Run(owning.Token);
        var looking = rules.Run(Use, deciding.Token);
        var rounds = desk.Run(deciding.Token);
        var following = others.Run(deciding.Token);
        var died = await Task.WhenAny(running, saving, keeping, looking, rounds, following);
        if (!stoppingToken.IsCancellationRequested) LoopDied(died.Exception?.GetBaseException());
        await deciding.CancelAsync();
        await Ends.Of(looking, rounds, following);
        await owning.CancelAsync();
        await Ends.Of(running);
        await ending.CancelAsync();
        await Ends.Of(saving, keeping);
        if (!stoppingToken.IsCancellationRequested) await died;
    }

    private void Use(SmartCity.Watch.RuleSet changed)
    {
        board.Use(changed);
        groups.Use(changed);
    }

    private void Gauges()
    {
        metrics.Gauge("cityhub_ingest_queue_bytes", "Bytes of messages that wait to be handled.", () => ingest.Queued);
        metrics.Gauge("cityhub_unstored_readings", "Readings taken and not stored yet.", () => unstored.Count);
        metrics.Gauge("cityhub_unwritten_episode_events", "Episode events that wait for the register.", () => hosts.All.Sum(host => host.Episodes.Outstanding));
        metrics.Gauge("cityhub_open_episodes", "Episodes neither cleared nor withdrawn.", () => board.OpenCount);
        metrics.Gauge("cityhub_checkpoint_age_ms", "Milliseconds since checkpoints were last written; of several groups the oldest.",
            () => hosts.All.Select(host => (long)wall.GetElapsedTime(host.Commits.LastCheckpoint).TotalMilliseconds).DefaultIfEmpty().Max());
        metrics.Gauge("cityhub_journal_bytes", "Bytes that the register keeps of what no checkpoint has, for whoever takes over.", () => hosts.All.Sum(host => host.Commits.JournalBytes));
        metrics.Gauge("cityhub_rules_version", "Version of the rules in force.", () => board.Rules.Version);
        metrics.Gauge("cityhub_rule_errors", "Errors in the rule files as they are now.", () => rules.Errors.Count);
        metrics.Gauges("cityhub_mqtt_online", "Whether a host is connected, subscribed and said so.",
            () => hosts.All.SelectMany(host => host.Links).Select(link => new Measurement<long>(link.IsOnline ? 1 : 0, new KeyValuePair<string, object?>("host", link.HostId))));
    }

    [LoggerMessage(LogLevel.Critical, "A loop of the hub died; the hub ends")]
    private partial void LoopDied(Exception? cause);
}
