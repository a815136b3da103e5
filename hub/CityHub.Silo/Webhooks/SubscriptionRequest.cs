using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CityHub.Contracts;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>What a department asks for.</summary>
/// <param name="Url">Where to post first: absolute, http or https, without user name and fragment, at most 2,000 characters.</param>
/// <param name="Districts">Empty: all.</param>
/// <param name="Secret">Its own signing secret, or null: the hub makes one.</param>
public sealed record SubscriptionRequest(string Department, string Url, IReadOnlyList<string> Districts, Severity MinSeverity, string? Secret = null)
{
    public SubscriptionTerms Terms { get; init; } = SubscriptionTerms.Usual;

    /// <summary>Without the secret: this text may be logged.</summary>
    public override string ToString() => $"subscription of {Department}";
}

/// <summary>Why a request is refused: the field and what is wrong with it.</summary>
public sealed record SubscriptionFault(string Field, string Reason);

/// <summary>Finds everything that is wrong with a request.</summary>
/// <param name="certificates">Names of the client certificates in the hub's settings.</param>
internal sealed class SubscriptionCheck(AddressGuard guard, IEd25519 curve, IReadOnlyCollection<string> certificates)
{
    public const int MaxEndpoints = 5, MaxPerMinute = 60_000, MaxPlaces = 64, MaxAuthority = 16_000;

    public static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(1), LongestAge = TimeSpan.FromDays(7), LongestHeartbeat = TimeSpan.FromHours(1), LeastHeartbeat = TimeSpan.FromSeconds(5);

    public List<SubscriptionFault> Faults(SubscriptionRequest request, out Uri? url, out WebhookSecret? secret)
    {
        var faults = new List<SubscriptionFault>();
        secret = null;
        if (request.Department.Length > WebhookSubscriptions.MaxName) faults.Add(new("department", $"is longer than {WebhookSubscriptions.MaxName} characters"));
        if (request.Districts.Count > WebhookSubscriptions.MaxDistricts) faults.Add(new("districts", $"are more than {WebhookSubscriptions.MaxDistricts}"));
        if (request.Districts.Any(district => district.Length is 0 or > WebhookSubscriptions.MaxName)) faults.Add(new("districts", $"one is empty or longer than {WebhookSubscriptions.MaxName} characters"));
        if (!Enum.IsDefined(request.MinSeverity)) faults.Add(new("minSeverity", "is none of warning, minor, major, critical"));
        if (request.Secret is not null && !WebhookSecret.TryParse(request.Secret, out secret, out var fault)) faults.Add(new("secret", Reason(fault)));

        if (request.Url.Length > WebhookSubscriptions.MaxUrl) faults.Add(new("url", $"is longer than {WebhookSubscriptions.MaxUrl} characters"));
        if (!Uri.TryCreate(request.Url, UriKind.Absolute, out url)) faults.Add(new("url", NoAddress));
        else if (Wrong(url) is { } wrong) faults.Add(new("url", wrong));
        Check(request.Terms, request.Secret, faults);
        return faults;
    }

    private const string NoAddress = "is no absolute http or https address";

    private string? Wrong(Uri url) =>
        !url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.Host.Length == 0 ? NoAddress
        : url.UserInfo.Length > 0 ? "holds a user name; messages are signed, a password has no use"
        : url.Fragment.Length > 0 ? "holds a fragment, which is never sent"

        // An address written out can be judged now; a name is judged at each connection.
        : IPAddress.TryParse(url.DnsSafeHost, out var address) && !guard.Allows(address) ? "is an inner address that Webhooks:AllowedNetworks does not cover"
        : null;

    private void Check(SubscriptionTerms terms, string? secret, List<SubscriptionFault> faults)
    {
        void When(bool wrong, string field, string why)
        {
            if (wrong) faults.Add(new(field, why));
        }
        foreach (var category in terms.Categories) When(!EpisodeCategories.All.Contains(category, StringComparer.Ordinal), "categories", $"one is none of {string.Join(", ", EpisodeCategories.All)}");
        When(terms.Kinds.Count == 0 || terms.Kinds.Any(kind => !Enum.IsDefined(kind)), "kinds", "names at least one of actual, exercise, test");
        When(terms.Quantities.Any(quantity => !Enum.IsDefined(quantity)), "quantities", "one is not in the catalogue");
        When(terms.News.Count > 0 && !terms.News.Contains(EpisodeNews.Raised), "types", "leaves out episode.raised: the end of what nobody heard of is no news");
        When(!Enum.IsDefined(terms.Format), "format", "is none that the hub writes");
        When(PayloadFormats.IsChat(terms.Format) && terms.Heartbeat > TimeSpan.Zero, "heartbeat", "has no use in a chat");
        When(!Enum.IsDefined(terms.Signature), "signature", "is neither v1 nor v1a");
        When(terms.Signature == SignatureScheme.Asymmetric && curve.Missing is not null, "signature", $"cannot be v1a: {curve.Missing}");
        When(terms.Signature == SignatureScheme.Asymmetric && secret is not null, "secret", "has no use with v1a: the hub makes the key pair");
        When(terms.FailOver.Count >= MaxEndpoints, "failOver", $"makes more than {MaxEndpoints} endpoints");
        for (var i = 0; i < terms.FailOver.Count; i++)
        {
            When(Wrong(terms.FailOver[i].Url) is not null, $"failOver[{i}].url", Wrong(terms.FailOver[i].Url) ?? "");
            CheckTls(terms.FailOver[i].Authority, terms.FailOver[i].ClientCertificate, $"failOver[{i}].", When);
        }
        CheckTls(terms.Authority, terms.ClientCertificate, "", When);
        if (terms.QuietHours is { } quiet)
        {
            When(quiet.From == quiet.To, "quietHours", "begin and end at the same time");
            When(!WebhookComposer.TryZone(quiet.Zone, out _), "quietHours.zone", "is no time zone that this machine knows, such as Europe/Berlin");
            When(!Enum.IsDefined(quiet.LoudFrom), "quietHours.loudFrom", "is none of warning, minor, major, critical");
        }
        When(terms.PerMinute is < 1 or > MaxPerMinute, "perMinute", $"is 1 to {MaxPerMinute}");
        When(terms.MaxInFlight is < 1 or > MaxPlaces, "maxInFlight", $"is 1 to {MaxPlaces}");
        When(terms.AgeLimit < LeastAge || terms.AgeLimit > LongestAge, "ageLimit", "is 1 minute to 7 days");
        When(terms.ServiceLevel <= TimeSpan.Zero || terms.ServiceLevel > LongestAge, "serviceLevel", "is more than nothing and at most 7 days");
        When(terms.AcknowledgeWithin is { } within && (within <= TimeSpan.Zero || within > LongestAge), "acknowledgeWithin", "is more than nothing and at most 7 days");
        When(terms.Heartbeat is { } beat && beat != TimeSpan.Zero && (beat < LeastHeartbeat || beat > LongestHeartbeat), "heartbeat", "is zero for none, or 5 seconds to 1 hour");
    }

    private void CheckTls(string? authority, string? certificate, string prefix, Action<bool, string, string> when)
    {
        when(certificate is not null && !certificates.Contains(certificate), prefix + "clientCertificate", "is no name in Webhooks:ClientCertificates");
        when(authority is { Length: > MaxAuthority } || (authority is not null && !IsAuthority(authority)), prefix + "authority", $"is no certificate in PEM of at most {MaxAuthority} characters");
    }

    private static bool IsAuthority(string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
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
