using System.Net;
using System.Security.Cryptography;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>What a department asks for.</summary>
/// <param name="Url">Where to post: absolute, http or https, without user name and fragment, at most 2,000 characters.</param>
/// <param name="Districts">Empty: all.</param>
/// <param name="Secret">Its own signing secret, or null: the hub makes one.</param>
public sealed record SubscriptionRequest(string Department, string Url, IReadOnlyList<string> Districts, Severity MinSeverity, string? Secret = null);

/// <summary>Why a request is refused: the field and what is wrong with it.</summary>
public sealed record SubscriptionFault(string Field, string Reason);

/// <summary>Either a subscription with its secret, which is told this once, or every fault of the request.</summary>
public sealed record SubscriptionResult(Subscription? Subscription, string? Secret, IReadOnlyList<SubscriptionFault> Faults)
{
    /// <summary>Without the secret: this text may be logged.</summary>
    public override string ToString() => Subscription is null ? $"{Faults.Count} faults" : Subscription.Id;
}

/// <summary>Makes, pauses and removes subscriptions. Takes the wall clock.</summary>
public sealed class WebhookSubscriptions(IRegister register, AddressGuard guard, TimeProvider wall)
{
    /// <summary>How long the secret before goes on to sign after a rotation, at most.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(7);

    public const int MaxSubscriptions = 1000, MaxDistricts = 200, MaxUrl = 2000, MaxName = 100;

    /// <exception cref="RegisterUnavailableException">Nothing was written.</exception>
    public async Task<SubscriptionResult> Create(SubscriptionRequest request)
    {
        var faults = Faults(request, out var url, out var secret);
        if (faults.Count == 0 && register.Subscriptions().Count >= MaxSubscriptions) faults.Add(new("", $"There are {MaxSubscriptions} subscriptions; remove one first."));
        if (faults.Count > 0) return new(null, null, faults);
        secret ??= WebhookSecret.Create(RandomNumberGenerator.GetBytes(WebhookSecret.NewBytes));
        var id = "sub_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var subscription = new Subscription(id, request.Department, url!, request.Districts, request.MinSeverity, false, Instant.From(wall.GetUtcNow()));
        await register.AddSubscription(subscription, secret.Reveal()).ConfigureAwait(false);
        return new(subscription, secret.Reveal(), []);
    }

    public IReadOnlyList<Subscription> List() => [.. register.Subscriptions().Select(entry => entry.Subscription)];

    /// <summary>Null: no such subscription.</summary>
    public Task<Subscription?> Pause(string id, bool paused) => register.PauseSubscription(id, paused);

    public Task<bool> Remove(string id) => register.RemoveSubscription(id);

    /// <summary>Gives a subscription a new secret, told this once. For the overlap each message carries two signatures, so that the receiver can change over at its leisure.
    /// Null: no such subscription.</summary>
    /// <param name="overlap">Zero (the secret before is known to others: it signs no more) to <see cref="MaxOverlap"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another overlap.</exception>
    public async Task<string?> Rotate(string id, TimeSpan overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, MaxOverlap);
        var secret = WebhookSecret.Create(RandomNumberGenerator.GetBytes(WebhookSecret.NewBytes)).Reveal();
        return await register.RotateSecret(id, secret, Instant.From(wall.GetUtcNow()) + overlap).ConfigureAwait(false) ? secret : null;
    }

    private List<SubscriptionFault> Faults(SubscriptionRequest request, out Uri? url, out WebhookSecret? secret)
    {
        var faults = new List<SubscriptionFault>();
        secret = null;
        if (request.Department.Length > MaxName) faults.Add(new("department", $"is longer than {MaxName} characters"));
        if (request.Districts.Count > MaxDistricts) faults.Add(new("districts", $"are more than {MaxDistricts}"));
        if (request.Districts.Any(district => district.Length is 0 or > MaxName)) faults.Add(new("districts", $"one is empty or longer than {MaxName} characters"));
        if (!Enum.IsDefined(request.MinSeverity)) faults.Add(new("minSeverity", "is none of warning, minor, major, critical"));
        if (request.Secret is not null && !WebhookSecret.TryParse(request.Secret, out secret, out var fault)) faults.Add(new("secret", Reason(fault)));

        if (request.Url.Length > MaxUrl) faults.Add(new("url", $"is longer than {MaxUrl} characters"));
        if (!Uri.TryCreate(request.Url, UriKind.Absolute, out url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0) faults.Add(new("url", "is no absolute http or https address"));
        else if (url.UserInfo.Length > 0) faults.Add(new("url", "holds a user name; messages are signed, a password has no use"));
        else if (url.Fragment.Length > 0) faults.Add(new("url", "holds a fragment, which is never sent"));

        // An address written out can be judged now; a name is judged at each connection.
        else if (IPAddress.TryParse(url.DnsSafeHost, out var address) && !guard.Allows(address)) faults.Add(new("url", "is an inner address that Webhooks:AllowedNetworks does not cover"));
        return faults;
    }

    private static string Reason(SecretFault fault) => fault switch
    {
        SecretFault.NoPrefix => $"does not begin with {WebhookSecret.Prefix}",
        SecretFault.NotBase64 => "is not base64 after its prefix",
        SecretFault.TooShort => $"holds fewer than {WebhookSecret.MinBytes} bytes",
        SecretFault.TooLong => $"holds more than {WebhookSecret.MaxBytes} bytes",
        SecretFault.None => "",
    };
}
