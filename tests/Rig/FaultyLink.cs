using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Rig;

/// <summary>A TCP hop on loopback that can be cut (connections reset, new ones refused) and stalled (nothing moves, nothing breaks).</summary>
public sealed class FaultyLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly CancellationTokenSource _ending = new();
    private volatile TaskCompletionSource _flowing = Done();
    private volatile bool _cut;
    private long _bytesLeft = long.MaxValue;
    private long _tears;
    private readonly Task _accepting;

    /// <param name="target">Loopback port that it leads to.</param>
    public FaultyLink(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets every connection and refuses new ones, until <see cref="Heal"/>.</summary>
    public void Cut()
    {
        _cut = true;
        foreach (var socket in _sockets.Keys) Reset(socket);
    }

    /// <summary>
    /// After so many more bytes, in either direction and wherever in a packet that is, both ends see a reset. New connections are let through at once.
    /// </summary>
    public void TearAfter(long bytes) => Volatile.Write(ref _bytesLeft, bytes);

    /// <summary>How often <see cref="TearAfter"/> has come to pass.</summary>
    public long Tears => Volatile.Read(ref _tears);

    /// <summary>Bytes wait in both directions, until <see cref="Heal"/>.</summary>
    public void Stall()
    {
        if (_flowing.Task.IsCompleted) _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Heal()
    {
        _cut = false;
        _flowing.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Cut();
        _flowing.TrySetResult();
        await _accepting;
        _ending.Dispose();
    }

    private async Task Accept()
    {
        while (!_ending.IsCancellationRequested)
        {
            Socket near;
            try
            {
                near = await _listener.AcceptSocketAsync(_ending.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            if (_cut)
            {
                Reset(near);
                continue;
            }
            _ = Carry(near);
        }
    }

    private async Task Carry(Socket near)
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        _sockets[near] = 0;
        _sockets[far] = 0;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(Pump(near, far), Pump(far, near));
        }
        catch (SocketException)
        {
            // the target is down: the near side learns it by the reset below
        }
        finally
        {
            Reset(near);
            Reset(far);
        }
    }

    private async Task Pump(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                await _flowing.Task;
                var left = Interlocked.Add(ref _bytesLeft, -read);
                var passes = left >= 0 ? read : (int)Math.Max(0, read + left);
                for (var sent = 0; sent < passes;) sent += await to.SendAsync(buffer.AsMemory(sent, passes - sent));
                if (left >= 0) continue;
                if (left + read >= 0) Torn(); // of pumps that come here together the one that brought it below zero
                return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the other pump, or a cut, closed it
        }
    }

    private void Torn()
    {
        TearAfter(long.MaxValue);
        foreach (var socket in _sockets.Keys) Reset(socket);
        Interlocked.Increment(ref _tears);
    }

    private void Reset(Socket socket)
    {
        _sockets.TryRemove(socket, out _);
        try
        {
            socket.LingerState = new(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // closed already
        }
        socket.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
