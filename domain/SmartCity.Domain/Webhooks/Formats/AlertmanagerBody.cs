using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>
/// The body of Prometheus Alertmanager's webhook, version 4, for receivers that exist. Each episode is a group of its own, by rule and sensor; its labels are the
/// same for as long as its severity is, so that firing and resolved find each other by fingerprint. A change of severity resolves the one and fires the other.
/// </summary>
public static class AlertmanagerBody
{
    private const string Firing = "firing", Resolved = "resolved", NoTime = "0001-01-01T00:00:00Z";
    private const ulong FnvOffset = 14_695_981_039_346_656_037, FnvPrime = 1_099_511_628_211;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Alert(string Status, SortedDictionary<string, string> Labels, SortedDictionary<string, string> Annotations, Instant StartsAt, Instant? EndsAt);

    public static byte[] Write(Notice notice)
    {
        var episode = notice.Episode;
        var alerts = new List<Alert>();
        if (notice is { News: EpisodeNews.SeverityChanged, Before: { } before } && before != episode.Urgency)   // an escalation may call others and change no label
            alerts.Add(new(Resolved, Labels(episode, before), Annotations(notice), episode.FirstBreachAt, notice.HappenedAt));
        var endsAt = episode.ClearedAt ?? episode.WithdrawnAt ?? notice.HappenedAt;
        alerts.Add(new(notice.IsOver ? Resolved : Firing, Labels(episode, episode.Urgency), Annotations(notice), episode.FirstBreachAt, notice.IsOver ? endsAt : null));
        var address = notice.City.Address?.ToString().TrimEnd('/') ?? "";
        return Write(notice.Subscription, [("alertname", Cut(episode.Rule)), ("sensor", Cut(episode.Sensor.Value))], alerts, address, address.Length == 0 ? "" : $"{address}/v1/alerts/{episode.Id.Value}");
    }

    /// <summary>The sign of life as Prometheus users know it: an alert that always fires. What alarms is its silence.</summary>
    public static byte[] Write(Heartbeat heartbeat, City city)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["alertname"] = "Watchdog", ["severity"] = "none", ["subscription"] = heartbeat.Subscription };
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["summary"] = string.Create(CultureInfo.InvariantCulture, $"Sign of life, every {heartbeat.Every.TotalSeconds} s. Messages so far: {heartbeat.Queued}; waiting: {heartbeat.Pending}."),
            ["last_message"] = heartbeat.LastMessage ?? "",
            ["number"] = heartbeat.Queued.ToString(CultureInfo.InvariantCulture),
        };
        return Write(heartbeat.Subscription, [("alertname", "Watchdog")], [new(Firing, labels, annotations, heartbeat.At, null)], city.Address?.ToString().TrimEnd('/') ?? "", "");
    }

    /// <summary>FNV-1a over the labels in the order of their names, each name and value followed by 0xFF: Prometheus's own.</summary>
    public static string Fingerprint(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var hash = FnvOffset;
        foreach (var (name, value) in labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            foreach (var text in (string[])[name, value])
            {
                foreach (var one in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ one) * FnvPrime);
                hash = unchecked((hash ^ 0xFF) * FnvPrime);
            }
        }
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, hash);
        return Convert.ToHexStringLower(bytes);
    }

    private static SortedDictionary<string, string> Labels(Episode episode, Severity severity) => Said(new(StringComparer.Ordinal)
    {
        ["alertname"] = Cut(episode.Rule),
        ["category"] = EpisodeCategories.Of(episode)[0],
        ["department"] = Cut(episode.Department),
        ["district"] = Cut(episode.District),
        ["kind"] = EpisodeBody.Name(episode.Kind),
        ["quantity"] = QuantityCatalogue.Of(episode.Quantity).Name,
        ["sensor"] = Cut(episode.Sensor.Value),
        ["severity"] = EpisodeBody.Name(severity),
    });

    /// <summary>An empty label is one that is not there.</summary>
    private static SortedDictionary<string, string> Said(SortedDictionary<string, string> labels)
    {
        foreach (var name in labels.Where(label => label.Value.Length == 0).Select(label => label.Key).ToArray()) labels.Remove(name);
        return labels;
    }

    private static SortedDictionary<string, string> Annotations(Notice notice)
    {
        var episode = notice.Episode;
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["summary"] = EpisodeBody.Cut(episode.Message, EpisodeBody.MaxText),
            ["episode"] = episode.Id.Value,
            ["event"] = EpisodeBody.Type(notice.News),
            ["number"] = notice.Number.ToString(CultureInfo.InvariantCulture),
            ["value"] = string.Create(CultureInfo.InvariantCulture, $"{episode.Value:R} {QuantityCatalogue.Of(episode.Quantity).Unit}"),
        };
        if (EpisodeBody.IsLink(episode.RunBook) && episode.RunBook.Length > 0) annotations["runbook_url"] = episode.RunBook;
        if (notice.AcknowledgeUrl is { } link) annotations["acknowledge_url"] = link;
        if (episode.Acknowledged is { } acknowledged) annotations["acknowledged_by"] = Cut(acknowledged.By);
        return annotations;
    }

    private static byte[] Write(string receiver, (string Name, string Value)[] group, List<Alert> alerts, string address, string link)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("receiver", receiver);
        json.WriteString("status", alerts.Any(alert => alert.Status == Firing) ? Firing : Resolved);
        json.WriteStartArray("alerts");
        foreach (var alert in alerts)
        {
            json.WriteStartObject();
            json.WriteString("status", alert.Status);
            WriteMap(json, "labels", alert.Labels);
            WriteMap(json, "annotations", alert.Annotations);
            json.WriteString("startsAt", alert.StartsAt.ToString());
            json.WriteString("endsAt", alert.EndsAt?.ToString() ?? NoTime);
            json.WriteString("generatorURL", link);
            json.WriteString("fingerprint", Fingerprint(alert.Labels));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteMap(json, "groupLabels", group.Select(one => KeyValuePair.Create(one.Name, one.Value)));
        WriteMap(json, "commonLabels", alerts[0].Labels.Where(label => alerts.All(alert => alert.Labels.GetValueOrDefault(label.Key) == label.Value)));
        WriteMap(json, "commonAnnotations", alerts[0].Annotations);
        json.WriteString("externalURL", address);
        json.WriteString("version", "4");
        json.WriteString("groupKey", "{}:{" + string.Join(", ", group.Select(one => $"{one.Name}={Quoted(one.Value)}")) + "}");
        json.WriteNumber("truncatedAlerts", 0);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> map)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in map) json.WriteString(key, value);
        json.WriteEndObject();
    }

    /// <summary>As Go's %q writes it, for what names are made of.</summary>
    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static string Cut(string text) => EpisodeBody.Cut(text, EpisodeBody.MaxName);
}
