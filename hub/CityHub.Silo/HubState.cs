using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Twins;

namespace CityHub.Silo;

/// <summary>Why the hub does not take readings, by part. Thread-safe.</summary>
public sealed class HubState
{
    private volatile IReadOnlyList<HostLink>? _links;
    private CommitPipeline? _commits;
    private EpisodeWriter? _episodes;
    private ITimeline? _timeline;

    internal void Started(IReadOnlyList<HostLink> links, CommitPipeline commits, EpisodeWriter episodes, ITimeline timeline)
    {
        (_commits, _episodes, _timeline) = (commits, episodes, timeline);
        _links = links;
    }

    internal void Stopped() => _links = null;

    public IReadOnlyDictionary<string, string> NotReady()
    {
        if (_links is not { } links) return new Dictionary<string, string> { ["hub"] = "starting or stopping" };
        var parts = new Dictionary<string, string>();
        foreach (var link in links)
        {
            if (!link.IsOnline) parts["mqtt " + link.HostId] = link.Trouble ?? "connecting";
        }
        if ((_commits?.Trouble ?? _timeline?.Trouble) is { } timeline) parts["timeline"] = timeline;
        if ((_episodes?.Trouble ?? _commits?.JournalTrouble) is { } register) parts["register"] = register;
        return parts;
    }
}
