using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>The activation is the right to run a group; what runs is the silo's. When that ends, of itself or because another owner has the group, the activation ends with it.</summary>
[Reentrant]
[KeepAlive]
[PlacedByShare]
[GrainType("city-ingest")]
internal sealed class IngestGrain : Grain, IIngest
{
    private HeldGroup _held = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _held = ServiceProvider.GetRequiredService<ClusterGroups>().Begin(this.GetPrimaryKeyString(), MigrateOnIdle);
        _ = EndWith(_held);
        return Task.CompletedTask;
    }

    public Task Hold() => _held.Started;

    public async Task<byte[]> Views()
    {
        var engine = (await _held.Started).Engine;
        return TwinText.Write(new TwinPage(engine.Nodes(), engine.Sensors()));
    }

    public async Task<byte[]?> Ask(byte[] command)
    {
        var host = await _held.Started;
        return await host.Commands.Ask(TwinText.Command(command), CancellationToken.None) is { } asked ? TwinText.Write(asked) : null;
    }

    public async Task<byte> Call(byte[] call) => (byte)await (await _held.Started).Calls.Ask(TwinText.Call(call));

    public async Task Hear(byte[] values) => (await _held.Started).HearDistricts(TwinText.Values(values));

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _held.End();

    private async Task EndWith(HeldGroup held)
    {
        await held.Ended;
        DeactivateOnIdle();
    }
}
