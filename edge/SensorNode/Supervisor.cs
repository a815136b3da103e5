using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Hosting;

namespace SensorNode;

/// <summary>
/// Tells systemd that the node has started, and that it lives (sd_notify(3): datagrams to the socket that the environment names). It says so only
/// while what must not stand still has moved since the last time, so that a node that hangs is started anew.
/// </summary>
public sealed partial class Supervisor(string? socket, TimeSpan? watchdog, IReadOnlyList<Pulse> pulses, TimeProvider time) : BackgroundService
{
    private readonly long[] _seen = [.. pulses.Select(_ => -1L)];

    /// <summary>As the environment of a unit says: <c>NOTIFY_SOCKET</c> and <c>WATCHDOG_USEC</c>.</summary>
    public static Supervisor FromEnvironment(Func<string, string?> environment, IReadOnlyList<Pulse> pulses, TimeProvider time) => new(
        environment("NOTIFY_SOCKET") is { Length: > 0 } socket ? socket : null,
        long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds) : null,
        pulses, time);

    /// <summary>Whether everything has moved since this was last asked; what it watches is nudged for the next time.</summary>
    public bool Lives()
    {
        var lives = true;
        for (var i = 0; i < _seen.Length; i++)
        {
            var now = pulses[i].Count();
            lives &= now != _seen[i];
            _seen[i] = now;
            pulses[i].Nudge();
        }
        return lives;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Say("READY=1");
        try
        {
            if (socket is null || watchdog is not { } limit) await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken);
            else
            {
                using var timer = new PeriodicTimer(limit / 3, time);
                while (await timer.WaitForNextTickAsync(stoppingToken))
                {
                    if (Lives()) Say("WATCHDOG=1");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Say("STOPPING=1");
        }
    }

    /// <summary>One datagram. That nobody hears it is no reason to stop measuring.</summary>
    private unsafe void Say(string what)
    {
        if (socket is null) return;
        var path = Encoding.UTF8.GetBytes(socket);
        var address = new byte[2 + path.Length + 1];
        address[0] = UnixFamily;
        path.CopyTo(address, 2);
        var isAbstract = socket[0] == '@';
        if (isAbstract) address[2] = 0;
        var message = Encoding.UTF8.GetBytes(what);
        var file = Socket(UnixFamily, Datagram | CloseOnExec, 0);
        if (file < 0) return;
        fixed (byte* bytes = message, to = address)
        {
            _ = SendTo(file, bytes, (nuint)message.Length, 0, to, (uint)(address.Length - (isAbstract ? 1 : 0)));
        }
        _ = Close(file);
    }

    private const int UnixFamily = 1, Datagram = 2, CloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "sendto")]
    private static unsafe partial nint SendTo(int file, byte* bytes, nuint length, int flags, byte* to, uint toLength);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

/// <summary>Something that must not stand still.</summary>
/// <param name="Count">A count that rises whenever it has moved.</param>
/// <param name="Nudge">Has it move soon, if it otherwise would not.</param>
public sealed record Pulse(Func<long> Count, Action Nudge);
