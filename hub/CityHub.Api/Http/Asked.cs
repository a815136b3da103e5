using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartCity.Readings;

namespace CityHub.Api.Http;

/// <summary>
/// Reads what a request asks for and gathers everything that is wrong with it, so that one answer names it all.
/// Malformed (400) is what cannot be read; unacceptable (422) is what can be read and makes no sense here.
/// </summary>
internal sealed class Asked
{
    private readonly List<FieldError> _malformed = [];
    private readonly List<FieldError> _unacceptable = [];

    public void Malformed(string field, string why) => _malformed.Add(new(field, why));

    public void Unacceptable(string field, string why) => _unacceptable.Add(new(field, why));

    /// <summary>The answer when anything was wrong, else null. Malformed comes first: until it is read, the rest is a guess.</summary>
    public IResult? Refusal =>
        _malformed.Count > 0 ? Problem.Of(400, "Some of it cannot be read.", _malformed)
        : _unacceptable.Count > 0 ? Problem.Of(422, "It can be read, but not accepted.", _unacceptable)
        : null;

    public Instant? Instant(string field, string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (Times.Instant(text) is { } at) return at;
        Malformed(field, $"'{Problem.Shown(text)}' is not an instant as in 2026-11-23T14:00:00Z");
        return null;
    }

    public TimeSpan? Duration(string field, string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (Times.Duration(text) is { } span) return span;
        Malformed(field, $"'{Problem.Shown(text)}' is not a duration as in PT5M or 5m");
        return null;
    }

    /// <summary>As <see cref="Duration"/>, where PT0S means none.</summary>
    public TimeSpan? DurationOrNone(string field, string? text) => text is "PT0S" or "0s" ? TimeSpan.Zero : Duration(field, text);

    public bool? Flag(string field, string? text)
    {
        switch (text)
        {
            case null or "": return null;
            case "true": return true;
            case "false": return false;
            default:
                Malformed(field, $"'{Problem.Shown(text)}' is neither true nor false");
                return null;
        }
    }

    public int Limit(string? text)
    {
        if (string.IsNullOrEmpty(text)) return Limits.ListedDefault;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
        {
            Malformed("limit", $"'{Problem.Shown(text)}' is not a whole number");
        }
        else if (limit is < 1 or > Limits.ListedMost)
        {
            Unacceptable("limit", $"must be 1 to {Limits.ListedMost}");
        }
        return limit;
    }

    /// <summary>Where in a list to begin: 0 unless said.</summary>
    public int Offset(string? text)
    {
        if (string.IsNullOrEmpty(text)) return 0;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || offset > Limits.OffsetMost)
        {
            Malformed("offset", $"'{Problem.Shown(text)}' is not a whole number from 0 to {Limits.OffsetMost}");
            return 0;
        }
        return offset;
    }

    /// <summary>A quantity of the catalogue, which is needed.</summary>
    public QuantityRow? Quantity(string? text)
    {
        var row = string.IsNullOrEmpty(text) ? null : QuantityCatalogue.Find(text);
        if (string.IsNullOrEmpty(text)) Malformed("quantity", "is needed, as in quantity=air-temperature");
        else if (row is null) Unacceptable("quantity", $"'{Problem.Shown(text)}' is not in the catalogue");
        return row;
    }

    public void Before(Instant? from, Instant? to)
    {
        if (from is { } a && to is { } b && a >= b) Unacceptable("from", "must be before 'to'");
    }

    /// <summary>A line of text: trimmed, without control characters but line ends.</summary>
    public string Line(string field, string? text, int longest, bool required)
    {
        var line = text?.Trim() ?? "";
        if (required && line.Length == 0) Unacceptable(field, "is needed");
        else if (line.Length > longest) Unacceptable(field, $"has at most {longest} characters");
        else if (line.Any(c => char.IsControl(c) && c != '\n')) Unacceptable(field, "contains control characters");
        return line;
    }

    /// <summary>The body of a request, or null with the refusal noted. A body over the limit goes up as the server's 413.</summary>
    /// <param name="whenEmpty">What an absent body stands for; null: a body is needed.</param>
    public async Task<T?> Body<T>(HttpRequest request, JsonTypeInfo<T> type, T? whenEmpty = null) where T : class
    {
        if (request.ContentLength is null or 0 && request.ContentType is null && whenEmpty is not null) return whenEmpty;
        if (!request.HasJsonContentType()) throw new BadHttpRequestException("The body must be application/json.", 415);
        try
        {
            var body = await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted);
            if (body is null) Malformed("body", "is null");
            return body;
        }
        catch (JsonException wrong)
        {
            Malformed(wrong.Path is { Length: > 2 } path ? path[2..] : "body", Why(wrong));
            return null;
        }
    }

    // The serializer's text carries type names and paths of ours; the caller gets the position and, where known, what is wrong.
    private static string Why(JsonException wrong)
    {
        var where = wrong.LineNumber is { } line ? $" (line {line + 1}, byte {wrong.BytePositionInLine + 1})" : "";
        return wrong.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "is not a known member" + where
            : wrong.Message.Contains("uplicate", StringComparison.Ordinal) ? "is given twice" + where
            : wrong.Path is { Length: > 2 } ? "has the wrong type" + where
            : "is not the JSON object that was expected" + where;
    }
}
