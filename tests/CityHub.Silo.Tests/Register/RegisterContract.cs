using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Register;

/// <summary>What every register promises. A store passes it by making one in <see cref="Open"/>. Continued in files by subject.</summary>
public abstract partial class RegisterContract : IDisposable
{
    private IRegister? _register;

    protected abstract IRegister Open(MessageComposer compose);

    protected virtual void CleanUp()
    {
    }

    protected static readonly SensorId Pole = new("centre.pole-1.bme280");

    protected IRegister Store => _register ??= Open(Compose);

    /// <summary>One message per change and subscription, named after both.</summary>
    protected static IReadOnlyList<NewMessage> Compose(EpisodeChange change, IReadOnlyList<Subscription> subscriptions, IOutboxLines lines) =>
        subscriptions.Select(s => new NewMessage($"msg_{change.Number}_{s.Id}", s.Id, change.Kind, [(byte)(change.Number % 256)])).ToList();

    protected void Reopen()
    {
        (_register as IDisposable)?.Dispose();
        _register = null;
    }

    public void Dispose()
    {
        Reopen();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected static EpisodeId Id(int first, string rule = "heat") => EpisodeId.Of(rule, Pole, 1, (ulong)first);

    protected static EpisodeEvent Raised(int first, long at, string rule = "heat", SensorId? sensor = null) =>
        new EpisodeEvent.Raised(EpisodeId.Of(rule, sensor ?? Pole, 1, (ulong)first), rule, 4, sensor ?? Pole, Quantity.AirTemperature, new(at), Severity.Major, 41.5, new(at - 10), false);

    protected static EpisodeEvent Recorded(int first, long at) =>
        new EpisodeEvent.Recorded(Id(first), "heat", 4, Pole, Quantity.AirTemperature, new(at), Severity.Major, 41.5, new(at - 10));

    protected static EpisodeEvent Cleared(int first, long at) => new EpisodeEvent.Cleared(Id(first), "heat", 4, Pole, Quantity.AirTemperature, new(at), 20);

    protected static EpisodeEvent Withdrawn(int first, long at) => new EpisodeEvent.Withdrawn(Id(first), "heat", 4, Pole, Quantity.AirTemperature, new(at), "late readings");

    protected Task<IReadOnlyList<EpisodeChange>> Commit(params EpisodeEvent[] events) => Store.Commit(events, _ => new("centre", "fire", "It is hot."));

    protected Task<Subscription> Subscribe(string id) =>
        Store.AddSubscription(new(id, "fire", new("https://example.org/hook"), ["centre"], Severity.Minor, false, new(5)), "whsec_" + id);
}
