using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>
/// Told, or held back: the one place where that is decided. Asked when an episode is raised, within the transaction that writes it down, and again
/// whenever a suppression, the desk file, an inhibiting episode or a group's turn may have changed the answer.
/// </summary>
public static class Decision
{
    /// <summary>Why an open, raised episode is held back; null: it is told. The first reason in this order counts: what a person has put aside (out of
    /// service, maintenance, shelved), what the city's design holds back, an episode that stands for it, its group's turn.</summary>
    /// <param name="episode">One of which nobody was told yet is <see cref="Episode.Withheld"/>; only such a one waits for a group.</param>
    /// <param name="open">The open episodes; this one may be among them.</param>
    /// <param name="suppressions">Those that may hold now.</param>
    public static HeldBack? Of(Episode episode, OpenEpisodes open, IReadOnlyList<Suppression> suppressions, Instant now)
    {
        Suppression? strongest = null;
        foreach (var one in suppressions)
        {
            if (one.HoldsAt(now) && one.Scope.Covers(episode) && (strongest is null || Rank(one.Kind) < Rank(strongest.Kind))) strongest = one;
        }
        if (strongest is not null) return strongest.Holds();
        foreach (var design in open.Policy.Suppressions)
        {
            if (design.Scope.Covers(episode)) return new(HoldReason.Design, $"suppressed by design ({design.Scope}): {design.Why}", "", null);
        }
        if (open.InhibitorOf(episode) is { } source)
        {
            return new(HoldReason.Inhibited, $"{source.Rule} {(source.Members.Count > 0 ? "in" : "at")} {(source.Members.Count > 0 ? source.District : source.Sensor.Value)} stands for it", source.Id.Value, null);
        }
        // A group's turn is about the call: what was told once waits for no group.
        return episode.CalledAt is null && open.GroupTurn(episode) is var (at, name) && at > now ? new(HoldReason.Grouped, $"told with its group ({name})", name, at) : null;
    }

    private static int Rank(SuppressionKind kind) => kind switch
    {
        SuppressionKind.OutOfService => 1,
        SuppressionKind.Maintenance => 2,
        SuppressionKind.Shelved => 3,
    };
}
