using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>The hub's own pulse: what comes in, how long it takes, what waits, what is refused.</summary>
internal static class HubHealth
{
    public static Board Board { get; } = new Board(Shared.Hub, "Hub health", "The hub's own pulse: what comes in, how long it takes, what waits, what is refused.")
    {
        From = "now-1h",
        Refresh = "10s",
        Annotations = [Shared.Episodes()],
    }
        .Row(5, (5, Online), (5, Stat("Readings", "Readings taken as new.", "recps", Names.Rate("cityhub_readings_total"))), (5, Stat("Stored after", "From a message's arrival to its commit: 99th percentile.", "s", Names.Max("cityhub_arrival_to_stored_seconds" + Figures.P99))),
            (5, Stat("Rules", "Version of the rules in force.", "none", Names.Last("cityhub_rules_version"))), (4, Stat("Rule errors", "Errors in the rule files as they are now.", "none", Names.Last("cityhub_rule_errors"), bad: 1)))
        .Row(9, (12, In), (12, Latency))
        .Row(9, (12, Waiting), (12, SetAside))
        .Row(9, (12, Stores), (12, Failures))
        .Row(9, (12, Process), (12, Connections));

    private static Panel Online => Panels.States("Broker", "Whether the hub is connected, subscribed and has said so.",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Last("cityhub_mqtt_online")).By("host").Every().Named("$tag_host")) with
    {
        Mappings = Meaning.Online,
        Steps = [(null, Palette.Vermilion), (1, Palette.Calm)],
    };

    private static Panel In => Panels.Lines("In", "Messages, readings and answers, a second.", "cps",
        Rate("cityhub_messages_total", "messages"), Rate("cityhub_readings_total", "readings"), Rate("cityhub_ledger_answers_total", "answers")) with
    {
        Min = 0,
    };

    private static Panel Latency => Panels.Lines("How long it takes", "99th percentiles of each step.", "s",
        High("cityhub_commit_seconds", "timeline append"), High("cityhub_arrival_to_stored_seconds", "arrival to stored"), High("cityhub_episode_commit_seconds", "episode commit"),
        High("cityhub_checkpoint_seconds", "checkpoint"), High("cityhub_webhook_commit_to_send_seconds", "commit to webhook"), High("cityhub_webhook_commit_to_delivered_seconds", "commit to delivered")) with
    {
        Min = 0,
    };

    private static Panel Waiting => Panels.Lines("Waiting", "Readings not stored yet, events not written yet, webhooks due.", "short",
        Last("cityhub_unstored_readings", "readings to store"), Last("cityhub_unwritten_episode_events", "events to write"), Last("cityhub_webhook_queue_depth", "webhooks due"), Last("cityhub_webhook_in_flight", "webhooks under way")) with
    {
        Min = 0,
    };

    private static Panel SetAside => Panels.Bars("Set aside", "Messages and readings that were refused, by reason, and those shed for want of room.", "short",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_set_aside_total")).By("reason").Every("1m", empty: "none").Named("$tag_reason"),
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_shed_total")).By("reason").Every("1m", empty: "none").Named("shed: $tag_reason")) with
    {
        Min = 0,
        NoValue = "nothing",
    };

    private static Panel Stores => Panels.Lines("Stores", "Readings into the timeline and writes into the register, a second.", "wps",
        Rate("cityhub_timeline_readings_total", "timeline readings"), Rate("cityhub_register_writes_total", "register writes"), Rate("cityhub_register_commits_total", "register commits")) with
    {
        Min = 0,
    };

    private static Panel Failures => Panels.Bars("Stores that refused", "Attempts that a store refused, and appends that have to be tried again.", "short",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_store_failures_total")).By("store").Every("1m", empty: "none").Named("$tag_store"),
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_timeline_retries_total")).By("reason").Every("1m", empty: "none").Named("retry: $tag_reason")) with
    {
        Min = 0,
        NoValue = "none",
    };

    private static Panel Process => Panels.Lines("Process", "Memory of the hub's process, and messages waiting in it.", "bytes",
        Last("process_resident_memory_bytes", "resident memory"), Last("cityhub_ingest_queue_bytes", "messages waiting")) with
    {
        Min = 0,
    };

    private static Panel Connections => Panels.Bars("Connections that ended", "Connections to the broker that ended, by reason.", "short",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_mqtt_connections_ended_total")).By("reason").Every("1m", empty: "none").Named("$tag_reason")) with
    {
        Min = 0,
        NoValue = "none",
    };

    private static Panel Stat(string title, string description, string unit, string select, double? bad = null) => Panels.Stat(title, description, asks: Ask.From(Store.Raw, Figures.Hub).Select(select).Every()) with
    {
        Unit = unit,
        FixedColour = bad is null ? Palette.SkyBlue : null,
        Steps = bad is null ? [] : [(null, Palette.Calm), (bad, Palette.Vermilion)],
    };

    private static Ask Rate(string metric, string name) => Ask.From(Store.Raw, Figures.Hub).Select(Names.Rate(metric)).Every(empty: "none").Named(name);

    private static Ask High(string metric, string name) => Ask.From(Store.Raw, Figures.Hub).Select(Names.Max(metric + Figures.P99)).Every().Named(name);

    private static Ask Last(string metric, string name) => Ask.From(Store.Raw, Figures.Hub).Select(Names.Last(metric)).Every().Named(name);
}
