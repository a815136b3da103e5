using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Api.Http;

/// <param name="Name">As in rule errors: <c>city.yaml</c>.</param>
public sealed record RuleFileBody(string? Name, string? Text);

/// <param name="Files">The rule files to try, as texts.</param>
/// <param name="From">First stamp.</param>
/// <param name="To">First stamp after.</param>
public sealed record NewRehearsalBody(IReadOnlyList<RuleFileBody?>? Files, string? From, string? To);

/// <summary>An episode that there would have been, or was.</summary>
/// <param name="Called">Whether somebody would have been called; false: recorded alone.</param>
public sealed record RehearsedEpisodeBody(string Rule, string Subject, string Quantity, Severity Severity, Instant FirstBreachAt, Instant? RaisedAt, Instant? ClearedAt, double? Value, bool Called)
{
    public static RehearsedEpisodeBody Of(Episode e) => new(e.Rule, e.Sensor.Value, QuantityCatalogue.Of(e.Quantity).Name, e.Severity, e.FirstBreachAt, e.RaisedAt ?? e.RecordedAt, e.ClearedAt,
        double.IsFinite(e.Value) ? e.Value : null, e.RaisedAt is not null);
}

public sealed record MovedEpisodeBody(RehearsedEpisodeBody Before, RehearsedEpisodeBody After);

/// <param name="Readings">How many were replayed.</param>
/// <param name="Same">Episodes that both find alike.</param>
/// <param name="AddedCount">All of them; the list has at most 1,000.</param>
/// <param name="Moved">Found by both for one rule and subject at overlapping times, and different in when, how severe, or whether somebody is called.</param>
public sealed record RehearsalBody(long Readings, int Same, int AddedCount, int RemovedCount, int MovedCount,
    IReadOnlyList<RehearsedEpisodeBody> Added, IReadOnlyList<RehearsedEpisodeBody> Removed, IReadOnlyList<MovedEpisodeBody> Moved)
{
    public static RehearsalBody Of(RehearsalReport r) => new(r.Readings, r.Same, r.Added.Count, r.Removed.Count, r.Moved.Count,
        [.. r.Added.Take(Limits.ListedMost).Select(RehearsedEpisodeBody.Of)], [.. r.Removed.Take(Limits.ListedMost).Select(RehearsedEpisodeBody.Of)],
        [.. r.Moved.Take(Limits.ListedMost).Select(moved => new MovedEpisodeBody(RehearsedEpisodeBody.Of(moved.Before), RehearsedEpisodeBody.Of(moved.After)))]);
}
