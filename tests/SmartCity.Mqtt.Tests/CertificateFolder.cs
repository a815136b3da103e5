using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartCity.Mqtt;

/// <summary>A certificate authority of the test's own, and what it signs, as PEM files in a folder of their own.</summary>
public sealed class CertificateFolder : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificates");
    private readonly X509Certificate2 _authority;

    public CertificateFolder()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=the city", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(From, Until);
        File.WriteAllText(CaFile, _authority.ExportCertificatePem());
    }

    public string CaFile => PathOf("ca.pem");

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>Signs a certificate; <c>name.pem</c> and <c>name.key</c> are its files.</summary>
    public void Sign(string name, IPAddress? address = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }
        using var signed = request.Create(_authority, From, Until, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf(name + ".pem"), signed.ExportCertificatePem());
        File.WriteAllText(PathOf(name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }
}
