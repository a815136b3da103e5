using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Watch.Desk;

/// <content>
/// What time does on the desk: a shelving runs out, a group's turn comes, a step of escalation falls due. Every deadline is found from facts in the
/// register and the desk file, so none is lost by a restart.
/// </content>
public sealed partial class AlertDesk
{
    /// <summary>A drill or test that nobody ended is over after this.</summary>
    public static readonly TimeSpan DrillLasts = TimeSpan.FromHours(4);

    /// <summary>Changes written in one transaction.</summary>
    private const int ChunkSize = 500;

    private Instant _nextTurn = new(0);
    private readonly Dictionary<string, bool> _flooded = [];

    /// <summary>Does what is due. Called about once a second.</summary>
    /// <param name="flood">Told when a desk's flood begins (true) or ends.</param>
    /// <exception cref="RegisterUnavailableException">Nothing is lost: the next round finds it due again.</exception>
    public async Task Round(Action<string, bool> flood)
    {
        var now = clock();
        List<(EpisodeId, DeskAction)> due;
        lock (_gate)
        {
            _standing.RemoveAll(one => !one.IsStanding(now));
            due = Decisions(now);
            foreach (var episode in _open.All)
            {
                if (_open.Policy.StepDue(episode, now) is { } step) due.Add((episode.Id, new DeskAction.Escalate(step.Department, step.Severity, $"not acknowledged for {Minutes(step.After)}")));
                if (episode.Kind != EpisodeKind.Actual && episode.RaisedAt is { } raised && now - raised >= DrillLasts) due.Add((episode.Id, new DeskAction.End("nobody ended it")));
            }
            foreach (var load in _loads)
            {
                var flooded = load.FloodSince(now) is not null;
                if (_flooded.GetValueOrDefault(load.Seat.Name) == flooded) continue;
                _flooded[load.Seat.Name] = flooded;
                flood(load.Seat.Name, flooded);
            }
        }
        try
        {
            foreach (var chunk in due.Chunk(ChunkSize)) tell(await register.Act(chunk, DeskAction.Hub, now));
        }
        catch (RegisterUnavailableException)
        {
            lock (_gate) _moved = true;
            throw;
        }
    }

    /// <summary>Where the decision differs from what stands. All are decided before any is done: those of one group come together.</summary>
    private List<(EpisodeId, DeskAction)> Decisions(Instant now)
    {
        var due = new List<(EpisodeId, DeskAction)>();
        if (!_moved && now < _nextTurn) return due;
        _moved = false;
        var next = Instant.Max;
        foreach (var episode in _open.All)
        {
            var held = Decision.Of(episode, _open, _standing, now);
            if (held?.Until is { } until && until < next) next = until;
            if (held != episode.Held || (held is null && episode.Withheld)) due.Add((episode.Id, new DeskAction.HoldBack(held)));
        }
        foreach (var one in _standing)
        {
            if (one.From > now && one.From < next) next = one.From;
            if (one.Until is { } end && end < next) next = end;
        }
        _nextTurn = next;
        return due;
    }

    private static string Minutes(TimeSpan span) => span.TotalMinutes >= 1 ? $"{span.TotalMinutes:0.#} min" : $"{span.TotalSeconds:0} s";
}
