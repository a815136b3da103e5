using System.Text.Json;

namespace Department;

/// <summary>Keeps the counts in a file: once a second when they changed, and at the end.</summary>
public sealed class CountFile : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private readonly string _path;
    private readonly Inbox _inbox;

    public CountFile(string path, Inbox inbox, TimeProvider time)
    {
        (_path, _inbox) = (path, inbox);
        Write();
        _writing = Keep(time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        Write();
        _stop.Dispose();
    }

    private async Task Keep(TimeProvider time)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        var written = (0L, 0L, 0L);
        try
        {
            while (await second.WaitForNextTickAsync(_stop.Token))
            {
                var now = (_inbox.Verified, _inbox.Duplicates, _inbox.Refused);
                if (now == written) continue;
                written = now;
                Write();
            }
        }
        catch (OperationCanceledException)
        {
            // The end: the last counts are written by whoever ends us.
        }
    }

    /// <summary>Beside it first, then over it: a reader never sees half of it.</summary>
    private void Write()
    {
        File.WriteAllText(_path + ".new", JsonSerializer.Serialize(new { verified = _inbox.Verified, duplicates = _inbox.Duplicates, refused = _inbox.Refused }));
        File.Move(_path + ".new", _path, overwrite: true);
    }
}
