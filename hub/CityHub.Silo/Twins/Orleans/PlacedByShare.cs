using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>A group is activated on the silo whose share it is (<see cref="GroupShares"/>).</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PlacedByShareAttribute() : PlacementAttribute(new PlacedByShare());

/// <inheritdoc cref="PlacedByShareAttribute"/>
[Serializable, GenerateSerializer, Immutable, SuppressReferenceTracking]
internal sealed class PlacedByShare : PlacementStrategy;

/// <inheritdoc cref="PlacedByShareAttribute"/>
internal sealed class SharePlacement(SiloShares shares) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(shares.Place(target.GrainIdentity.Key.ToString()!, context.GetCompatibleSilos(target)) ?? throw new OrleansException("there is no silo that takes groups"));
}
