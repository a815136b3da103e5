using System.Diagnostics.Metrics;

namespace CityHub.Silo;

/// <summary>The meter <c>CityHub</c>: what the hub counts and measures of itself.</summary>
public sealed class HubMetrics : IDisposable
{
    public const string MeterName = "CityHub";

    private static readonly InstrumentAdvice<double> Fine = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15] };

    private readonly Meter _meter = new(MeterName);

    public HubMetrics()
    {
        SetAside = _meter.CreateCounter<long>("cityhub_set_aside", description: "Messages and readings set aside, by reason.");
        Messages = _meter.CreateCounter<long>("cityhub_messages", description: "Messages handled, by kind.");
        ReceivedBytes = _meter.CreateCounter<long>("cityhub_received_bytes", "By", "Bytes of MQTT packets that came from nodes, without what TLS adds.");
        Readings = _meter.CreateCounter<long>("cityhub_readings", description: "Readings taken as new.");
        Repairs = _meter.CreateCounter<long>("cityhub_repairs", description: "Values found for readings that are missing or not good, by method.");
        Unlearnt = _meter.CreateCounter<long>("cityhub_early_warning_late", description: "Readings that came behind a newer one, and from which early warning neither learns nor judges.");
        Shed = _meter.CreateCounter<long>("cityhub_shed", description: "Messages not taken for want of room, by reason; nodes resend them.");
        Rebirths = _meter.CreateCounter<long>("cityhub_rebirth_requests", description: "Rebirths asked for.");
        Answers = _meter.CreateCounter<long>("cityhub_ledger_answers", description: "Ledger answers sent.");
        EpisodeEvents = _meter.CreateCounter<long>("cityhub_episode_changes", description: "Changes of episodes, by kind.");
        ChangesOfOthers = _meter.CreateCounter<long>("cityhub_changes_of_other_hubs", description: "Changes of episodes that other hubs made in the shared register and this one followed.");
        Undecided = _meter.CreateCounter<long>("cityhub_desk_undecided", description: "Episodes told because the desk could not decide whether to hold them back.");
        OutputCommands = _meter.CreateCounter<long>("cityhub_output_commands", description: "Commands to outputs that have ended, by outcome.");
        NodeCalls = _meter.CreateCounter<long>("cityhub_node_calls", description: "Calls to nodes (terms, self-test, births, restart) that have ended, by outcome.");
        Gaps = _meter.CreateCounter<long>("cityhub_ledger_gaps", description: "Batches that nodes no longer keep and the hub never saw.");
        Reconnects = _meter.CreateCounter<long>("cityhub_mqtt_connections_ended", description: "Connections to the broker that ended, by reason.");
        CommitSeconds = _meter.CreateHistogram("cityhub_commit_seconds", "s", "Time of one timeline append.", advice: Fine);
        CheckpointSeconds = _meter.CreateHistogram("cityhub_checkpoint_seconds", "s", "Time of writing one round of checkpoints.", advice: Fine);
        EventSeconds = _meter.CreateHistogram("cityhub_arrival_to_event_seconds", "s", "From a message's arrival to the event that its twin made of it, on its way to the register.", advice: Fine);
        EpisodeSeconds = _meter.CreateHistogram("cityhub_episode_commit_seconds", "s", "From a twin's event to its commit.", advice: Fine);
        StoredSeconds = _meter.CreateHistogram("cityhub_arrival_to_stored_seconds", "s", "From a message's arrival to its commit in the timeline.", advice: Fine);
        StoreFailures = _meter.CreateCounter<long>("cityhub_store_failures", description: "Attempts that a store refused, by store.");
        RuleLoads = _meter.CreateCounter<long>("cityhub_rule_loads", description: "Rule files read, by outcome.");
    }

    public Counter<long> SetAside { get; }
    public Counter<long> Messages { get; }
    public Counter<long> ReceivedBytes { get; }
    public Counter<long> Readings { get; }
    public Counter<long> Repairs { get; }
    public Counter<long> Unlearnt { get; }
    public Counter<long> Shed { get; }
    public Counter<long> Rebirths { get; }
    public Counter<long> Answers { get; }
    public Counter<long> EpisodeEvents { get; }
    public Counter<long> ChangesOfOthers { get; }
    public Counter<long> Undecided { get; }
    public Counter<long> OutputCommands { get; }
    public Counter<long> NodeCalls { get; }
    public Counter<long> Gaps { get; }
    public Counter<long> Reconnects { get; }
    public Histogram<double> CommitSeconds { get; }
    public Histogram<double> CheckpointSeconds { get; }
    public Histogram<double> EventSeconds { get; }
    public Histogram<double> EpisodeSeconds { get; }
    public Histogram<double> StoredSeconds { get; }
    public Counter<long> StoreFailures { get; }
    public Counter<long> RuleLoads { get; }

    /// <summary>Adds a figure that is asked for when somebody looks.</summary>
    public void Gauge(string name, string description, Func<long> look) => _meter.CreateObservableGauge(name, look, description: description);

    /// <summary>Adds a figure with tags that is asked for when somebody looks.</summary>
    public void Gauges(string name, string description, Func<IEnumerable<Measurement<long>>> look) => _meter.CreateObservableGauge(name, look, description: description);

    /// <summary>As <see cref="Gauges"/>, for figures with fractions.</summary>
    public void Fractions(string name, string description, Func<IEnumerable<Measurement<double>>> look) => _meter.CreateObservableGauge(name, look, description: description);

    public void Dispose() => _meter.Dispose();
}
