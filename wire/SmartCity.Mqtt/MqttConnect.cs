namespace SmartCity.Mqtt;

/// <summary>Everything one CONNECT needs.</summary>
public sealed record MqttConnect
{
    /// <summary>Host name or address of the broker.</summary>
    public required string Host { get; init; }

    /// <summary>Port. Default 1883.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Client id, unique at the broker: a second connection with it ends the first.</summary>
    public required string ClientId { get; init; }

    /// <summary>Clean session. Default true, as Sparkplug asks of nodes.</summary>
    public bool CleanSession { get; init; } = true;

    /// <summary>Silence after which the broker is pinged. 5 s to 18 h; default 30 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the CONNACK. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the broker publishes when the connection dies.</summary>
    public MqttWill? Will { get; init; }

    public string? User { get; init; }

    /// <summary>Never logged, never part of an error.</summary>
    public string? Password { get; init; }

    /// <summary>TLS; null for plain TCP.</summary>
    public MqttTls? Tls { get; init; }

    /// <summary>QoS 1 messages sent and not acknowledged. Default 100.</summary>
    public int MaxInflight { get; init; } = 100;

    /// <summary>Most bytes queued for the socket before a publish is refused. Default 8 MiB.</summary>
    public long QueueLimitBytes { get; init; } = 8 << 20;

    /// <summary>Without the password: records print all they hold.</summary>
    public override string ToString() => $"{ClientId} at {Host}:{Port}";
}

/// <summary>A will: topic, payload, QoS, retained or not.</summary>
public sealed record MqttWill(MqttTopic Topic, ReadOnlyMemory<byte> Payload, MqttQos Qos, bool Retain);

/// <summary>TLS files in PEM format: who may have signed the broker, and our own certificate if it asks for one.</summary>
public sealed record MqttTls(string CaFile, string? CertificateFile = null, string? KeyFile = null);
