using System.Security.Cryptography;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>
/// A department takes note of an episode: by the link in its message, or in CAP. Written down as its own, and told to the city, where the first acknowledgement
/// of anyone stands. Takes the wall clock.
/// </summary>
public sealed class DepartmentAcks(IRegister register, ICity city, TimeProvider wall)
{
    /// <summary>Name of the key that links are made with, in the register.</summary>
    public const string KeyName = "acknowledge-links";

    private readonly Lazy<byte[]> _key = new(() => Key(register));

    /// <summary>The key that links are made with: made once, kept in the register.</summary>
    public static byte[] Key(IRegister register) => register.HubKey(KeyName, () => RandomNumberGenerator.GetBytes(AcknowledgeLink.KeyBytes));

    /// <summary>Looks at a link without using it up.</summary>
    public LinkVerdict Look(string subscription, EpisodeId episode, string expires, string mac) =>
        AcknowledgeLink.Verify(_key.Value, subscription, episode, expires, mac, Instant.From(wall.GetUtcNow()));

    /// <summary>What stands of a subscription's acknowledgement of an episode; null: nothing yet.</summary>
    public Task<DepartmentAck?> Find(EpisodeId episode, string subscription) => register.FindAcknowledgement(episode, subscription);

    /// <summary>Takes note; whoever came first in this subscription stands. Null: there is no such episode or subscription.</summary>
    /// <param name="who">As it calls itself; empty: the department.</param>
    /// <param name="via"><c>link</c>, <c>api</c> or <c>cap</c>.</param>
    public async Task<DepartmentAck?> Acknowledge(EpisodeId episode, string subscription, string who, string via, string note, CancellationToken cancel)
    {
        var department = register.Subscriptions().FirstOrDefault(one => one.Subscription.Id == subscription).Subscription?.Department;
        if (department is null || await city.Episode(episode, cancel).ConfigureAwait(false) is null) return null;
        var standing = await register.KeepAcknowledgement(new(episode, subscription, department, who, via, Instant.From(wall.GetUtcNow()), note)).ConfigureAwait(false);
        // Kept first: a crash in between leaves the proof, and asked once more it is told to the city again.
        await city.Acknowledge(episode, standing.Who.Length > 0 ? $"{standing.Department}: {standing.Who}" : standing.Department, standing.Note, cancel).ConfigureAwait(false);
        return standing;
    }

    /// <summary>As <see cref="Acknowledge"/>, by the id of a message that was sent. Null: nobody was sent such a message about an episode.</summary>
    public async Task<DepartmentAck?> AcknowledgeMessage(string messageId, string who, string via, string note, CancellationToken cancel) =>
        await register.FindMessage(messageId).ConfigureAwait(false) is var (subscription, episode) ? await Acknowledge(episode, subscription, who, via, note, cancel).ConfigureAwait(false) : null;
}
