using CityHub.Silo.Register;
using Microsoft.Extensions.Logging;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Twins;

/// <summary>
/// Writes the twins' events into the register: at once, in groups, in the order in which they came. What is numbered up to
/// <see cref="Written"/> is committed; ledger answers wait for that. While the register is away the events are kept.
/// </summary>
public sealed partial class EpisodeWriter(IRegister register, EpisodeBoard board, Places places, TimeProvider wall, HubMetrics metrics, ILogger<EpisodeWriter> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _knock = new(0);
    private List<EpisodeEvent> _waiting = [];
    private List<EpisodeEvent> _writing = [];
    private long _posted;
    private long _written;
    private long _firstPostedAt;
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Events that came and are not committed yet.</summary>
    public long Outstanding => Interlocked.Read(ref _posted) - Interlocked.Read(ref _written);

    /// <summary>Number of the last committed event.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Why events wait, or null: they do not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Takes events over; the list may be used again.</summary>
    /// <returns>Number of the last one.</returns>
    public long Post(List<EpisodeEvent> events)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0) _firstPostedAt = wall.GetTimestamp();
            _waiting.AddRange(events);
            _posted += events.Count;
            if (_waiting.Count == events.Count) _knock.Release();
            return _posted;
        }
    }

    /// <summary>Returns when everything up to a number is committed.</summary>
    public async Task WrittenThrough(long number, CancellationToken cancel)
    {
        while (true)
        {
            Task progress;
            lock (_gate)
            {
                if (_written >= number) return;
                progress = _progress.Task;
            }
            await progress.WaitAsync(cancel);
        }
    }

    /// <summary>Writes until cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        while (true)
        {
            await _knock.WaitAsync(stopping);
            long since;
            lock (_gate)
            {
                (_writing, _waiting) = (_waiting, _writing);
                since = _firstPostedAt;
            }
            if (_writing.Count > 0) await Write(since, stopping);
        }
    }

    private async Task Write(long since, CancellationToken stopping)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                var changes = await register.Commit(_writing, Context);
                board.Apply(changes);
                break;
            }
            catch (RegisterUnavailableException away)
            {
                metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "register"));
                if (Trouble is null) RegisterAway(away.Message, _writing.Count);
                Trouble = away.Message;
            }
            await Task.Delay(pause, wall, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        if (Trouble is not null) RegisterBack(_writing.Count);
        Trouble = null;
        metrics.EpisodeSeconds.Record(wall.GetElapsedTime(since).TotalSeconds);
        TaskCompletionSource progress;
        lock (_gate)
        {
            _written += _writing.Count;
            progress = _progress;
            _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        _writing.Clear();
        progress.SetResult();
    }

    private EpisodeContext Context(EpisodeEvent of)
    {
        var faulty = OwnRules.FaultyRule(of.Rule);
        var rule = board.RuleOf(faulty ?? of.Rule);
        var message = faulty is null ? rule?.Message ?? "" : $"The rule {faulty} cannot be evaluated here, for a fault of the hub. It is tried again with each reading.";
        return new(of.Sensor.District ?? places.DistrictOf(of.Sensor), rule?.Department ?? "", message)
        {
            Category = rule is { Category.Length: > 0 } ? rule.Category : EpisodeCategories.Of(of.Quantity)[0],
            RunBook = rule?.RunBook ?? "",
        };
    }

    [LoggerMessage(LogLevel.Error, "The register cannot be written: {Cause}. {Events} episode events wait; ledgers are not answered until they are in.")]
    private partial void RegisterAway(string cause, int events);

    [LoggerMessage(LogLevel.Warning, "The register can be written again; {Events} episode events that waited are in.")]
    private partial void RegisterBack(int events);
}
