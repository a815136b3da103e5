using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CityHub.Api.Http;

namespace CityHub.Api.Events;

/// <summary>
/// Writes server-sent events (WHATWG HTML, section 9.2) to one reader: <c>hello</c> first, then each event with its number as id,
/// <c>gap</c> wherever numbers are missing, and a comment when nothing else was written for a heartbeat.
/// </summary>
internal sealed class EventStream(Stream body, EventRing ring, TimeProvider wall, TimeSpan heartbeat)
{
    /// <summary>Ends when the reader goes or the hub stops.</summary>
    public async Task Run(HelloBody hello, long? lastSeen, CancellationToken cancel)
    {
        var place = ring.Now;
        await Write("hello", null, hello, ApiJson.Default.HelloBody, cancel);
        if (lastSeen is { } number)
        {
            if (ring.After(number) is { } after) place = after;
            else await Gap(number, null, "The event that was last seen is no longer kept.", cancel);
        }
        var last = lastSeen is not null && place < ring.Now ? lastSeen : null;
        await body.FlushAsync(cancel);
        while (true)
        {
            var (events, next, missed) = ring.From(place);
            place = next;
            foreach (var happened in events)
            {
                if (missed || last is { } before && happened.Number != before + 1) await Gap(last, happened.Number, "Events were missed in between.", cancel);
                missed = false;
                await Write(null, happened.Number, EventBody.Of(happened), ApiJson.Default.EventBody, cancel);
                last = happened.Number;
            }
            if (events.Count == 0 && !await NewsWithin(heartbeat, place, cancel)) await Write(": still here\n\n", cancel);
            await body.FlushAsync(cancel);
        }
    }

    private async Task<bool> NewsWithin(TimeSpan span, long place, CancellationToken cancel)
    {
        var news = ring.News(place);
        if (news.IsCompleted) return true;
        using var calm = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var first = await Task.WhenAny(news, Task.Delay(span, wall, calm.Token));
        await calm.CancelAsync();
        cancel.ThrowIfCancellationRequested();
        return first == news;
    }

    private Task Gap(long? after, long? before, string why, CancellationToken cancel) => Write("gap", null, new(after, before, why), ApiJson.Default.GapBody, cancel);

    private Task Write<T>(string? name, long? id, T data, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var text = new StringBuilder();
        if (name is not null) text.Append("event: ").Append(name).Append('\n');
        if (id is { } number) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"id: {number}\n");
        return Write(text.Append("data: ").Append(JsonSerializer.Serialize(data, type)).Append("\n\n").ToString(), cancel);
    }

    private Task Write(string text, CancellationToken cancel) => body.WriteAsync(Encoding.UTF8.GetBytes(text), cancel).AsTask();
}
