using CityHub.Silo.Register;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Twins;

/// <summary>Follows what other hubs do to episodes and suppressions in a register that is shared, so that every hub's desk and live events show the whole city. Takes the wall clock.</summary>
internal sealed partial class ChangeTail(IRegister register, EpisodeBoard board, AlertDesk desk, TimeProvider wall, HubMetrics metrics, ILogger<ChangeTail> log)
{
    /// <summary>How often it looks: what another hub did is seen here about this much later.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private const int Page = 500;

    private long _through;
    private bool _away;

    /// <summary>From here on. Before the open episodes are read: what comes meanwhile is seen twice rather than never.</summary>
    public void Begin()
    {
        if (register.IsShared) _through = register.LastChange();
    }

    /// <summary>Follows until cancelled; where nobody else writes there is nothing to follow.</summary>
    public async Task Run(CancellationToken stopping)
    {
        if (!register.IsShared)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, wall, stopping);
            return;
        }
        using var timer = new PeriodicTimer(LookEvery, wall);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                Look();
                if (_away) Back();
                _away = false;
            }
            catch (RegisterUnavailableException cause)
            {
                if (!_away) Away(cause.Message);
                _away = true;
            }
        }
    }

    private void Look()
    {
        while (true)
        {
            var (through, changes) = register.ChangesOfOthers(_through, Page);
            if (changes.Count > 0)
            {
                board.Apply(changes);
                metrics.ChangesOfOthers.Add(changes.Count);
            }
            var isLast = through < _through + Page;
            _through = through;
            if (isLast) break;
        }
        desk.ReadSuppressions();
    }

    [LoggerMessage(LogLevel.Warning, "What other hubs do cannot be followed: {Cause}. The desk here shows what this hub does; the rest comes when the register is back.")]
    private partial void Away(string cause);

    [LoggerMessage(LogLevel.Information, "What other hubs do is followed again")]
    private partial void Back();
}
