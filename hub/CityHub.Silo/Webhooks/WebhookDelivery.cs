using System.Collections.Concurrent;
using System.Threading.Channels;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>
/// Empties the webhook outbox. Takes the wall clock. Two loops: one starts attempts of what is due, the other writes down in groups how they went.
/// What a commit made due is handed over by the register and sent without being read again; a look into the outbox finds the rest: retries, what is left of an
/// earlier run, and what had no place when it was handed over.
/// <list type="bullet">
/// <item>At least once: a message leaves the outbox when its record is committed, never before; what was delivered and not written down goes out again under the same id.</item>
/// <item>In order per (subscription, episode): the register gives out only the first undelivered message of each, and a message that is under way or not yet written down is not started again.</item>
/// <item>No one waits for another: each subscription has its own places, and one whose places are taken is left out of the look.</item>
/// </list>
/// </summary>
public sealed partial class WebhookDelivery(IRegister register, WebhookComposer composer, WebhookPost post, IEd25519 curve, WebhookMetrics metrics, IOptions<WebhookOptions> settings, TimeProvider wall, ILogger<WebhookDelivery> log)
    : BackgroundService
{
    private const int RecordGroup = 512;
    private const int HandedLimit = 1024;   // messages of 20 kB at most; what is over it is found by a look
    private const int DueFactor = 4;   // looks past the messages of a lane that are under way or not yet written down

    /// <summary>How long a changed secret or address may go unnoticed.</summary>
    private static readonly TimeSpan LanesAge = TimeSpan.FromSeconds(1);

    private readonly WebhookOptions _options = settings.Value;
    private readonly WebhookBell _bell = new();
    private readonly DeliveryClock _clock = new(wall);
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Task> _held = [];                  // rows under way or not yet written down; of the looking loop
    private readonly HashSet<Lane> _behind = [];                         // lanes that may have something due in the outbox which has not been started; of the looking loop
    private readonly ConcurrentQueue<OutboxMessage> _handed = new();     // made due by a commit
    private readonly ConcurrentQueue<AttemptRecord> _written = new();    // those that are committed
    private readonly Channel<Attempted> _ended = Channel.CreateUnbounded<Attempted>(new() { SingleReader = true });   // bounded by MaxInFlight
    private DateTimeOffset _lanesReadAt = DateTimeOffset.MinValue;
    private int _mostPlaces = settings.Value.MaxInFlightPerSubscription;   // of any lane
    private bool _registerAway;
    private Instant? _opens;   // when the first of the lanes that rest may be looked at again; of the looking loop
    private bool _mustLook = true;
    private bool _wantsRows;   // the looking loop waits for rows to be let go

    private readonly record struct Attempted(Lane? Lane, OutboxMessage Message, AttemptRecord Record, DeliveryOutcome? Outcome, bool Recovered);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var abort = new CancellationTokenSource();
        register.OutboxChanged += LookAgain;
        register.MessagesDue += Take;
        try
        {
            var writing = Write(stoppingToken);
            var looking = Look(stoppingToken, abort.Token);
            await await Task.WhenAny(looking, writing).ConfigureAwait(false);   // the one that ended first: by the stop, or by a fault that goes up
            await End(abort).ConfigureAwait(false);
            _ended.Writer.Complete();
            await writing.ConfigureAwait(false);
        }
        finally
        {
            register.OutboxChanged -= LookAgain;
            register.MessagesDue -= Take;
        }
    }

    public override void Dispose()
    {
        _bell.Dispose();
        base.Dispose();
    }

    private void LookAgain()
    {
        Volatile.Write(ref _mustLook, true);
        _bell.Ring();
    }

    private void Take(IReadOnlyList<OutboxMessage> due)
    {
        foreach (var message in due)
        {
            if (_handed.Count < HandedLimit) _handed.Enqueue(message);
            else Volatile.Write(ref _mustLook, true);
        }
        _bell.Ring();
    }

    /// <summary>Starts what was handed over, and looks into the outbox when something else may be due.</summary>
    private async Task Look(CancellationToken stopping, CancellationToken abort)
    {
        var wake = DateTimeOffset.MinValue;
        try
        {
            while (true)
            {
                stopping.ThrowIfCancellationRequested();
                try
                {
                    // What is written down by now was handed over before: once that is out of the queue, its row may be let go and comes no second time.
                    var written = _written.Count;
                    StartHanded(abort);
                    for (; written > 0 && _written.TryDequeue(out var record); written--)
                    {
                        _held.Remove(record.Row);
                        if (record.NextAt?.ToDateTimeOffset() is { } again && again < wake) wake = again;
                    }

                    if (MustLook(wake)) wake = await StartDue(abort).ConfigureAwait(false);
                    else if (_opens?.ToDateTimeOffset() is { } opens && opens < wake) wake = opens;
                    Volatile.Write(ref _wantsRows, _behind.Count > 0 || _held.Count > _options.MaxInFlight / 2);
                    RegisterAnswered();
                }
                catch (RegisterUnavailableException e)
                {
                    RegisterRefused(e);
                    Volatile.Write(ref _mustLook, true);
                    wake = _clock.UtcNow + _options.RegisterRetry;
                }

                await _bell.Wait(wake, _clock, wall, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private bool MustLook(DateTimeOffset wake)
    {
        if (_held.Count >= _options.MaxInFlight) return false;   // a record that is written rings
        return Interlocked.Exchange(ref _mustLook, false) || wake <= _clock.UtcNow || MayGoOn();
    }

    /// <summary>Whether one of those that are behind can take something again; notes when the first of those that rest opens.</summary>
    private bool MayGoOn()
    {
        var now = _clock.Now;
        _opens = null;
        foreach (var lane in _behind)
        {
            if (lane.IsFull) continue;   // rings when it no longer is
            if (lane.ClosedUntil(now) is not { } until) return true;
            _opens = Earlier(_opens, until);
        }
        return false;
    }

    private void StartHanded(CancellationToken abort)
    {
        while (_handed.TryDequeue(out var message))
        {
            if (_held.ContainsKey(message.Row)) continue;   // a look was faster
            if (LaneOf(message, _clock.UtcNow) is not { } lane) continue;
            if (_behind.Contains(lane) || !TryStart(lane, message, abort)) _behind.Add(lane);
        }
    }

    private bool TryStart(Lane lane, OutboxMessage message, CancellationToken abort)
    {
        if (_held.Count >= _options.MaxInFlight || lane.IsFull) return false;
        var now = _clock.Now;
        if (message.Episode is { } episode && now - message.QueuedAt > lane.Subscription.Terms.AgeLimit)
        {
            _held.Add(message.Row, SumUp(lane.Subscription, episode, message));
            return true;
        }
        if (lane.ClosedUntil(now) is { } until) _opens = Earlier(_opens, until);
        else if (lane.Enter(message.Tried + 1, now) is { } place)
        {
            _held.Add(message.Row, Attempt(lane, place.Index, place.Endpoint, message, abort));
            return true;
        }
        return false;
    }

    /// <summary>Starts what is due and has a place. Returns when to look again unless something happens before.</summary>
    private async Task<DateTimeOffset> StartDue(CancellationToken abort)
    {
        var nowAt = _clock.UtcNow;
        var now = Instant.From(nowAt);
        if (nowAt - _lanesReadAt >= LanesAge) ReadLanes(nowAt);

        _behind.Clear();
        var shut = Shut(now);
        foreach (var id in shut) _behind.Add(_lanes[id]);
        var limit = _options.MaxInFlight;
        var perLane = DueFactor * _mostPlaces;
        var due = await register.Due(now, limit, perLane, shut).ConfigureAwait(false);
        var waiting = 0;
        foreach (var message in due)
        {
            if (_held.ContainsKey(message.Row)) continue;
            if (LaneOf(message, nowAt) is not { } lane || TryStart(lane, message, abort)) continue;
            waiting++;
            _behind.Add(lane);
        }

        // What a limit left out is behind, too.
        if (due.Count >= limit) _behind.UnionWith(_lanes.Values);
        foreach (var lane in due.CountBy(message => message.Subscription))
        {
            if (lane.Value >= perLane && _lanes.TryGetValue(lane.Key, out var left)) _behind.Add(left);
        }

        metrics.Waiting(waiting);
        var next = Earlier(register.NextDue(now), _opens)?.ToDateTimeOffset();
        var recheck = nowAt + _options.Recheck;
        return next < recheck ? next.Value : recheck;
    }

    /// <summary>The way out for a message; null: its subscription was removed since, and the register gives it out no more.</summary>
    private Lane? LaneOf(OutboxMessage message, DateTimeOffset now)
    {
        if (now - _lanesReadAt >= LanesAge || !_lanes.ContainsKey(message.Subscription)) ReadLanes(now);
        return _lanes.GetValueOrDefault(message.Subscription);
    }

    /// <summary>Lanes that take nothing just now, noting when the first of them that rests opens. One that is full rings when it no longer is.</summary>
    private HashSet<string> Shut(Instant now)
    {
        _opens = null;
        var shut = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, lane) in _lanes)
        {
            var until = lane.ClosedUntil(now);
            if (until is null && !lane.IsFull) continue;
            shut.Add(id);
            _opens = Earlier(_opens, until);
        }
        return shut;
    }

    private static Instant? Earlier(Instant? one, Instant? other) => one is null || other < one ? other ?? one : one;

    private void ReadLanes(DateTimeOffset now)
    {
        var current = register.Subscriptions();
        foreach (var (subscription, secret) in current)
        {
            if (_lanes.TryGetValue(subscription.Id, out var lane)) lane.Renew(subscription, secret);
            else _lanes.Add(subscription.Id, new(subscription, secret, curve, _options.MaxInFlightPerSubscription));
        }

        if (_lanes.Count > current.Count)
        {
            foreach (var gone in _lanes.Keys.Except(current.Select(entry => entry.Subscription.Id)).ToArray()) _lanes.Remove(gone);
        }

        _mostPlaces = _lanes.Values.Select(lane => lane.Places).Append(_options.MaxInFlightPerSubscription).Max();
        _lanesReadAt = now;
    }

    private async Task Attempt(Lane lane, int endpoint, WebhookEndpoint where, OutboxMessage message, CancellationToken abort)
    {
        var number = message.Attempts + 1;
        var started = wall.GetTimestamp();
        metrics.Started(number == 1 ? SecondsSince(message.QueuedAt) : null);
        PostResult result;
        try
        {
            result = await post.Send(where, lane.Signers, lane.Subscription.Terms.Format, message, abort).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            metrics.Aborted();
            return;   // the hub stops: nothing is written down, so it goes out again after the start
        }
        catch (Exception e)
        {
            // A fault of ours must not hold the message back for ever: it is tried again like any other failure.
            AttemptFailed(e, lane.Subscription.Id, message.MessageId);
            result = new(new(DeliveryOutcome.BrokenOff, null), null);
        }

        var now = _clock.Now;
        var outcome = result.Verdict.Outcome;
        var delivered = outcome == DeliveryOutcome.Delivered;
        var next = delivered ? null : RetrySchedule.Next(message.Tried + 1, now, result.Verdict.RetryAfter, Random.Shared.NextDouble(), lane.Subscription.Endpoints.Count);
        var milliseconds = (int)wall.GetElapsedTime(started).TotalMilliseconds;
        metrics.Ended(outcome, SecondsSince(message.QueuedAt));
        if (lane.IsNews(outcome, _clock.UtcNow)) OutcomeChanged(delivered ? LogLevel.Information : LogLevel.Warning, lane.Subscription.Id, message.MessageId, number, result.Text);
        var (hasRoom, recovered) = lane.Leave(endpoint, result.Verdict, now);
        _ended.Writer.TryWrite(new(lane, message, new(message.Row, number, now, milliseconds, delivered, next, result.Text) { Endpoint = endpoint, Answer = result.Answer }, outcome, recovered));
        if (hasRoom) _bell.Ring();   // it was full or found out about its endpoint: the next one has a place now
    }

    private async Task End(CancellationTokenSource abort)
    {
        var underWay = Task.WhenAll(_held.Values);
        await Task.WhenAny(underWay, Task.Delay(_options.StopGrace, wall, CancellationToken.None)).ConfigureAwait(false);
        await abort.CancelAsync().ConfigureAwait(false);
        await underWay.ConfigureAwait(false);
    }

    private double SecondsSince(Instant at) => Math.Max(0, (_clock.UtcNow - at.ToDateTimeOffset()).TotalSeconds);

    private void RegisterRefused(RegisterUnavailableException e)
    {
        metrics.RegisterAway();
        if (Interlocked.Exchange(ref _registerAway, true)) return;
        RegisterIsAway(e.Message);
    }

    private void RegisterAnswered()
    {
        if (Volatile.Read(ref _registerAway) && Interlocked.Exchange(ref _registerAway, false)) RegisterIsBack();
    }

    [LoggerMessage(Message = "Subscription {Subscription}: attempt {Attempt} of message {Message}: {Outcome}; more follows when that changes")]
    private partial void OutcomeChanged(LogLevel level, string subscription, string message, int attempt, string outcome);

    [LoggerMessage(LogLevel.Error, "Subscription {Subscription}: message {Message} could not be sent by a fault of the hub's own")]
    private partial void AttemptFailed(Exception e, string subscription, string message);

    [LoggerMessage(LogLevel.Error, "Message {Message} to subscription {Subscription} is given up after {Attempts} attempts; the last one: {Outcome}")]
    private partial void DeadLettered(string message, string subscription, int attempts, string outcome);

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription}: {Messages} messages about episode {Episode} grew older than its age limit; one summary takes their place")]
    private partial void TooOld(string subscription, int messages, string episode);

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription} is paused: its endpoint answered 410 Gone. What comes up for it is kept until it is resumed or removed")]
    private partial void SubscriptionGone(string subscription);

    [LoggerMessage(LogLevel.Warning, "Subscription {Subscription}: its endpoint {Place} answered 410 Gone and is tried no more; the others are")]
    private partial void EndpointGone(string subscription, int place);

    [LoggerMessage(LogLevel.Information, "Subscription {Subscription}: its endpoint is back; {Messages} messages that waited for a later attempt are due now")]
    private partial void EndpointIsBack(string subscription, int messages);

    [LoggerMessage(LogLevel.Error, "The outbox cannot be read or written: {Reason}. Messages wait and attempts are remembered until it can")]
    private partial void RegisterIsAway(string reason);

    [LoggerMessage(LogLevel.Information, "The outbox can be read and written again")]
    private partial void RegisterIsBack();
}
