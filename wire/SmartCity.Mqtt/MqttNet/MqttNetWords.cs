using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace SmartCity.Mqtt.MqttNet;

/// <summary>One CONNECT in the library's words.</summary>
internal static class MqttNetWords
{
    /// <summary>MQTT's largest packet (3.1.1 section 2.2.3), less a topic's most.</summary>
    public const int MaxPayloadBytes = 268_435_455 - 65_539;

    /// <exception cref="ArgumentException">A TLS file cannot be read. No path and no content is in the message.</exception>
    public static MqttClientOptions Of(MqttConnect connect)
    {
        var options = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithTcpServer(connect.Host, connect.Port) // the library turns Nagle off by itself
            .WithClientId(connect.ClientId)
            .WithCleanSession(connect.CleanSession)
            .WithKeepAlivePeriod(connect.KeepAlive)
            .WithTimeout(connect.ConnectTimeout > connect.KeepAlive ? connect.ConnectTimeout : connect.KeepAlive);
        if (connect.User is { } user) options.WithCredentials(user, connect.Password ?? "");
        if (connect.Will is { } will)
        {
            options.WithWillTopic(will.Topic.Name).WithWillPayload(will.Payload.ToArray()).WithWillQualityOfServiceLevel((MqttQualityOfServiceLevel)will.Qos).WithWillRetain(will.Retain);
        }
        if (connect.Tls is { } tls) UseTls(options, connect.Host, tls);
        var built = options.Build();
        // By default the library closes with a reset, which takes back what the broker has not read yet: last words would be lost.
        if (built.ChannelOptions is MqttClientTcpOptions tcp) tcp.LingerState = new LingerOption(false, 0);
        return built;
    }

    private static void UseTls(MqttClientOptionsBuilder options, string host, MqttTls files)
    {
        var (authorities, own) = Load(files);
        options.WithTlsOptions(tls =>
        {
            tls.UseTls().WithTargetHost(host).WithSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13).WithTrustChain(authorities).WithRevocationMode(X509RevocationMode.NoCheck);
            if (own is not null) tls.WithClientCertificates([own]);
        });
    }

    private static (X509Certificate2Collection Authorities, X509Certificate2? Own) Load(MqttTls files)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(files.CaFile);
            return (authorities, files.CertificateFile is { } certificate ? X509Certificate2.CreateFromPemFile(certificate, files.KeyFile) : null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"A TLS file cannot be read ({failure.GetType().Name}).");
        }
    }
}
