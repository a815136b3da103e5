using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using SmartCity.Webhooks;
using SmartCity.Webhooks.Cap;

namespace CityHub.Silo.Webhooks;

/// <summary>How webhooks are delivered. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    public const string Section = "Webhooks";

    /// <summary>Time for one attempt, from resolving the name to the answer's status. Default 15 s, which the standard asks for at least.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")] public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts of one subscription at a time. Default 8.</summary>
    [Range(1, 64)] public int MaxInFlightPerSubscription { get; set; } = 8;

    /// <summary>Attempts of all subscriptions at a time, those included whose result is not yet written down. Default 512: with the default above,
    /// 63 endpoints may hang and the 64th is still served at once.</summary>
    [Range(1, 4096)] public int MaxInFlight { get; set; } = 512;

    /// <summary>Wait before the register is asked again after it was away. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")] public TimeSpan RegisterRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time without a look into the outbox, whatever the timers say: a stepped clock cannot put it to sleep. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")] public TimeSpan Recheck { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Time that attempts under way get to end when the hub stops. Default 3 s; what has not ended by then is sent again after the start, under its id.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")] public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Interval of the signed sign of life to each subscription that does not say its own; zero: none is sent. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long evidence is kept: messages that are done with, their attempts and who acknowledged, of episodes that are over; counted from when a message was queued.
    /// Default 1,096 days. The episodes themselves stay.</summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "36500.00:00:00")] public TimeSpan KeepEvidence { get; set; } = TimeSpan.FromDays(1096);

    /// <summary>Who speaks, in CAP and CloudEvents: a name that is unique in the world, such as <c>alerts@city.example</c>. Default <c>cityhub</c>.</summary>
    [Required] public string Sender { get; set; } = City.Unnamed.Sender;

    /// <summary>Where departments reach the hub, such as <c>https://hub.city.example</c>; links in messages begin with it. Default: none, and messages hold no links to the hub.</summary>
    public Uri? Address { get; set; }

    /// <summary>Language of the rules' messages, an RFC 3066 code. Default <c>en-US</c>.</summary>
    [Required] public string Language { get; set; } = "en-US";

    /// <summary>Inner networks that endpoints may lie in, in CIDR notation (<c>10.20.0.0/16</c>, <c>fd12::/48</c>); none by default.
    /// Private, loopback, link-local and metadata addresses outside of them are refused.</summary>
    [MaxLength(64)] public IList<string> AllowedNetworks { get; } = [];

    /// <summary>Client certificates that subscriptions may name: each name's PEM file, with the certificate and its private key, readable by the hub alone.</summary>
    public IDictionary<string, string> ClientCertificates { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Heartbeat > TimeSpan.Zero && Heartbeat < TimeSpan.FromSeconds(5))
            yield return new($"{Section}:{nameof(Heartbeat)} is zero for none, or at least 5 s.", [nameof(Heartbeat)]);
        foreach (var (name, file) in ClientCertificates)
        {
            if (!File.Exists(file)) yield return new($"{Section}:{nameof(ClientCertificates)}:{name}: there is no file '{file}'.", [nameof(ClientCertificates)]);
        }
        if (!CapMessage.IsName(Sender)) yield return new($"{Section}:{nameof(Sender)} holds a space, comma, < or &, or is too long.", [nameof(Sender)]);
        if (Address is { } address && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.Query.Length > 0 || address.UserInfo.Length > 0 || address.Fragment.Length > 0))
            yield return new($"{Section}:{nameof(Address)} is an absolute http or https address without query.", [nameof(Address)]);
        for (var i = 0; i < AllowedNetworks.Count; i++)
        {
            if (!IPNetwork.TryParse(AllowedNetworks[i], out _))
                yield return new($"{Section}:{nameof(AllowedNetworks)}:{i} is no network in CIDR notation: '{AllowedNetworks[i]}'.", [nameof(AllowedNetworks)]);
        }
    }
}

[OptionsValidator]
public sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
