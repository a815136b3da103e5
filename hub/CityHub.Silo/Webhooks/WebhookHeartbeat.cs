using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>
/// Sends each subscription that is not paused a signed sign of life. Takes the wall clock. A hub that cannot read its outbox sends none: then alerts
/// cannot be relied upon either, and silence is the right message.
/// </summary>
public sealed partial class WebhookHeartbeat(IRegister register, WebhookPost post, IEd25519 curve, WebhookMetrics metrics, IOptions<WebhookOptions> settings, TimeProvider wall, ILogger<WebhookHeartbeat> log)
    : BackgroundService
{
    /// <summary>How often it is looked whose turn it is: the shortest interval that a subscription may have.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private readonly City _city = WebhookWiring.CityOf(settings.Value);
    private readonly TimeSpan _usual = settings.Value.Heartbeat;
    private readonly Dictionary<string, (long Last, Task UnderWay)> _beats = new(StringComparer.Ordinal);   // by subscription; of the loop
    private long _startedAt;
    private PeriodicTimer? _beat;
    private bool _silent;

    /// <summary>The intervals count from the start of the hub, not from whenever the loop gets its first turn.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        (_beat, _startedAt) = (new PeriodicTimer(Tick, wall), wall.GetTimestamp());
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _beat?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_beat is not { } beat) return;
        try
        {
            while (await beat.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await Beat(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Beat(CancellationToken stopping)
    {
        try
        {
            var due = Due();
            if (due.Count == 0) return;
            var totals = await register.OutboxTotals().ConfigureAwait(false);
            var now = Instant.From(wall.GetUtcNow());
            foreach (var (subscription, secret, every) in due)
            {
                // One that hangs delays its own next one, and nobody else's.
                var underWay = Send(subscription, secret, every, totals.GetValueOrDefault(subscription.Id), now, stopping);
                _beats[subscription.Id] = (Turn(_beats[subscription.Id].Last, every), underWay);
            }
            if (_silent) Resumed();
            _silent = false;
        }
        catch (RegisterUnavailableException e)
        {
            if (!_silent) Silent(e.Message);
            _silent = true;
        }
    }

    /// <summary>The last whole interval's end: a beat that was made a moment late makes none after it later.</summary>
    private long Turn(long last, TimeSpan every)
    {
        var whole = Math.Max(1, Math.Floor((wall.GetElapsedTime(last) + (Tick / 10)) / every));
        return last + (long)(every.TotalSeconds * whole * wall.TimestampFrequency);
    }

    /// <summary>Whose interval has passed.</summary>
    private List<(Subscription Subscription, string Secret, TimeSpan Every)> Due()
    {
        var due = new List<(Subscription, string, TimeSpan)>();
        var current = register.Subscriptions();
        foreach (var (subscription, secret) in current)
        {
            var every = subscription.Terms.Heartbeat ?? _usual;
            if (subscription.Paused || !register.SendsFor(subscription.Id) || every <= TimeSpan.Zero || PayloadFormats.IsChat(subscription.Terms.Format)) continue;
            if (!_beats.TryGetValue(subscription.Id, out var beat)) _beats[subscription.Id] = beat = (_startedAt, Task.CompletedTask);
            if (beat.UnderWay.IsCompleted && wall.GetElapsedTime(beat.Last) + (Tick / 10) >= every) due.Add((subscription, secret, every));
        }
        if (_beats.Count > current.Count)
        {
            foreach (var gone in _beats.Keys.Except(current.Select(entry => entry.Subscription.Id)).ToArray()) _beats.Remove(gone);
        }
        return due;
    }

    private async Task Send(Subscription subscription, string secret, TimeSpan every, OutboxTotal total, Instant now, CancellationToken stopping)
    {
        var heartbeat = new Heartbeat(subscription.Id, now, every, total.Queued, total.Pending, total.LastMessage);
        if (NoticeText.Write(subscription.Terms.Format, heartbeat, _city) is not { } body) return;
        var message = new OutboxMessage(0, heartbeat.Id, subscription.Id, null, Heartbeat.Type, body, 0, now);
        var endpoints = subscription.Endpoints;
        var endpoint = Enumerable.Range(0, endpoints.Count).FirstOrDefault(i => !subscription.Gone.Contains(i));
        try
        {
            var result = await post.Send(endpoints[endpoint], WebhookSigners.Read(secret, curve), subscription.Terms.Format, message, stopping).ConfigureAwait(false);
            metrics.HeartbeatEnded(result.Verdict.Outcome);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The hub stops: the next one follows after its start.
        }
    }

    [LoggerMessage(LogLevel.Error, "No heartbeats go out while the outbox cannot be read: {Reason}")]
    private partial void Silent(string reason);

    [LoggerMessage(LogLevel.Information, "Heartbeats go out again")]
    private partial void Resumed();
}
