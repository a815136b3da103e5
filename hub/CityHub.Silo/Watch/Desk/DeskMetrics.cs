using System.Diagnostics.Metrics;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Watch.Desk;

/// <summary>The desk's figures as metrics, one series a desk.</summary>
internal static class DeskMetrics
{
    public static void Add(HubMetrics metrics, AlertDesk desk)
    {
        void Figure(string name, string description, Func<DeskFigures, double> of) => metrics.Fractions(name, description, () => Each(desk, of));
        Figure("cityhub_desk_alerts_last_10_minutes", "Alarms that came up on the desk in the last 10 minutes; more than 10 is a flood.", figures => figures.LastTenMinutes);
        Figure("cityhub_desk_alerts_per_10_minutes", "Alarms in 10 minutes, on average over the last 30 days; about 1 is acceptable, 2 manageable.", figures => figures.AveragePerTenMinutes);
        Figure("cityhub_desk_alerts_most_in_10_minutes", "Most alarms in a period of 10 minutes of the last 30 days.", figures => figures.MostInTenMinutes);
        Figure("cityhub_desk_flood_share", "Share of periods of 10 minutes with more than 10 alarms, of the last 30 days; under 0.01 is good.", figures => figures.FloodShare);
        Figure("cityhub_desk_flooded", "Whether a flood is going on.", figures => figures.FloodSince is null ? 0 : 1);
        Figure("cityhub_desk_standing", "Alarms open on the desk.", figures => figures.Standing);
        Figure("cityhub_desk_unacknowledged", "Alarms open on the desk that nobody has acknowledged.", figures => figures.Unacknowledged);
        Figure("cityhub_desk_stale", "Alarms open for more than 24 hours; under 5 is good.", figures => figures.Stale);
        Figure("cityhub_desk_held_back", "Open alarms that are held back.", figures => figures.HeldBack);
        Figure("cityhub_desk_chattering", "Sources that came up three times within a minute, in the last 24 hours.", figures => figures.Chattering.Count);
        Figure("cityhub_desk_fleeting", "Alarms over within 10 seconds, in the last 24 hours.", figures => figures.Fleeting);
        Figure("cityhub_desk_top_ten_share", "Share of the ten most frequent sources in all alarms of the last 30 days; 0.01 to 0.05 is good.", figures => figures.TopTenShare);
        metrics.Fractions("cityhub_desk_priority_share", "Share of each severity in all alarms of the last 30 days; 80 % low, 15 % middle, 5 % high is good.", () =>
            from seat in desk.Seats
            let figures = desk.Figures(seat)
            where figures is not null
            from share in figures.Priorities
            select new Measurement<double>(share.Value, new("desk", seat), new("severity", share.Key.ToString().ToLowerInvariant())));
    }

    private static IEnumerable<Measurement<double>> Each(AlertDesk desk, Func<DeskFigures, double> of)
    {
        foreach (var seat in desk.Seats)
        {
            if (desk.Figures(seat) is { } figures) yield return new(of(figures), new KeyValuePair<string, object?>("desk", seat));
        }
    }
}
