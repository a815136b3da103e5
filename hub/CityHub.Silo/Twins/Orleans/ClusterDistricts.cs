using System.Collections.Concurrent;
using CityHub.Contracts;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>Takes what is said in a district to the owner of its home: within the silo at once, to another in bundles, one on its way at a time. Thread-safe.</summary>
internal sealed class ClusterDistricts(GroupHosts hosts, IGrainFactory grains, TwinMirror mirror, IOptions<HubOptions> hub, HubMetrics metrics) : IDistrictPost
{
    /// <summary>Values that may wait for another silo; more are dropped and counted.</summary>
    private const int WaitingLimit = 100_000;

    private readonly ConcurrentDictionary<string, string> _homes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Outgoing> _outgoing = new(StringComparer.Ordinal);

    public string HomeOf(string district) => _homes.GetOrAdd(district, one => GroupShares.HomeOf(one, hub.Value.GroupsOrDefault));

    public IEnumerable<SensorView> SensorsBeside(string group) =>
        hosts.All.Where(host => !host.Groups.Contains(group, StringComparer.Ordinal)).SelectMany(host => host.Engine.Sensors()).Concat(mirror.Pages(hosts.Groups).SelectMany(page => page.Sensors));

    public void Send(string group, IReadOnlyList<DistrictValue> values)
    {
        if (hosts.All.FirstOrDefault(host => host.Groups.Contains(group, StringComparer.Ordinal)) is { } here)
        {
            here.HearDistricts(values);
            return;
        }
        var outgoing = _outgoing.GetOrAdd(group, _ => new());
        lock (outgoing)
        {
            var room = Math.Min(values.Count, WaitingLimit - outgoing.Waiting.Count);
            outgoing.Waiting.AddRange(values.Take(room));
            Dropped(values.Count - room);
            if (outgoing.IsSending) return;
            outgoing.IsSending = true;
        }
        _ = Task.Run(() => SendAll(group, outgoing));
    }

    private async Task SendAll(string group, Outgoing outgoing)
    {
        while (true)
        {
            List<DistrictValue> bundle;
            lock (outgoing)
            {
                if (outgoing.Waiting.Count == 0)
                {
                    outgoing.IsSending = false;
                    return;
                }
                (bundle, outgoing.Waiting) = (outgoing.Waiting, []);
            }
            if (await Calls.Tried(() => grains.GetGrain<IIngest>(group).Hear(TwinText.Write(bundle)), CancellationToken.None) is not null) Dropped(bundle.Count);
        }
    }

    private void Dropped(int values)
    {
        if (values > 0) metrics.Shed.Add(values, new KeyValuePair<string, object?>("reason", "district_home_away"));
    }

    private sealed class Outgoing
    {
        public List<DistrictValue> Waiting { get; set; } = [];

        public bool IsSending { get; set; }
    }
}
