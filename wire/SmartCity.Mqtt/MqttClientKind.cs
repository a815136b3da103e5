using Microsoft.Extensions.Logging;

namespace SmartCity.Mqtt;

/// <summary>Which client library carries a link.</summary>
public enum MqttClientKind : byte
{
    /// <summary>Eclipse's C client, from the system's packages.</summary>
    Mosquitto = 0,

    /// <summary>The managed client MQTTnet, where it was compiled in.</summary>
    MqttNet = 1,

    /// <summary>Ours, for a hub: reads all that the kernel holds in one call, where the others make several calls for each message.</summary>
    Direct = 2,
}

/// <summary>Makes links of either kind.</summary>
public static class MqttLinks
{
    /// <summary>Why a kind cannot serve in this build on this machine, as the line that mends it; null: it can.</summary>
    public static string? Missing(MqttClientKind kind) => kind switch
    {
        MqttClientKind.Mosquitto => MosquittoLink.IsInstalled ? null : "libmosquitto.so.1 is not installed: apt install libmosquitto1",
#if MQTTNET
        MqttClientKind.MqttNet => null,
#else
        MqttClientKind.MqttNet => "MQTTnet is not compiled in: run ./city setup and build again",
#endif
        _ => null,
    };

    /// <exception cref="PlatformNotSupportedException">It is <see cref="Missing"/>; the message says how to mend that.</exception>
    public static IMqttLink Create(MqttClientKind kind, TimeProvider time, ILoggerFactory logs)
    {
        if (Missing(kind) is { } missing) throw new PlatformNotSupportedException(missing);
        return kind switch
        {
            MqttClientKind.Direct => new Direct.DirectLink(time, logs.CreateLogger<Direct.DirectLink>()),
            MqttClientKind.Mosquitto => new MosquittoLink(time, logs.CreateLogger<MosquittoLink>()),
#if MQTTNET
            MqttClientKind.MqttNet => new MqttNet.MqttNetLink(time, logs.CreateLogger<MqttNet.MqttNetLink>()),
#else
            MqttClientKind.MqttNet => throw new PlatformNotSupportedException("MQTTnet is not compiled in."),
#endif
        };
    }
}
