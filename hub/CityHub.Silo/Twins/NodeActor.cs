using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>A node in its shard: its twin, its session on the wire, and what is still to be done for it.</summary>
internal sealed class NodeActor(NodeTwin twin) : IHasDeadline
{
    public NodeKey Key => twin.Key;

    /// <summary>As logs have it.</summary>
    public string Name { get; } = twin.Key.ToString();

    public NodeTwin Twin => twin;
    public HostSession? Session { get; set; }

    /// <summary>What its last birth said that its own rules have found.</summary>
    public IReadOnlyList<EdgeEpisode> Told { get; set; } = [];

    /// <summary>The call that a node without terms was asked for new births by; null: none.</summary>
    public string? BirthsAskedBy { get; set; }

    /// <summary>By device name.</summary>
    public Dictionary<string, SensorActor> Sensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Its number in the timeline; -1: not asked for yet.</summary>
    public int TimelineNumber { get; set; } = -1;

    /// <summary>Something in its twin is not in a checkpoint, and it waits to be captured.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Its ledger is to be answered.</summary>
    public bool AnswerDue { get; set; }

    public ClockTrust? Clock { get; set; }
    public long PlannedAt { get; set; } = long.MaxValue;

    /// <summary>Readings without our ledger that came, for their order.</summary>
    public uint Arrivals { get; set; }

    public Presence Presence => twin.Presence switch
    {
        NodePresence.Unheard => Presence.Unheard,
        NodePresence.Online => Presence.Online,
        NodePresence.Offline => Presence.Offline,
        NodePresence.Stale => Presence.Stale,
    };

    public NodeView View(Instant wallNow) => new(Key, Presence, twin.Since, twin.LastHeard, Sensors.Count, Outstanding(), Clock, twin.Unledgered, Session is null ? [] : DeviationNames.Of(Session.Deviations))
    {
        Terms = Session?.Terms?.InForce,
        BoardCelsius = twin.Vitals?.BoardCelsius,
        BytesADay = twin.Vitals?.BytesADay,
        SentBytes = twin.SentBytes,
        SentTodayBytes = twin.SentToday(wallNow),
        ReceivedBytes = twin.ReceivedBytes,
    };

    /// <summary>Batches that are missing below the highest one that came.</summary>
    private ulong Outstanding()
    {
        if (twin.Ledger.Answer() is not { } answer) return 0;
        ulong missing = 0;
        foreach (var lane in answer.Lanes)
        {
            var end = lane.Through;
            foreach (var range in lane.Above)
            {
                missing += range.First - end - 1;
                end = range.Last;
            }
        }
        return missing;
    }
}

internal static class DeviationNames
{
    /// <summary>Deviations as the API shows them: <c>bd-seq-repeated</c>.</summary>
    public static IReadOnlyList<string> Of(Deviations deviations)
    {
        if (deviations == Deviations.None) return [];
        var names = new List<string>();
        foreach (var one in Enum.GetValues<Deviations>())
        {
            if (one != Deviations.None && deviations.HasFlag(one)) names.Add(System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(one.ToString()));
        }
        return names;
    }
}
