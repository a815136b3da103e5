using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>Which messages a change in the register causes: what the register calls within the transaction that makes the change.</summary>
public static class WebhookComposer
{
    /// <summary>Paused subscriptions are counted in: what comes up meanwhile waits for their resumption.</summary>
    public static IReadOnlyList<NewMessage> Compose(EpisodeChange change, IReadOnlyList<Subscription> subscriptions)
    {
        if (subscriptions.Count == 0 || EpisodeMessages.News(change.Before, change.After) is not { } news) return [];
        var audiences = subscriptions.Select(one => new Audience(one.Id, one.Department, one.Districts, one.MinSeverity)).ToArray();
        return [.. EpisodeMessages.Compose(change.After, news, change.Number, audiences).Select(one => new NewMessage(one.Id, one.Subscription, one.Type, one.Body))];
    }
}
