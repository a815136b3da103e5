using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SmartCity.Mqtt.Mosquitto;

// What the library calls, on the loop's own thread. An exception that crossed into C would end the process: each is caught, counted and named.
internal sealed unsafe partial class Connection
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint mosq, nint owner, int code)
    {
        var me = Of(owner);
        unchecked { me._progress++; }
        if (code != 0)
        {
            me._refusal = code;
            return;
        }
        if (Volatile.Read(ref me._ending) != 0) return; // given up in the meantime
        me._connected = true;
        me.Guarded(static handler => handler.OnConnected());
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnect(nint mosq, nint owner, int code)
    {
        var me = Of(owner);
        me._connected = false;
        me._endCode = code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint mosq, nint owner, int mid)
    {
        var me = Of(owner);
        unchecked { me._progress++; }
        me._queue.Done(mid);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosq, nint owner, Native.Message* message)
    {
        var me = Of(owner);
        unchecked { me._progress++; }
        try
        {
            me._handler.OnMessage(
                MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message->Topic),
                new ReadOnlySpan<byte>(message->Payload, message->PayloadLength),
                message->Qos == 0 ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce,
                message->Retain != 0);
        }
        catch (Exception failure)
        {
            me._handlerFailed(failure);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint mosq, nint owner, int mid, int count, int* granted)
    {
        var me = Of(owner);
        unchecked { me._progress++; }
        string? filter;
        lock (me._subscriptions)
        {
            if (!me._subscriptions.Remove(mid, out filter)) return;
        }
        var isGranted = count > 0 && granted[0] < 0x80; // 0x80: failure (MQTT 3.1.1, section 3.9.3)
        me.Guarded(handler => handler.OnSubscribed(filter, isGranted));
    }
}
