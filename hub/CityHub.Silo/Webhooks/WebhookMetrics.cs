using System.Diagnostics.Metrics;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>Figures of webhook delivery, in the meter <c>CityHub</c>.</summary>
public sealed class WebhookMetrics
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60, 300, 3600, 86_400],
    };

    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<DeliveryOutcome>().Select(outcome => new KeyValuePair<string, object?>("outcome", DeliveryVerdict.Name(outcome)))];

    private readonly Counter<long> _attempts;
    private readonly Counter<long> _heartbeats;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _superseded;
    private readonly Counter<long> _evidenceExpired;
    private readonly Counter<long> _paused;
    private readonly Counter<long> _registerAway;
    private readonly Histogram<double> _sent;
    private readonly Histogram<double> _delivered;
    private int _inFlight;
    private int _due;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("CityHub");
        _attempts = meter.CreateCounter<long>("cityhub_webhook_attempts", "{attempts}", "Attempts to deliver a webhook, by outcome.");
        _heartbeats = meter.CreateCounter<long>("cityhub_webhook_heartbeats", "{heartbeats}", "Heartbeats to subscriptions, by outcome.");
        _deadLettered = meter.CreateCounter<long>("cityhub_webhook_dead_lettered", "{messages}", "Messages given up after the last attempt of the schedule.");
        _superseded = meter.CreateCounter<long>("cityhub_webhook_superseded", "{messages}", "Messages given up for a summary because they grew older than their subscription's age limit.");
        _evidenceExpired = meter.CreateCounter<long>("cityhub_webhook_evidence_expired", "{rows}", "Messages with their attempts, and acknowledgements, forgotten because they had their time.");
        _paused = meter.CreateCounter<long>("cityhub_webhook_endpoints_gone", "{subscriptions}", "Subscriptions paused because their endpoint answered 410.");
        _registerAway = meter.CreateCounter<long>("cityhub_webhook_register_away", "{failures}", "Times that the outbox could not be read or written.");
        _sent = meter.CreateHistogram("cityhub_webhook_commit_to_send_seconds", "s", "From the commit of a message to its first attempt.", advice: Seconds);
        _delivered = meter.CreateHistogram("cityhub_webhook_commit_to_delivered_seconds", "s", "From the commit of a message to the 2xx that took it.", advice: Seconds);
        meter.CreateObservableGauge("cityhub_webhook_in_flight", () => Volatile.Read(ref _inFlight), "{attempts}", "Attempts under way.");
        meter.CreateObservableGauge("cityhub_webhook_queue_depth", () => Volatile.Read(ref _due), "{messages}", "Messages that were due at the last look and waited for a free place, up to the most that one look takes.");
    }

    internal void Started(double? secondsSinceCommit)
    {
        Interlocked.Increment(ref _inFlight);
        if (secondsSinceCommit is { } seconds) _sent.Record(seconds);
    }

    internal void Aborted() => Interlocked.Decrement(ref _inFlight);

    internal void Ended(DeliveryOutcome outcome, double secondsSinceCommit)
    {
        Interlocked.Decrement(ref _inFlight);
        _attempts.Add(1, Outcomes[(int)outcome]);
        if (outcome == DeliveryOutcome.Delivered) _delivered.Record(secondsSinceCommit);
    }

    internal void HeartbeatEnded(DeliveryOutcome outcome) => _heartbeats.Add(1, Outcomes[(int)outcome]);

    internal void DeadLettered() => _deadLettered.Add(1);

    internal void EvidenceExpired(int rows) => _evidenceExpired.Add(rows);

    internal void Superseded(int messages) => _superseded.Add(messages);

    internal void EndpointGone() => _paused.Add(1);

    internal void RegisterAway() => _registerAway.Add(1);

    internal void Waiting(int due) => Volatile.Write(ref _due, due);
}
