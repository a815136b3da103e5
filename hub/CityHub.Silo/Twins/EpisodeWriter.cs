using CityHub.Silo.Register;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Twins;

/// <summary>
/// Writes the twins' events into the register: at once, in groups, in the order in which they came. What is numbered up to
/// <see cref="Written"/> is committed; ledger answers wait for that. While the register is away the events are kept.
/// </summary>
public sealed partial class EpisodeWriter(IRegister register, EpisodeBoard board, AlertDesk desk, Places places, TimeProvider wall, HubMetrics metrics, ILogger<EpisodeWriter> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<EpisodeEvent> _waiting = [];
    private readonly List<EpisodeEvent> _writing = []; // of the writing task, and of the transaction that runs for it
    private Task _task = Task.CompletedTask;
    private CancellationToken _stopping;
    private bool _runs;
    private bool _writes;
    private bool _rides; // what is being written waits for a transaction to ride with
    private long _posted;
    private long _written;
    private long _firstPostedAt;
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Events that came and are not committed yet.</summary>
    public long Outstanding => Interlocked.Read(ref _posted) - Interlocked.Read(ref _written);

    /// <summary>Number of the last committed event.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Whose owner this hub is; set once, at the start. When it no longer is, writing ends with a <see cref="TenureLostException"/>.</summary>
    public IReadOnlyList<GroupTenure>? Under { get; set; }

    /// <summary>Why events wait, or null: they do not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Takes events over; the list may be used again. They are in the register's queue when it returns: no other thread has to wake up for that.</summary>
    /// <returns>Number of the last one.</returns>
    public long Post(List<EpisodeEvent> events)
    {
        long number;
        bool hurry;
        lock (_gate)
        {
            if (_waiting.Count == 0) _firstPostedAt = wall.GetTimestamp();
            _waiting.AddRange(events);
            number = _posted += events.Count;
            hurry = _rides && !MayRide(events);
            if (hurry) _rides = false;
        }
        if (hurry) register.Hurry();
        else Begin();
        return number;
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
        lock (_gate) (_stopping, _runs) = (stopping, true);
        Begin();
        try
        {
            await _died.Task.WaitAsync(stopping);
        }
        finally
        {
            await _task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (_writes || !_runs || _waiting.Count == 0) return;
            _writes = true;
        }
        _task = Write(_stopping);
    }

    private async Task Write(CancellationToken stopping)
    {
        try
        {
            do await WriteGroup(stopping);
            while (!HasEnded());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What waits is not written any more; nothing of it was answered for.
        }
        catch (Exception died)
        {
            _died.TrySetException(died);
            throw;
        }
    }

    private bool HasEnded()
    {
        lock (_gate) return !(_writes = _waiting.Count > 0);
    }

    /// <summary>Everything that waits, and what a transaction that was undone had taken. Asked within the transaction: what comes until then goes with it.</summary>
    private List<EpisodeEvent> Take()
    {
        lock (_gate)
        {
            _writing.AddRange(_waiting);
            _waiting.Clear();
            _rides = false;
        }
        return _writing;
    }

    /// <summary>That it is over may reach a department some milliseconds later; half of all transactions are spared.</summary>
    private static bool MayRide(List<EpisodeEvent> events) => events.TrueForAll(one => one is EpisodeEvent.Cleared);

    private async Task WriteGroup(CancellationToken stopping)
    {
        var since = Interlocked.Read(ref _firstPostedAt);
        var pause = FirstPause;
        while (true)
        {
            try
            {
                bool rides;
                lock (_gate) rides = _rides = _writing.Count == 0 && MayRide(_waiting);
                var committed = register.Commit(Take, Context, desk.HoldBack, rides, Under);
                if (rides && !Volatile.Read(ref _rides)) register.Hurry(); // what may not wait came while this was on its way into the queue
                var changes = await committed;
                board.Apply(changes);
                break;
            }
            catch (RegisterUnavailableException away)
            {
                metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "register"));
                if (Trouble is null) RegisterAway(away.Message, (int)Outstanding);
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

    /// <summary>What there is to say of the hub's own failures; set once, at the start.</summary>
    public Func<EpisodeEvent, EpisodeContext>? OfOwnParts { get; set; }

    private EpisodeContext Context(EpisodeEvent of)
    {
        if (of.RuleVersion == 0 && OfOwnParts is { } own) return own(of);
        var faulty = OwnRules.FaultyRule(of.Rule);
        var rule = board.RuleOf(faulty ?? of.Rule);
        var message = faulty is null ? rule?.Message ?? "" : $"The rule {faulty} cannot be evaluated here, for a fault of the hub. It is tried again with each reading.";
        if (of is EpisodeEvent.Raised { Detail.Length: > 0 } raised) message = $"{message} {raised.Detail}".TrimStart();
        return new(of.Sensor.District ?? places.DistrictOf(of.Sensor), rule?.Department ?? "", message)
        {
            Category = rule is { Category.Length: > 0 } ? rule.Category : EpisodeCategories.Of(of.Quantity)[0],
            RunBook = rule?.RunBook ?? "",
            Node = places.DeviceOf(of.Sensor) is { } device ? device.Node.ToString() : "",
            Site = places.SiteOf(of.Sensor),
            Latched = desk.Policy.Latched.Contains(of.Rule),
        };
    }

    [LoggerMessage(LogLevel.Error, "The register cannot be written: {Cause}. {Events} episode events wait; ledgers are not answered until they are in.")]
    private partial void RegisterAway(string cause, int events);

    [LoggerMessage(LogLevel.Warning, "The register can be written again; {Events} episode events that waited are in.")]
    private partial void RegisterBack(int events);
}
