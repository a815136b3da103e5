using System.Net;

namespace SmartCity.Mqtt;

public abstract class Tls(MqttClientKind kind) : IDisposable
{
    private readonly CertificateFolder _city = new();

    [Fact]
    public void A_broker_whose_certificate_our_authority_signed_is_believed()
    {
        using var broker = Encrypted(_city, IPAddress.Loopback);
        using var node = Hear(broker, new MqttTls(_city.CaFile)).OpenAndWait().SubscribeAndWait("city/#");
        node.Link.Publish(new("city/data"), new byte[100_000], MqttQos.AtLeastOnce);
        node.AwaitMessages(1);
        Assert.Equal(100_000, node.Messages.Single().Payload.Length);
    }

    [Fact]
    public void A_broker_that_a_stranger_signed_hears_no_word()
    {
        using var stranger = new CertificateFolder();
        using var broker = Encrypted(stranger, IPAddress.Loopback);
        using var node = Hear(broker, new MqttTls(_city.CaFile)).Open();
        Assert.Equal(MqttEndReason.TlsFailed, node.AwaitEnd().Reason);
    }

    [Fact]
    public void A_certificate_for_another_address_is_not_this_brokers()
    {
        using var broker = Encrypted(_city, IPAddress.Parse("192.0.2.1"));
        using var node = Hear(broker, new MqttTls(_city.CaFile)).Open();
        Assert.Equal(MqttEndReason.TlsFailed, node.AwaitEnd().Reason);
    }

    [Fact]
    public void A_broker_that_asks_for_our_certificate_lets_in_who_has_one_and_nobody_else()
    {
        _city.Sign("pole-7");
        using var broker = Encrypted(_city, IPAddress.Loopback, "require_certificate true", "use_identity_as_username true");
        using var node = Hear(broker, new MqttTls(_city.CaFile, _city.PathOf("pole-7.pem"), _city.PathOf("pole-7.key"))).OpenAndWait();
        Assert.True(node.Link.IsConnected);
        using var nobody = Hear(broker, new MqttTls(_city.CaFile)).Open();
        // TLS 1.3 tells a client of its missing certificate after the handshake: as an alert, or as a cut connection.
        Assert.Contains(nobody.AwaitEnd().Reason, new[] { MqttEndReason.TlsFailed, MqttEndReason.ConnectionLost, MqttEndReason.Unreachable });
        Assert.False(nobody.Link.IsConnected);
    }

    public void Dispose()
    {
        _city.Dispose();
        GC.SuppressFinalize(this);
    }

    private static Broker Encrypted(CertificateFolder signer, IPAddress address, params string[] further)
    {
        signer.Sign("broker", address);
        return new(["allow_anonymous true", $"cafile {signer.CaFile}", $"certfile {signer.PathOf("broker.pem")}", $"keyfile {signer.PathOf("broker.key")}", .. further]);
    }

    private Ear Hear(Broker broker, MqttTls tls)
    {
        var ear = new Ear(kind, "node", broker.Port);
        ear.Connect = ear.Connect with { Tls = tls };
        return ear;
    }
}
