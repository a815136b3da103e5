using System.Collections.Concurrent;
using CityHub.Contracts;
using SmartCity.Readings;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>The twins of the groups that other silos hold, as those last told. Thread-safe.</summary>
internal sealed class TwinMirror
{
    private readonly ConcurrentDictionary<string, Image> _groups = new(StringComparer.Ordinal);

    /// <param name="held">Groups that this silo holds by now, and knows better.</param>
    public IEnumerable<TwinPage> Pages(IReadOnlySet<string> held) => _groups.Where(group => !held.Contains(group.Key)).Select(group => group.Value.Page);

    public SensorView? Sensor(SensorId id) => _groups.Values.Select(group => group.ById.GetValueOrDefault(id)).FirstOrDefault(view => view is not null);

    public void Take(string group, TwinPage page) => _groups[group] = new(page, page.Sensors.ToDictionary(sensor => sensor.Id));

    private sealed record Image(TwinPage Page, Dictionary<SensorId, SensorView> ById);
}
