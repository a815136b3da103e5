using System.Data.Common;
using Npgsql;

namespace CityHub.Silo.Register.Postgres;

/// <summary>Hears, on a connection of its own, when another hub made something due that it does not send itself. What is missed while the server is away is found by the next look.</summary>
internal sealed class PostgresBell : IDisposable
{
    public const string Channel = "cityhub_outbox";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Func<NpgsqlConnection> _connect;
    private readonly string _writer;
    private readonly Action _rung;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private NpgsqlConnection? _heard;

    /// <param name="writer">Whose own ringing is not heard.</param>
    /// <exception cref="DbException">It cannot be heard.</exception>
    public PostgresBell(Func<NpgsqlConnection> connect, string writer, Action rung)
    {
        (_connect, _writer, _rung) = (connect, writer, rung);
        _heard = Listen();
        _thread = new Thread(Run) { IsBackground = true, Name = "register-bell" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Wait();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception lost) when (lost is DbException or InvalidOperationException or IOException or TimeoutException)
            {
                // The writer meets the same and says so.
                _stop.Token.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private void Wait()
    {
        if (_heard is null)
        {
            _heard = Listen();
            _rung(); // whatever came meanwhile
        }
        try
        {
            // The client asks the server now and then (KeepAlive), so that one that is gone without a word is noticed.
            while (true) _heard.WaitAsync(_stop.Token).GetAwaiter().GetResult();
        }
        finally
        {
            _heard.Dispose();
            _heard = null;
        }
    }

    private NpgsqlConnection Listen()
    {
        var connection = _connect();
        try
        {
            connection.Notification += (_, heard) =>
            {
                if (heard.Payload != _writer) _rung();
            };
            using var listen = new NpgsqlCommand("listen " + Channel, connection);
            listen.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
