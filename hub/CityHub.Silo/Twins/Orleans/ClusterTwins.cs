using CityHub.Contracts;
using SmartCity.Readings;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>What is asked of twins: those of the groups that this silo holds as they are, the others as they were when they were last looked at.</summary>
internal sealed class ClusterTwins(GroupHosts hosts, TwinMirror others) : ITwinViews
{
    public IReadOnlyList<NodeView> Nodes() => [.. hosts.All.SelectMany(host => host.Engine.Nodes()), .. others.Pages(hosts.Groups).SelectMany(page => page.Nodes)];

    public IReadOnlyList<SensorView> Sensors() => [.. hosts.All.SelectMany(host => host.Engine.Sensors()), .. others.Pages(hosts.Groups).SelectMany(page => page.Sensors)];

    public async Task Latest(Quantity quantity, List<LatestValue> into)
    {
        foreach (var host in hosts.All) await host.Engine.Latest(quantity, into);
        foreach (var sensor in others.Pages(hosts.Groups).SelectMany(page => page.Sensors))
        {
            foreach (var value in sensor.Values)
            {
                if (value.Quantity == quantity) into.Add(new(sensor.Id, value.At, value.Value, value.Quality));
            }
        }
    }

    public SensorView? Sensor(SensorId id) => hosts.All.Select(host => host.Engine.Sensor(id)).FirstOrDefault(view => view is not null) ?? others.Sensor(id);
}
