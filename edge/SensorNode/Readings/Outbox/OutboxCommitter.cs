using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>Commits the outbox once a second, and at once what is an alert.</summary>
/// <param name="time">Wall clock.</param>
/// <param name="limitAge">How much older than the newest reading one may be; null: any age.</param>
public sealed class OutboxCommitter(DiskOutbox outbox, TimeProvider time, TimeSpan? limitAge = null) : BackgroundService
{
    /// <summary>The longest that a sample waits for the disk.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int LookForAge = 60; // commits, which is a minute

    private long _commits;
    private long _passes;

    /// <summary>How often it has looked what is to be committed.</summary>
    public long Passes => Volatile.Read(ref _passes);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One slot: an alert that comes while another is on its way to the disk goes with the next commit, right after.
        var due = Channel.CreateBounded<Lane>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var everythingDue = 0;
        void OnAlert() => due.Writer.TryWrite(Lane.Alert);
        outbox.AlertPending += OnAlert;
        await using var timer = time.CreateTimer(_ =>
        {
            Interlocked.Exchange(ref everythingDue, 1);
            due.Writer.TryWrite(Lane.Raw);
        }, null, Interval, Interval);
        try
        {
            await foreach (var _ in due.Reader.ReadAllAsync(stoppingToken))
            {
                Interlocked.Increment(ref _passes);
                outbox.Commit(Lane.Alert);
                if (Interlocked.Exchange(ref everythingDue, 0) == 0) continue;
                outbox.Commit(Lane.Raw);
                if (limitAge is { } age && ++_commits % LookForAge == 0) outbox.DropOlderThan(age);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // shutting down: the last samples are committed below
        }
        finally
        {
            outbox.AlertPending -= OnAlert;
            outbox.Commit(Lane.Raw);
        }
    }
}
