using System.Text;
using CityHub.Contracts;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// Brings lines to a server and returns when every one of them is in, or is set aside with the server's reason. What is to be tried again is, as long as it takes; what is too large
/// goes in halves; and so does what was refused, until the bad lines are known: the good ones land on themselves. Several deliveries may be under way.
/// </summary>
internal sealed partial class LineDelivery(InfluxClient client, ShipBook book, Retention? retention, TimeSpan retryLimit, TimeProvider wall, TimelineMetrics metrics, ILogger log)
{
    /// <summary>Requests spent on finding bad lines of one batch; then the piece that is left is set aside as it is.</summary>
    public const int SplitBudget = 256;

    /// <summary>How often a line must be refused alone before it is believed to be bad: a proxy's mood is no verdict on a reading.</summary>
    public const int RefusalsToBelieve = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);
    private readonly Lock _gate = new();
    private volatile string? _trouble;
    private int _waiting; // deliveries whose last attempt failed
    private long _failures;

    /// <summary>Why lines wait, in the server's words; null: they do not.</summary>
    public string? Trouble => _trouble;

    public async Task Deliver(string database, ReadOnlyMemory<byte> lines, IReadOnlyList<int> ends, CancellationToken cancel)
    {
        var pieces = new Stack<(int First, int Count, int Refusals)>();
        if (ends.Count > 0) pieces.Push((0, ends.Count, 0));
        var budget = SplitBudget;
        while (pieces.TryPop(out var piece))
        {
            var (first, count, refusals) = piece;
            var start = first == 0 ? 0 : ends[first - 1];
            var answer = await Persist(database, lines[start..ends[first + count - 1]], cancel);
            if (answer.Verdict == WriteVerdict.Stored) continue;
            metrics.Refusal(answer.Verdict);
            if (count > 1 && (answer.Verdict == WriteVerdict.TooLarge || budget-- > 0))
            {
                pieces.Push((first + count / 2, count - count / 2, 0));
                pieces.Push((first, count / 2, 0));
            }
            else if (count == 1 && refusals + 1 < RefusalsToBelieve)
            {
                pieces.Push((first, 1, refusals + 1));
            }
            else
            {
                await SetAside(lines, ends, first, count, answer.Reason, cancel);
            }
        }
    }

    /// <summary>The same again until the server gives a verdict on it.</summary>
    private async Task<WriteAnswer> Persist(string database, ReadOnlyMemory<byte> lines, CancellationToken cancel)
    {
        var pause = FirstPause;
        var waits = false;
        while (true)
        {
            var since = wall.GetTimestamp();
            var answer = await client.Write(database, lines, cancel);
            if (answer.Verdict == WriteVerdict.Stored) metrics.Post(lines.Length, wall.GetElapsedTime(since));
            if (answer.Verdict is WriteVerdict.Stored or WriteVerdict.TooLarge or WriteVerdict.Refused)
            {
                if (waits) NoLongerWaits();
                return answer;
            }
            metrics.Refusal(answer.Verdict);
            Waits(answer.Reason, first: !waits);
            waits = true;
            if (answer.Verdict == WriteVerdict.NoDatabase && retention is not null) MakeDatabases();
            var asked = answer.RetryAfter is { } wait && wait > TimeSpan.Zero ? wait < LongestAsked ? wait : LongestAsked : TimeSpan.Zero;
            await Task.Delay(asked > pause ? asked : pause, wall, cancel);
            pause = pause * 2 < retryLimit ? pause * 2 : retryLimit;
        }
    }

    private void Waits(string reason, bool first)
    {
        lock (_gate)
        {
            if (first) _waiting++;
            _failures++;
            if (_trouble != reason) Away(client.Url, reason);
            _trouble = reason;
        }
    }

    private void NoLongerWaits()
    {
        lock (_gate)
        {
            if (--_waiting > 0) return; // another one has not got through yet
            Back(client.Url, _failures);
            (_trouble, _failures) = (null, 0);
        }
    }

    private void MakeDatabases()
    {
        try
        {
            client.MakeDatabases(retention!);
        }
        catch (TimelineUnavailableException cause)
        {
            _trouble = cause.Message; // the write is tried again, and then this
        }
    }

    private async Task SetAside(ReadOnlyMemory<byte> lines, IReadOnlyList<int> ends, int first, int count, string reason, CancellationToken cancel)
    {
        var texts = new List<string>(count);
        for (var i = first; i < first + count; i++) texts.Add(Encoding.UTF8.GetString(lines.Span[(i == 0 ? 0 : ends[i - 1])..(ends[i] - 1)]));
        metrics.SetAside("refused-by-store", count);
        Refused(count, reason, texts[0]);
        while (true)
        {
            try
            {
                book.SetAside(Instant.From(wall.GetUtcNow()), reason, texts);
                return;
            }
            catch (SqliteException)
            {
                metrics.Retry("set-aside"); // they are accounted for only once they are written down
            }
            await Task.Delay(FirstPause, wall, cancel);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Url} takes no lines: {Reason}. They wait on disk and are tried again")]
    private partial void Away(Uri url, string reason);

    [LoggerMessage(LogLevel.Information, "{Url} takes lines again, after {Failures} failed attempts")]
    private partial void Back(Uri url, long failures);

    [LoggerMessage(LogLevel.Warning, "The store refused {Lines} lines for good: {Reason}. They are set aside; the first: {Line}")]
    private partial void Refused(int lines, string reason, string line);
}
