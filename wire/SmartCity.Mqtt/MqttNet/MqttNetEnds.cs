using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet;
using MQTTnet.Exceptions;

namespace SmartCity.Mqtt.MqttNet;

/// <summary>The library's exceptions and codes by our names.</summary>
internal static class MqttNetEnds
{
    public static MqttEnd OfRefusal(MqttClientConnectResultCode code) => new(code switch
    {
        MqttClientConnectResultCode.UnsupportedProtocolVersion => MqttEndReason.RefusedProtocol,
        MqttClientConnectResultCode.ClientIdentifierNotValid => MqttEndReason.RefusedClientId,
        MqttClientConnectResultCode.ServerUnavailable => MqttEndReason.RefusedUnavailable,
        MqttClientConnectResultCode.BadUserNameOrPassword => MqttEndReason.RefusedCredentials,
        MqttClientConnectResultCode.NotAuthorized => MqttEndReason.RefusedNotAuthorised,
        _ => MqttEndReason.Failed,
    }, (int)code);

    public static MqttEnd OfConnect(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } unknown:
                    return new(MqttEndReason.HostNotFound, unknown.ErrorCode);
                case SocketException { SocketErrorCode: SocketError.TimedOut } slow:
                    return new(MqttEndReason.TimedOut, slow.ErrorCode);
                case SocketException unreachable:
                    return new(MqttEndReason.Unreachable, unreachable.ErrorCode);
                case AuthenticationException:
                    return new(MqttEndReason.TlsFailed, 0);
                case MqttCommunicationTimedOutException or OperationCanceledException:
                    return new(MqttEndReason.TimedOut, 0);
                case MqttProtocolViolationException:
                    return new(MqttEndReason.ProtocolError, 0);
            }
        }
        return new(MqttEndReason.Unreachable, 0);
    }

    public static MqttEnd OfLoss(Exception? cause) => new(cause switch
    {
        MqttCommunicationTimedOutException => MqttEndReason.KeepAliveExpired,
        MqttProtocolViolationException => MqttEndReason.ProtocolError,
        _ => MqttEndReason.ConnectionLost,
    }, 0);
}
