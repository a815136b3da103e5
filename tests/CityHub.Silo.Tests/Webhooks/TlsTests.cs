using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CityHub.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>Against a real TLS server with certificates of an authority that is made here.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly List<string?> _clients = [];
    private readonly X509Certificate2 _authority = Authority("CN=city authority");
    private WebApplication _server = null!;
    private int _port;

    public async Task InitializeAsync()
    {
        _port = Rig.Ports.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = Issued(_authority, "localhost", server: true);
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == _authority.Subject;
        })));
        _server = builder.Build();
        _server.Run(context =>
        {
            lock (_clients) _clients.Add(context.Connection.ClientCertificate?.Subject);
            return Task.CompletedTask;
        });
        await _server.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string?> Outcome(string host, SubscriptionTerms terms, string? certificate = null)
    {
        await using var hub = new Hub();
        var at = SmartCity.Readings.Instant.From(Now);
        await hub.Register.AddSubscription(new("sub_1", "fire", new($"https://{host}:{_port}/hook"), [], SmartCity.Watch.Severity.Warning, false, at) { Terms = terms }, SmartCity.Webhooks.WebhookSecret.Create(new byte[32]).Reveal());
        await hub.Start(options =>
        {
            if (certificate is not null) options.ClientCertificates["dispatch"] = certificate;
        });
        await hub.Raise();
        await hub.UntilAttempted(1);
        return (await hub.Deliveries())[0].LastOutcome;
    }

    private SubscriptionTerms Pinned => new() { Authority = _authority.ExportCertificatePem() };

    [Fact]
    public async Task An_endpoint_is_believed_by_its_pinned_authority_under_its_own_name_alone()
    {
        Assert.Equal("tls-failed", await Outcome("localhost", SubscriptionTerms.Usual));   // an authority that this machine does not know
        Assert.Equal("delivered (200)", await Outcome("localhost", Pinned));
        Assert.Equal("tls-failed", await Outcome("127.0.0.1", Pinned));                     // the right authority for another name
        using var other = Authority("CN=city authority");                                   // of the same name, with another key
        Assert.Equal("tls-failed", await Outcome("localhost", new() { Authority = other.ExportCertificatePem() }));
    }

    [Fact]
    public async Task An_endpoint_is_shown_the_client_certificate_that_its_subscription_names()
    {
        using var client = Issued(_authority, "cityhub", server: false);
        var file = Path.Combine(_folder, "client.pem");
        await File.WriteAllTextAsync(file, client.ExportCertificatePem() + "\n" + client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Assert.Equal("delivered (200)", await Outcome("localhost", Pinned with { ClientCertificate = "dispatch" }, file));
        Assert.Equal("delivered (200)", await Outcome("localhost", Pinned));
        Assert.Equal(["CN=cityhub", null], _clients);
    }

    [Fact]
    public async Task A_client_certificate_that_cannot_be_read_is_a_named_outcome_and_the_message_stays()
    {
        var file = Path.Combine(_folder, "broken.pem");
        await File.WriteAllTextAsync(file, "no certificate");
        Assert.Equal("tls-failed", await Outcome("localhost", Pinned with { ClientCertificate = "dispatch" }, file));
        Assert.Empty(_clients);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    private static X509Certificate2 Issued(X509Certificate2 authority, string name, bool server)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(server ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, Now.AddDays(-1), Now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
