using System.Net.Sockets;
using System.Security.Authentication;
using SmartCity.Mqtt.Mosquitto;

namespace SmartCity.Mqtt.Direct;

/// <summary>What sockets and TLS throw, by our names. The number beside is errno, or the CONNACK's code.</summary>
internal static class DirectEnds
{
    public static MqttEnd OfRefusal(int connack) => Codes.OfRefusal(connack);

    /// <summary>Whether it comes from the world, and not from a mistake of ours.</summary>
    public static bool IsOfTheWorld(Exception failure) => failure is IOException or SocketException or AuthenticationException or ObjectDisposedException;

    public static MqttEnd OfConnect(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException) return new(MqttEndReason.TlsFailed, 0);
            if (cause is not SocketException socket) continue;
            return new(socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => MqttEndReason.HostNotFound,
                SocketError.TimedOut => MqttEndReason.TimedOut,
                SocketError.ConnectionReset => MqttEndReason.ConnectionLost,
                _ => MqttEndReason.Unreachable,
            }, socket.ErrorCode);
        }
        return new(MqttEndReason.ConnectionLost, 0);
    }

    public static MqttEnd OfLoss(Exception failure) =>
        new(failure is AuthenticationException ? MqttEndReason.TlsFailed : MqttEndReason.ConnectionLost, (failure.InnerException as SocketException)?.ErrorCode ?? 0);
}
