using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.DependencyInjection;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>While it is active here, this silo does what is due on the desk.</summary>
[KeepAlive]
[GrainType("city-desk")]
internal sealed class DeskClockGrain : Grain, IDeskClock
{
    private DeskDuty Duty => ServiceProvider.GetRequiredService<DeskDuty>();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Duty.IsOurs = true;
        return Task.CompletedTask;
    }

    public Task Hold() => Task.CompletedTask;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Duty.IsOurs = false;
        return Task.CompletedTask;
    }
}
