using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CityHub.Api.Hosting;
using CityHub.Contracts;
using SmartCity.Readings;

namespace CityHub.Api.Http;

/// <summary>
/// The newest value of a quantity of every sensor, written once for all who ask within <see cref="Shared"/>: walls and maps ask for the same ten thousand values
/// again and again. One answer is made at a time; what it needs is kept and used again, so that an answer leaves nothing behind for the collector.
/// </summary>
internal sealed class LatestValues(ICity city, WallClock wall, HubStart start) : IDisposable
{
    /// <summary>How old a shared answer may be when it is given.</summary>
    public static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(50);

    private static readonly JsonEncodedText Sensor = Name(nameof(LatestBody.Sensor)), At = Name(nameof(LatestBody.At)), Value = Name(nameof(LatestBody.Value)), QualityName = Name(nameof(LatestBody.Quality));
    private static readonly Dictionary<Quality, JsonEncodedText> Qualities = Enum.GetValues<Quality>().ToDictionary(quality => quality, quality => JsonEncodedText.Encode(JsonNamingPolicy.KebabCaseLower.ConvertName(quality.ToString())));

    private readonly SemaphoreSlim _making = new(1);
    private readonly LatestAnswer?[] _newest = new LatestAnswer?[byte.MaxValue + 1];
    private readonly List<LatestValue> _values = [];
    private readonly ArrayBufferWriter<byte> _text = new();
    private long _made;

    /// <summary>An answer that is at most <see cref="Shared"/> old; to be disposed when it has been given.</summary>
    public async ValueTask<LatestAnswer> Of(Quantity quantity, CancellationToken cancel)
    {
        if (_newest[(byte)quantity] is { } newest && IsFresh(newest) && newest.TryHold()) return newest;
        await _making.WaitAsync(cancel);
        try
        {
            if (_newest[(byte)quantity] is { } made && IsFresh(made) && made.TryHold()) return made;
            return await Make(quantity);
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    private bool IsFresh(LatestAnswer answer) => wall.Time.GetElapsedTime(answer.At) < Shared;

    private async Task<LatestAnswer> Make(Quantity quantity)
    {
        var at = wall.Time.GetTimestamp();
        _values.Clear();
        await city.Latest(quantity, _values);
        _values.Sort(static (a, b) => string.CompareOrdinal(a.Sensor.Value, b.Sensor.Value));
        _text.ResetWrittenCount();
        Write();
        var before = _newest[(byte)quantity];
        if (before is not null && before.IsSame(_text.WrittenSpan))
        {
            before.At = at;
            before.TryHold(); // this is its only other holder, so it is held
            return before;
        }
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{start.At.UnixMilliseconds:x}-{++_made:x}\"");
        var answer = new LatestAnswer(_text.WrittenSpan, tag, at);
        answer.TryHold();
        _newest[(byte)quantity] = answer;
        before?.Dispose();
        return answer;
    }

    private void Write()
    {
        using var json = new Utf8JsonWriter(_text, new() { SkipValidation = true });
        json.WriteStartArray();
        foreach (ref readonly var value in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values))
        {
            json.WriteStartObject();
            json.WriteString(Sensor, value.Sensor.Value);
            json.WritePropertyName(At);
            InstantText.Write(json, value.At);
            if (value.Value is { } number) json.WriteNumber(Value, number);
            else json.WriteNull(Value);
            json.WriteString(QualityName, Qualities[value.Quality]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static JsonEncodedText Name(string member) => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(member));
}

/// <summary>One answer in a pooled buffer, which goes back when nobody holds it any more. Whoever makes it holds it once, for <see cref="LatestValues"/>.</summary>
internal sealed class LatestAnswer : IDisposable
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly string _tag;
    private long _at;
    private int _holders = 1;

    public LatestAnswer(ReadOnlySpan<byte> text, string tag, long at)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(text.Length);
        text.CopyTo(_bytes);
        (_length, _tag, _at) = (text.Length, tag, at);
    }

    /// <summary>Before its values were looked at, as <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long At { get => Volatile.Read(ref _at); set => Volatile.Write(ref _at, value); }

    public string Tag => _tag;

    /// <summary>Only while it is held.</summary>
    public ReadOnlyMemory<byte> Text => _bytes.AsMemory(0, _length);

    public bool IsSame(ReadOnlySpan<byte> text) => text.SequenceEqual(Text.Span);

    /// <summary>False: it is gone.</summary>
    public bool TryHold()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return true;
            holders = seen;
        }
        return false;
    }

    public async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = _tag;
        response.Headers.CacheControl = "private, no-cache"; // kept if one likes, asked for each time
        if (request.Headers.IfNoneMatch.ToString() is { Length: > 0 } known && known.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag == _tag || tag == "W/" + _tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = _length;
        await response.Body.WriteAsync(Text, context.RequestAborted);
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0) ArrayPool<byte>.Shared.Return(_bytes);
    }
}
