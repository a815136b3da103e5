using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartCity.Mqtt.Direct;

/// <summary>One socket to a broker, plain or in TLS. One thread opens and reads, one writes, any may cut it.</summary>
internal sealed class DirectWire : IDisposable
{
    private readonly MqttConnect _connect;
    private readonly SslClientAuthenticationOptions? _tls;
    private readonly Lock _gate = new();
    private Socket? _socket;
    private Stream? _stream;
    private bool _isCut;

    /// <exception cref="ArgumentException">A TLS file cannot be read. No path and no content is in the message.</exception>
    public DirectWire(MqttConnect connect)
    {
        _connect = connect;
        if (connect.Tls is { } files) _tls = Trusting(files, connect.Host);
    }

    /// <summary>Finds the host, connects, and believes the certificate or not. Blocks; <see cref="Cut"/> ends the wait, but for that of the name's resolver.</summary>
    /// <exception cref="SocketException">No address, or nobody there.</exception>
    /// <exception cref="IOException">Cut during the handshake.</exception>
    /// <exception cref="AuthenticationException">The handshake failed.</exception>
    /// <exception cref="ObjectDisposedException">Cut before.</exception>
    public void Open()
    {
        IPAddress[] addresses = IPAddress.TryParse(_connect.Host, out var address) ? [address] : Dns.GetHostAddresses(_connect.Host);
        for (var i = 0; ; i++)
        {
            if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            lock (_gate)
            {
                if (_isCut) socket.Dispose();
                _socket = socket;
            }
            try
            {
                // Never an asynchronous call on it: the socket stays a blocking one, whose read is one call into the kernel.
                socket.Connect(addresses[i], _connect.Port);
                break;
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                socket.Dispose(); // the host may be at its next address
            }
        }
        _stream = new NetworkStream(_socket);
        if (_tls is null) return;
        var encrypted = new SslStream(_stream);
        encrypted.AuthenticateAsClient(_tls);
        _stream = encrypted;
    }

    /// <summary>At least one byte, or 0: the other end said its last.</summary>
    public int Read(Span<byte> into) => _stream!.Read(into);

    public void Write(ReadOnlySpan<byte> bytes) => _stream!.Write(bytes);

    /// <summary>Nothing more will be written; what was is sent.</summary>
    public void EndWriting() => _socket!.Shutdown(SocketShutdown.Send);

    /// <summary>Ends whatever waits on it. May be repeated.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            _socket?.Dispose();
        }
    }

    /// <summary>For the thread that reads, at its end: what TLS holds goes too.</summary>
    public void Dispose()
    {
        Cut();
        _stream?.Dispose();
    }

    private static SslClientAuthenticationOptions Trusting(MqttTls files, string host)
    {
        try
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(files.CaFile);
            var options = new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, CertificateChainPolicy = policy };
            if (files.CertificateFile is { } certificate) options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, files.KeyFile)];
            return options;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"A TLS file cannot be read ({failure.GetType().Name}).");
        }
    }
}
