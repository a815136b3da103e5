using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <content>What is written down: how attempts went, and what is given up for a summary.</content>
public sealed partial class WebhookDelivery
{
    /// <summary>What is too old to be news gives way to one message that says what became of it.</summary>
    private async Task SumUp(Subscription subscription, EpisodeId episode, OutboxMessage message)
    {
        try
        {
            var given = await register.Supersede(subscription.Id, episode, (about, lines) => composer.Summary(subscription, about, lines)).ConfigureAwait(false);
            metrics.Superseded(given);
            if (given > 0) TooOld(subscription.Id, given, episode.Value);
        }
        catch (RegisterUnavailableException e)
        {
            RegisterRefused(e);
        }
        _written.Enqueue(new(message.Row, message.Attempts, _clock.Now, 0, false, null, "superseded"));
        _bell.Ring();
    }

    /// <summary>Writes attempts down in groups: whatever ended while the last group was committed is the next one.</summary>
    private async Task Write(CancellationToken stopping)
    {
        var group = new List<Attempted>();
        while (await _ended.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (group.Count < RecordGroup && _ended.Reader.TryRead(out var one)) group.Add(one);
            if (!await Record(group, stopping).ConfigureAwait(false)) return;
            foreach (var one in group)
            {
                if (one.Record is { Delivered: false, NextAt: null })
                {
                    metrics.DeadLettered();
                    DeadLettered(one.Message.MessageId, one.Message.Subscription, one.Record.Attempt, one.Record.Outcome);
                }

                _written.Enqueue(one.Record);
            }

            // What has come forward was handed over already; so its rows may wait to be let go until the loop wakes for something else.
            if (Volatile.Read(ref _wantsRows) || group.Exists(one => !one.Record.Delivered)) _bell.Ring();
            group.Clear();
        }
    }

    /// <summary>Tries until the register takes it. False: the hub stops first, and the messages go out again after the start.</summary>
    private async Task<bool> Record(List<Attempted> group, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                // Paused before it is written down: a crash in between asks the endpoint once more, instead of forgetting that it is gone.
                foreach (var (subscription, endpoint) in group.Where(one => one.Outcome == DeliveryOutcome.Gone).Select(one => (one.Message.Subscription, one.Record.Endpoint)).Distinct())
                {
                    var left = await register.EndpointGone(subscription, endpoint).ConfigureAwait(false);
                    metrics.EndpointGone();
                    if (left is { Paused: false }) EndpointGone(subscription, endpoint + 1);
                    else SubscriptionGone(subscription);
                }

                await register.RecordAttempts([.. group.Select(one => one.Record)]).ConfigureAwait(false);
                foreach (var (subscription, at) in group.Where(one => one.Recovered).Select(one => (one.Message.Subscription, one.Record.At)))
                {
                    var brought = await register.BringForward(subscription, at).ConfigureAwait(false);
                    if (brought > 0) EndpointIsBack(subscription, brought);
                }
                RegisterAnswered();
                return true;
            }
            catch (RegisterUnavailableException e)
            {
                RegisterRefused(e);
                if (stopping.IsCancellationRequested) return false;
            }

            try
            {
                await Task.Delay(_options.RegisterRetry, wall, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // One more try before the hub stops.
            }
        }
    }
}
