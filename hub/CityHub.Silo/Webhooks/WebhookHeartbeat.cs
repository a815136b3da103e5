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
    private readonly TimeSpan _every = settings.Value.Heartbeat;
    private PeriodicTimer? _beat;
    private bool _silent;

    /// <summary>The interval counts from the start of the hub, not from whenever the loop gets its first turn.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_every > TimeSpan.Zero) _beat = new PeriodicTimer(_every, wall);
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
        Task[] underWay;
        try
        {
            var totals = await register.OutboxTotals().ConfigureAwait(false);
            var now = Instant.From(wall.GetUtcNow());
            underWay = [.. from entry in register.Subscriptions()
                           where !entry.Subscription.Paused
                           select Send(entry.Subscription, entry.Secret, totals.GetValueOrDefault(entry.Subscription.Id), now, stopping)];
            if (_silent) Resumed();
            _silent = false;
        }
        catch (RegisterUnavailableException e)
        {
            if (!_silent) Silent(e.Message);
            _silent = true;
            return;
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);   // at most the time limit of an attempt, so a hung endpoint delays nobody's next one by more
    }

    private async Task Send(Subscription subscription, string secret, OutboxTotal total, Instant now, CancellationToken stopping)
    {
        var heartbeat = new Heartbeat(subscription.Id, now, _every, total.Queued, total.Pending, total.LastMessage);
        var message = new OutboxMessage(0, heartbeat.Id, subscription.Id, null, Heartbeat.Type, heartbeat.Write(), 0, now);
        var result = await post.Send(subscription.Endpoints[0], WebhookSigners.Read(secret, curve), message, stopping).ConfigureAwait(false);
        metrics.HeartbeatEnded(result.Verdict.Outcome);
    }

    [LoggerMessage(LogLevel.Error, "No heartbeats go out while the outbox cannot be read: {Reason}")]
    private partial void Silent(string reason);

    [LoggerMessage(LogLevel.Information, "Heartbeats go out again")]
    private partial void Resumed();
}
