using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SensorNode.Readings.Outbox;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>
/// Ends, and the node with it, when its host has answered for everything that the outbox holds: for a card that is about to be taken out. Nothing is
/// sampled meanwhile. Takes the wall clock.
/// </summary>
public sealed partial class OutboxDrain(DiskOutbox outbox, TelemetrySession session, TimeProvider time, ILogger<OutboxDrain> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Look, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (session.Status is not (SessionStatus.Live or SessionStatus.CatchingUp) || !IsEmpty()) continue;
                Drained();
                return;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // asked to end before it was done: what is left stays in the outbox
        }
    }

    private bool IsEmpty()
    {
        foreach (var lane in Enum.GetValues<Lane>())
        {
            if (outbox.AnsweredThrough(lane) + 1 < outbox.Kept(lane).Next) return false;
        }
        return true;
    }

    [LoggerMessage(LogLevel.Information, "The host has answered for everything in the outbox")]
    private partial void Drained();
}
