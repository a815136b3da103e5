using CityHub.Contracts;
using CityHub.Silo.Webhooks;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Api.Http;

/// <summary>Reads what a department wishes for: what cannot be read is named here, what cannot be had where it is made.</summary>
internal static class SubscriptionWish
{
    public static SubscriptionRequest? Read(Asked asked, NewSubscriptionBody body, ICity city)
    {
        var department = asked.Line("department", body.Department, Limits.NameLength, required: true);
        var url = asked.Line("url", body.Url, WebhookSubscriptions.MaxUrl, required: true);
        var districts = Districts(asked, body.Districts ?? [], city);
        var severity = Severity(asked, "minSeverity", body.MinSeverity, SmartCity.Watch.Severity.Warning);
        var usual = SubscriptionTerms.Usual;
        var terms = usual with
        {
            Categories = [.. (body.Categories ?? []).Distinct(StringComparer.Ordinal)],
            Quantities = [.. Named(asked, "quantities", body.Quantities, name => QuantityCatalogue.Find(name)?.Quantity, "is no quantity of the catalogue").Distinct()],
            News = [.. Named(asked, "types", body.Types, News, "is no type of message about an episode").Distinct()],
            Kinds = body.Kinds is null ? usual.Kinds : [.. Named(asked, "kinds", body.Kinds, Words.EpisodeKind, "is one of actual, exercise, test").Distinct()],
            Format = Format(asked, body.Format),
            Signature = Signature(asked, body.Signature),
            Authority = body.Authority,
            ClientCertificate = body.ClientCertificate,
            FailOver = [.. Endpoints(asked, body.FailOver ?? [])],
            QuietHours = body.QuietHours is { } quiet ? Quiet(asked, quiet) : null,
            PerMinute = body.PerMinute,
            MaxInFlight = body.MaxInFlight,
            AgeLimit = asked.Duration("ageLimit", body.AgeLimit) ?? usual.AgeLimit,
            ServiceLevel = asked.Duration("serviceLevel", body.ServiceLevel) ?? usual.ServiceLevel,
            AcknowledgeWithin = asked.Duration("acknowledgeWithin", body.AcknowledgeWithin),
            Heartbeat = asked.DurationOrNone("heartbeat", body.Heartbeat),
        };
        return asked.Refusal is null ? new(department, url, districts, severity, body.Secret) { Terms = terms } : null;
    }

    /// <summary>What happens to an episode, by the type of its message.</summary>
    private static EpisodeNews? News(string type)
    {
        foreach (var news in Enum.GetValues<EpisodeNews>())
        {
            if (news is not (EpisodeNews.Test or EpisodeNews.Summary) && EpisodeBody.Type(news) == type) return news;
        }
        return null;
    }

    private static string[] Districts(Asked asked, IReadOnlyList<string> districts, ICity city)
    {
        if (districts.Count > Limits.Districts) asked.Unacceptable("districts", $"has at most {Limits.Districts} entries");
        var known = city.Districts().Select(d => d.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (district, i) in districts.Take(Limits.Districts).Select((d, i) => (d, i)))
        {
            // A misspelt district would be a department that never hears of anything.
            if (district is null || !known.Contains(district)) asked.Unacceptable($"districts[{i}]", $"'{Problem.Shown(district ?? "null")}' is not a district of this city");
        }
        return [.. districts.Distinct(StringComparer.Ordinal)];
    }

    private static Severity Severity(Asked asked, string field, string? text, Severity otherwise)
    {
        if (text is null) return otherwise;
        if (Words.Severity(text) is { } severity) return severity;
        asked.Unacceptable(field, "is one of warning, minor, major, critical");
        return otherwise;
    }

    private static PayloadFormat Format(Asked asked, string? text)
    {
        if (text is null) return PayloadFormat.Standard;
        if (Words.Format(text) is { } format) return format;
        asked.Unacceptable("format", "is one of " + string.Join(", ", Enum.GetValues<PayloadFormat>().Select(Words.Of)));
        return PayloadFormat.Standard;
    }

    private static SignatureScheme Signature(Asked asked, string? text)
    {
        if (text is null) return SignatureScheme.Symmetric;
        if (Words.Signature(text) is { } scheme) return scheme;
        asked.Unacceptable("signature", "is v1 or v1a");
        return SignatureScheme.Symmetric;
    }

    private static IEnumerable<T> Named<T>(Asked asked, string field, IReadOnlyList<string>? names, Func<string, T?> find, string why) where T : struct
    {
        foreach (var (name, i) in (names ?? []).Select((name, i) => (name, i)))
        {
            if (name is not null && find(name) is { } found) yield return found;
            else asked.Unacceptable($"{field}[{i}]", $"'{Problem.Shown(name ?? "null")}' {why}");
        }
    }

    private static IEnumerable<WebhookEndpoint> Endpoints(Asked asked, IReadOnlyList<EndpointBody> bodies)
    {
        foreach (var (body, i) in bodies.Select((body, i) => (body, i)))
        {
            if (Uri.TryCreate(asked.Line($"failOver[{i}].url", body?.Url, WebhookSubscriptions.MaxUrl, required: true), UriKind.Absolute, out var url))
                yield return new(url) { Authority = body!.Authority, ClientCertificate = body.ClientCertificate };
            else asked.Unacceptable($"failOver[{i}].url", "is no absolute http or https address");
        }
    }

    private static QuietHours Quiet(Asked asked, QuietHoursBody body)
    {
        TimeOnly Time(string field, string? text)
        {
            if (text is not null && Times.TimeOfDay(text) is { } time) return time;
            asked.Malformed(field, "is a time of day as in 22:00");
            return default;
        }
        return new(Time("quietHours.from", body.From), Time("quietHours.to", body.To), body.Zone ?? "UTC", Severity(asked, "quietHours.loudFrom", body.LoudFrom, SmartCity.Watch.Severity.Critical));
    }
}
