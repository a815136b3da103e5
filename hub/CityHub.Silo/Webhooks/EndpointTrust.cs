using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CityHub.Silo.Webhooks;

/// <summary>Whom an endpoint is believed to be, and what it is shown. Certificates are always verified, names and dates included; a pinned authority takes the place of all others.</summary>
internal sealed class EndpointTrust(WebhookOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, X509Certificate2> _shown = new(StringComparer.Ordinal);

    /// <param name="authority">PEM of the only authority that counts; null: those that the machine trusts.</param>
    /// <param name="certificate">Name in <see cref="WebhookOptions.ClientCertificates"/>; null: none.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate cannot be read.</exception>
    /// <exception cref="IOException">Its file cannot be read, or it has none.</exception>
    public void Apply(SslClientAuthenticationOptions tls, string? authority, string? certificate)
    {
        if (authority is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };   // a city's own authority keeps no list
            policy.CustomTrustStore.ImportFromPem(authority);
            tls.CertificateChainPolicy = policy;
        }
        if (certificate is null) return;
        var shown = Shown(certificate);
        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => shown;
    }

    public void Dispose()
    {
        foreach (var certificate in _shown.Values) certificate.Dispose();
    }

    private X509Certificate2 Shown(string name)
    {
        lock (_gate)
        {
            if (_shown.TryGetValue(name, out var certificate)) return certificate;
            if (!options.ClientCertificates.TryGetValue(name, out var file)) throw new IOException($"There is no client certificate '{name}' in the settings any more.");
            return _shown[name] = X509Certificate2.CreateFromPemFile(file);
        }
    }
}
