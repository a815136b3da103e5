using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Watch.Desk;

/// <content>The desk's lists, a page at a time: ten thousand open episodes cost a reader no more than a page of them.</content>
public sealed partial class AlertDesk
{
    public async Task<DeskPage> List(DeskQuery query, CancellationToken cancel)
    {
        Episode[] all;
        DeskSeat? seat;
        lock (_gate)
        {
            all = query.List == DeskListKind.Over ? [] : [.. _all.Values];
            seat = query.Seat.Length == 0 ? null : _open.Policy.Seats.FirstOrDefault(one => one.Name == query.Seat);
        }
        if (query.List == DeskListKind.Over) all = [.. await register.Unsettled(clock() - OverFor, OverLimit).WaitAsync(cancel)];
        var words = query.Text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var fit = all.Where(one => IsOn(query.List, one) && (seat?.LooksAfter(one) ?? true)
            && (query.District.Length == 0 || one.District == query.District) && (query.Rule.Length == 0 || one.Rule == query.Rule) && Says(one, words)).ToArray();
        Array.Sort(fit, ByUrgency);
        var real = fit.Where(one => one.Kind == EpisodeKind.Actual).ToArray();   // drills are listed, and counted nowhere
        var counts = real.CountBy(one => one.Urgency).ToDictionary();
        var districts = real.GroupBy(one => one.District, StringComparer.Ordinal)
            .Select(group => new DistrictLoad(group.Key, group.Count(), group.Count(one => !one.IsAcknowledged), group.CountBy(one => one.Urgency).ToDictionary(), group.First())).ToArray();
        return new([.. fit.Skip(query.Offset).Take(query.Limit)], fit.Length, real.Count(one => !one.IsAcknowledged), counts, districts);
    }

    private static bool IsOn(DeskListKind list, Episode episode) => list switch
    {
        DeskListKind.Open => episode.IsOpen && episode.Held is not { IsOffDesk: true },
        DeskListKind.Held => episode.IsOpen && episode.Held is { IsOffDesk: true },
        DeskListKind.Over => !episode.IsOpen,
    };

    /// <summary>Real ones before drills and tests; the most urgent first; within that, newest first.</summary>
    private static int ByUrgency(Episode a, Episode b)
    {
        var kind = (a.Kind != EpisodeKind.Actual).CompareTo(b.Kind != EpisodeKind.Actual);
        if (kind != 0) return kind;
        var urgency = b.Urgency.CompareTo(a.Urgency);
        if (urgency != 0) return urgency;
        var age = Since(b).CompareTo(Since(a));
        return age != 0 ? age : string.CompareOrdinal(a.Id.Value, b.Id.Value);
    }

    private static Instant Since(Episode one) => one.RaisedAt ?? one.RecordedAt ?? one.FirstBreachAt;

    private static bool Says(Episode one, string[] words)
    {
        if (words.Length == 0) return true;
        var text = string.Join(' ', one.Message, one.Rule.Replace('-', ' '), one.Rule, one.Sensor.Value, one.District, one.Site, one.Department, one.Urgency.ToString(),
            QuantityCatalogue.Of(one.Quantity).Name.Replace('-', ' '), one.Acknowledged?.By, one.Assigned?.To, one.Kind == EpisodeKind.Actual ? "" : one.Kind.ToString()).ToLowerInvariant();
        return words.All(word => text.Contains(word, StringComparison.Ordinal));
    }
}
