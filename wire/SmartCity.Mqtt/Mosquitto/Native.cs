using System.Runtime.InteropServices;

namespace SmartCity.Mqtt.Mosquitto;

/// <summary>The part of libmosquitto 2.0 that we use (mosquitto.h), and poll and eventfd of the kernel.</summary>
internal static unsafe partial class Native
{
    private const string Library = "libmosquitto.so.1";

    public const int Success = 0;
    public const int ProtocolOption = 1;   // MOSQ_OPT_PROTOCOL_VERSION
    public const int NoDelayOption = 11;   // MOSQ_OPT_TCP_NODELAY
    public const int Mqtt311 = 4;
    public const short PollIn = 1, PollOut = 4, PollError = 8, PollHangUp = 16;
    public const int EventFdNonBlockCloseOnExec = 0x800 | 0x80000;

    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public int Mid;
        public byte* Topic;
        public byte* Payload;
        public int PayloadLength;
        public int Qos;
        public byte Retain;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    public static partial int LibInit();

    [LibraryImport(Library, EntryPoint = "mosquitto_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint New(string id, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint user);

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    public static partial void Destroy(nint mosq);

    [LibraryImport(Library, EntryPoint = "mosquitto_int_option")]
    public static partial int IntOption(MosquittoHandle mosq, int option, int value);

    [LibraryImport(Library, EntryPoint = "mosquitto_threaded_set")]
    public static partial int ThreadedSet(MosquittoHandle mosq, [MarshalAs(UnmanagedType.U1)] bool threaded);

    [LibraryImport(Library, EntryPoint = "mosquitto_max_inflight_messages_set")]
    public static partial int MaxInflightSet(MosquittoHandle mosq, uint count);

    [LibraryImport(Library, EntryPoint = "mosquitto_username_pw_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UserSet(MosquittoHandle mosq, string user, string? password);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsSet(MosquittoHandle mosq, string caFile, string? caPath, string? certificateFile, string? keyFile, nint passwordCallback);

    [LibraryImport(Library, EntryPoint = "mosquitto_will_set")]
    public static partial int WillSet(MosquittoHandle mosq, byte* topic, int length, byte* payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Connect(MosquittoHandle mosq, string host, int port, int keepAliveSeconds);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect")]
    public static partial int Disconnect(MosquittoHandle mosq);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish")]
    public static partial int Publish(MosquittoHandle mosq, int* mid, byte* topic, int length, byte* payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Subscribe(MosquittoHandle mosq, int* mid, string filter, int qos);

    [LibraryImport(Library, EntryPoint = "mosquitto_socket")]
    public static partial int Socket(MosquittoHandle mosq);

    [LibraryImport(Library, EntryPoint = "mosquitto_want_write")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool WantWrite(MosquittoHandle mosq);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_read")]
    public static partial int LoopRead(MosquittoHandle mosq, int maxPackets);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_write")]
    public static partial int LoopWrite(MosquittoHandle mosq, int maxPackets);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_misc")]
    public static partial int LoopMisc(MosquittoHandle mosq);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_callback_set")]
    public static partial void ConnectCallbackSet(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_callback_set")]
    public static partial void DisconnectCallbackSet(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_callback_set")]
    public static partial void PublishCallbackSet(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_message_callback_set")]
    public static partial void MessageCallbackSet(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, Message*, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_callback_set")]
    public static partial void SubscribeCallbackSet(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, void> callback);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int CloseFd(int fd);
}

/// <summary>
/// One native client with what must live as long as it: the handle that its callbacks come back through, and the event that wakes its
/// loop. Reference counted, so that a publish on another thread never meets freed memory.
/// </summary>
internal sealed class MosquittoHandle : SafeHandle
{
    private GCHandle _owner;
    private int _wakeFd = -1;

    public MosquittoHandle(string clientId, bool cleanSession, object owner) : base(0, ownsHandle: true)
    {
        _owner = GCHandle.Alloc(owner);
        _wakeFd = Native.EventFd(0, Native.EventFdNonBlockCloseOnExec);
        SetHandle(Native.New(clientId, cleanSession, GCHandle.ToIntPtr(_owner)));
        if (!IsInvalid && _wakeFd >= 0) return;
        ReleaseHandle(); // a client that was never made is not released for us
        SetHandleAsInvalid();
        throw new InsufficientMemoryException("The MQTT library could not make a client.");
    }

    public override bool IsInvalid => handle == 0;

    public int WakeFd => _wakeFd;

    public unsafe void Wake()
    {
        var added = false;
        try
        {
            DangerousAddRef(ref added);
            var one = 1ul;
            _ = Native.Write(_wakeFd, &one, sizeof(ulong)); // full means it is awake already
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended: nobody to wake.
        }
        finally
        {
            if (added) DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        if (handle != 0) Native.Destroy(handle);
        if (_wakeFd >= 0) _ = Native.CloseFd(_wakeFd);
        if (_owner.IsAllocated) _owner.Free();
        return true;
    }
}
