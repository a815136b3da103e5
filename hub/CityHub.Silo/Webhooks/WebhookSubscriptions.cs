using System.Security.Cryptography;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Options;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>Either a subscription with what its receiver verifies with, or every fault of the request.</summary>
/// <param name="Secret">Told this once; null with a key pair, whose public half is the subscription's <see cref="Subscription.PublicKey"/>.</param>
public sealed record SubscriptionResult(Subscription? Subscription, string? Secret, IReadOnlyList<SubscriptionFault> Faults)
{
    /// <summary>Without the secret: this text may be logged.</summary>
    public override string ToString() => Subscription is null ? $"{Faults.Count} faults" : Subscription.Id;
}

/// <summary>Makes, changes, tests, pauses and removes subscriptions. Takes the wall clock.</summary>
public sealed class WebhookSubscriptions(IRegister register, WebhookComposer composer, AddressGuard guard, IEd25519 curve, IOptions<WebhookOptions> settings, TimeProvider wall)
{
    /// <summary>How long the secret before goes on to sign after a rotation, at most.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(7);

    public const int MaxSubscriptions = 1000, MaxDistricts = 200, MaxUrl = 2000, MaxName = 100;

    private readonly SubscriptionCheck _check = new(guard, curve, settings.Value.ClientCertificates.Keys.ToArray());

    /// <exception cref="RegisterUnavailableException">Nothing was written.</exception>
    public async Task<SubscriptionResult> Create(SubscriptionRequest request)
    {
        var faults = _check.Faults(request, out var url, out var secret);
        if (faults.Count == 0 && register.Subscriptions().Count >= MaxSubscriptions) faults.Add(new("", $"There are {MaxSubscriptions} subscriptions; remove one first."));
        if (faults.Count > 0) return new(null, null, faults);
        var text = secret?.Reveal() ?? NewSecret(request.Terms.Signature);
        var id = "sub_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var made = await register.AddSubscription(new(id, request.Department, url!, request.Districts, request.MinSeverity, false, Now) { Terms = request.Terms }, text).ConfigureAwait(false);
        return new(made, Told(text), []);
    }

    /// <summary>Puts what is asked for in the place of what was agreed upon. How its messages are signed and written does not change: that is a rotation, or a new subscription.
    /// Null: no such subscription.</summary>
    /// <exception cref="RegisterUnavailableException">Nothing was written.</exception>
    public async Task<SubscriptionResult?> Change(string id, SubscriptionRequest request)
    {
        if (Find(id) is not { } before) return null;
        var faults = _check.Faults(request, out var url, out _);
        if (request.Secret is not null) faults.Add(new("secret", "is not changed here: rotate it"));
        if (request.Terms.Signature != before.Terms.Signature) faults.Add(new("signature", "is not changed: make another subscription"));
        if (request.Terms.Format != before.Terms.Format) faults.Add(new("format", "is not changed, because messages wait in it: make another subscription"));
        if (faults.Count > 0) return new(null, null, faults);
        var changed = before with { Department = request.Department, Url = url!, Districts = request.Districts, MinSeverity = request.MinSeverity, Terms = request.Terms };
        return await register.ChangeSubscription(changed).ConfigureAwait(false) is { } kept ? new(kept, null, []) : null;
    }

    public IReadOnlyList<Subscription> List() => [.. register.Subscriptions().Select(entry => entry.Subscription)];

    public Subscription? Find(string id) => List().FirstOrDefault(one => one.Id == id);

    /// <summary>Null: no such subscription.</summary>
    public Task<Subscription?> Pause(string id, bool paused) => register.PauseSubscription(id, paused);

    public Task<bool> Remove(string id) => register.RemoveSubscription(id);

    /// <summary>Queues a message that goes the way of every other, signature, retries and evidence included, and says that it is a test. Returns its id; null: no such subscription.</summary>
    /// <param name="by">Who pressed the button.</param>
    public async Task<string?> Test(string id, string by)
    {
        if (Find(id) is not { } subscription) return null;
        var message = "test_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await register.QueueNumbered(lines => composer.Test(subscription, message, lines.Now, by, lines)).ConfigureAwait(false);
        return message;
    }

    /// <summary>Gives a subscription a new secret, told this once, or a new key pair. For the overlap each message carries two signatures, so that the receiver can change over
    /// at its leisure. Null: no such subscription.</summary>
    /// <param name="overlap">Zero (the secret before is known to others: it signs no more) to <see cref="MaxOverlap"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another overlap.</exception>
    public async Task<SubscriptionResult?> Rotate(string id, TimeSpan overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, MaxOverlap);
        if (Find(id) is not { } subscription) return null;
        var text = NewSecret(subscription.Terms.Signature);
        return await register.RotateSecret(id, text, Now + overlap).ConfigureAwait(false) ? new(Find(id), Told(text), []) : null;
    }

    private Instant Now => Instant.From(wall.GetUtcNow());

    private string NewSecret(SignatureScheme scheme)
    {
        var random = RandomNumberGenerator.GetBytes(WebhookSecret.NewBytes);
        return scheme switch
        {
            SignatureScheme.Symmetric => WebhookSecret.Create(random).Reveal(),
            SignatureScheme.Asymmetric => SigningKey.Create(random, curve.PublicKey(random)).Reveal(),
        };
    }

    private static string? Told(string secret) => secret.StartsWith(WebhookSecret.Prefix, StringComparison.Ordinal) ? secret : null;
}
