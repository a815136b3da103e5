using CityHub.Silo.Register;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Readings;

namespace CityHub.Silo.Webhooks;

/// <summary>Forgets evidence of deliveries that has had its time, at the start and every hour, a little at a time so that no alert waits behind it. Takes the wall clock.</summary>
public sealed partial class EvidenceRetention(IRegister register, WebhookMetrics metrics, IOptions<WebhookOptions> settings, TimeProvider wall, ILogger<EvidenceRetention> log) : BackgroundService
{
    /// <summary>Rows in one transaction.</summary>
    public const int Portion = 64;

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var turn = new PeriodicTimer(Every, wall);
        try
        {
            do await Expire(stoppingToken).ConfigureAwait(false);
            while (await turn.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task Expire(CancellationToken stopping)
    {
        var before = Instant.From(wall.GetUtcNow() - settings.Value.KeepEvidence);
        var rows = 0;
        try
        {
            for (var went = Portion; went >= Portion && !stopping.IsCancellationRequested; rows += went)
            {
                went = await register.ExpireEvidence(before, Portion).ConfigureAwait(false);
                metrics.EvidenceExpired(went);
            }
            if (rows > 0) Forgotten(rows, before);
        }
        catch (RegisterUnavailableException e)
        {
            NotNow(e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Rows} rows of evidence from before {Before} had their time and are forgotten")]
    private partial void Forgotten(int rows, Instant before);

    [LoggerMessage(LogLevel.Warning, "Evidence that has had its time cannot be forgotten now: {Reason}. It is tried again in an hour")]
    private partial void NotNow(string reason);
}
