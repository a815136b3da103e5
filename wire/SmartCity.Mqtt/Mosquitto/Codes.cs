namespace SmartCity.Mqtt.Mosquitto;

/// <summary>The library's numbers (enum mosq_err_t; CONNACK codes of MQTT 3.1.1, table 3.1) by our names.</summary>
internal static class Codes
{
    private const int TcpUnreachable = 14; // MOSQ_ERR_ERRNO: what connect(2) left behind

    public static MqttEnd OfRefusal(int connack) => new(connack switch
    {
        1 => MqttEndReason.RefusedProtocol,
        2 => MqttEndReason.RefusedClientId,
        3 => MqttEndReason.RefusedUnavailable,
        4 => MqttEndReason.RefusedCredentials,
        5 => MqttEndReason.RefusedNotAuthorised,
        _ => MqttEndReason.Failed,
    }, connack);

    public static MqttEnd OfConnect(int code) => new(code switch
    {
        TcpUnreachable or 4 or 5 or 7 => MqttEndReason.Unreachable,
        15 or 20 => MqttEndReason.HostNotFound,
        8 or 23 => MqttEndReason.TlsFailed,
        _ => MqttEndReason.Failed,
    }, code);

    public static MqttEnd OfLoop(int code) => new(code switch
    {
        0 or 4 or 7 or TcpUnreachable => MqttEndReason.ConnectionLost,
        19 => MqttEndReason.KeepAliveExpired,
        8 or 23 => MqttEndReason.TlsFailed,
        2 or 18 or 21 => MqttEndReason.ProtocolError,
        _ => MqttEndReason.Failed,
    }, code);

    public static MqttVerdict OfPublish(int code) => code switch
    {
        Native.Success => MqttVerdict.Accepted,
        4 or 7 => MqttVerdict.NotConnected,
        1 => MqttVerdict.QueueFull, // out of memory: the queue's real end
        _ => MqttVerdict.Refused,
    };
}
