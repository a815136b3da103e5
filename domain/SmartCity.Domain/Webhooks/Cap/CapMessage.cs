using System.Globalization;
using System.Text;
using System.Xml;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks.Cap;

/// <summary>An earlier message about the same episode, as later ones refer to it.</summary>
public sealed record CapReference(string Sender, string Identifier, Instant Sent);

/// <summary>What a CAP message says besides the episode.</summary>
public sealed record CapContext
{
    /// <summary>Who sends: a name that is unique in the world, such as <c>alerts@city.example</c>; see <see cref="CapMessage.IsName"/>.</summary>
    public required string Sender { get; init; }

    public CapStatus Status { get; init; } = CapStatus.Actual;

    /// <summary>RFC 3066 code of the texts' language. CAP's default is en-US.</summary>
    public string Language { get; init; } = "en-US";

    /// <summary>The district as people call it; empty: its id is used.</summary>
    public string Area { get; init; } = "";

    /// <summary>WGS 84, of the sensor; null: the message names the area alone.</summary>
    public (double Latitude, double Longitude)? Position { get; init; }

    /// <summary>Radius around the position that the message holds for, in kilometres. Default 0.1.</summary>
    public double RadiusKilometres { get; init; } = 0.1;

    /// <summary>The offset that times are written in. Default UTC.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>After this, counted from sending, the message is no longer to be acted on; later messages supersede it before. Default 24 h.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What is to be said about the message itself; empty: nothing beyond what follows from its news.</summary>
    public string Note { get; init; } = "";

    /// <summary>The message's number within its subscription; 0: not said.</summary>
    public long Number { get; init; }

    /// <summary>Where the receiver can acknowledge with one click; null: not said.</summary>
    public string? Web { get; init; }
}

/// <summary>
/// Writes the news of an episode as a message of the Common Alerting Protocol 1.2 (OASIS, 1 July 2010). Raised becomes an Alert; acknowledged and
/// cleared become Updates that refer to what came before, the latter with the response type AllClear; withdrawn becomes a Cancel.
/// All messages of an episode carry its id as their incident, and all have an end.
/// </summary>
public static class CapMessage
{
    public const string Namespace = "urn:oasis:names:tc:emergency:cap:1.2";
    public const string ContentType = "application/cap+xml";

    /// <summary>Earlier messages that one refers to at most: the first, which opened the episode, and the latest.</summary>
    public const int MaxReferences = 32;

    private const int MaxText = 1000;

    /// <summary>Whether a text may stand as sender or identifier: not empty, and free of spaces, commas, &lt; and &amp; (CAP 1.2, 3.2.1).</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 200 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is ',' or '<' or '&');

    /// <param name="identifier">The message's id: the same on every attempt.</param>
    /// <param name="sent">When the message was made (wall clock): the same on every attempt, because later messages refer to it.</param>
    /// <param name="earlier">Those of the same episode that this receiver was sent, oldest first.</param>
    /// <exception cref="ArgumentException">Sender or identifier is no <see cref="IsName"/>, or the offset is no whole number of minutes up to 14 hours.</exception>
    public static string Write(Episode episode, EpisodeNews news, string identifier, Instant sent, IReadOnlyList<CapReference> earlier, CapContext context)
    {
        if (!IsName(context.Sender)) throw new ArgumentException("The sender holds a space, comma, < or &.", nameof(context));
        if (!IsName(identifier)) throw new ArgumentException("The identifier holds a space, comma, < or &.", nameof(identifier));
        if (context.Offset.Duration() > TimeSpan.FromHours(14) || context.Offset.Ticks % TimeSpan.TicksPerMinute != 0)
            throw new ArgumentException("The offset is no whole number of minutes up to 14 hours.", nameof(context));

        var told = Told(episode, news);
        var text = new StringBuilder("""<?xml version="1.0" encoding="UTF-8"?>""");
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("alert", Namespace);
            Element(xml, "identifier", identifier);
            Element(xml, "sender", context.Sender);
            Element(xml, "sent", Time(sent, context.Offset));
            Element(xml, "status", CapTerms.Of(context.Status));
            Element(xml, "msgType", news == EpisodeNews.Summary && earlier.Count == 0 ? "Alert" : CapTerms.MessageType(told));
            Element(xml, "scope", "Restricted");
            Element(xml, "restriction", episode.Department.Length > 0 ? $"For the department {episode.Department}" : "For the city's subscribed departments");
            if (news == EpisodeNews.Acknowledged && episode.Acknowledged is { } acknowledged)
                Element(xml, "note", $"Acknowledged by {acknowledged.By} at {Time(acknowledged.At, context.Offset)}" + (acknowledged.Note.Length > 0 ? $": {acknowledged.Note}" : ""));
            else if (context.Note.Length > 0) Element(xml, "note", context.Note);
            else if (told == EpisodeNews.Withdrawn) Element(xml, "note", "Withdrawn: it did not happen, or its rule is no longer in force.");
            if (news != EpisodeNews.Raised && earlier.Count > 0) Raw(xml, "references", References(earlier, context.Offset));
            Element(xml, "incidents", episode.Id.Value);
            WriteInfo(xml, episode, told, sent, context);
            xml.WriteEndElement();
        }

        return text.ToString();
    }

    /// <summary>A message of the system itself, about nothing that happened: status System, no info.</summary>
    public static string WriteSystem(string identifier, Instant sent, string sender, string note)
    {
        var text = new StringBuilder("""<?xml version="1.0" encoding="UTF-8"?>""");
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("alert", Namespace);
            Element(xml, "identifier", identifier);
            Element(xml, "sender", sender);
            Element(xml, "sent", Time(sent, TimeSpan.Zero));
            Element(xml, "status", CapTerms.Of(CapStatus.System));
            Element(xml, "msgType", "Alert");
            Element(xml, "scope", "Restricted");
            Element(xml, "restriction", "For the city's subscribed departments");
            Element(xml, "note", note);
            xml.WriteEndElement();
        }
        return text.ToString();
    }

    /// <summary>A summary says what has become of the episode by now.</summary>
    private static EpisodeNews Told(Episode episode, EpisodeNews news) =>
        news != EpisodeNews.Summary || episode.IsOpen ? news : episode.WithdrawnAt is null ? EpisodeNews.Cleared : EpisodeNews.Withdrawn;

    private static void WriteInfo(XmlWriter xml, Episode episode, EpisodeNews news, Instant sent, CapContext context)
    {
        var row = QuantityCatalogue.Of(episode.Quantity);
        var at = news is EpisodeNews.Summary or EpisodeNews.Test ? sent : EpisodeBody.At(episode, news);
        xml.WriteStartElement("info", Namespace);
        Element(xml, "language", context.Language);
        foreach (var category in EpisodeCategories.Of(episode)) Element(xml, "category", category);
        Element(xml, "event", news == EpisodeNews.Test ? "test" : row.Name);
        if (news == EpisodeNews.Cleared) Element(xml, "responseType", "AllClear");
        Element(xml, "urgency", CapTerms.Urgency(episode.Urgency, news));
        Element(xml, "severity", CapTerms.SeverityOf(episode.Urgency, news));
        Element(xml, "certainty", news == EpisodeNews.Withdrawn ? "Unlikely" : "Observed");   // a sensor saw it
        Element(xml, "effective", Time(at, context.Offset));
        Element(xml, "onset", Time(episode.FirstBreachAt, context.Offset));
        Element(xml, "expires", Time(sent + context.Lifetime, context.Offset));
        if (episode.Message.Length > 0) Element(xml, "headline", episode.Message);
        Element(xml, "description", string.Create(CultureInfo.InvariantCulture, $"{row.Name} at {episode.Sensor.Value}: {episode.Value} {row.Unit}, since {Time(episode.FirstBreachAt, context.Offset)}."));
        if (Uri.IsWellFormedUriString(episode.RunBook, UriKind.Absolute)) Element(xml, "instruction", $"What to do: {episode.RunBook}");
        if (context.Web is { } web) Element(xml, "web", web);
        Parameter(xml, "episode", episode.Id.Value);
        Parameter(xml, "rule", episode.Rule);
        Parameter(xml, "ruleVersion", episode.RuleVersion.ToString(CultureInfo.InvariantCulture));
        Parameter(xml, "sensor", episode.Sensor.Value);
        Parameter(xml, "value", episode.Value.ToString("R", CultureInfo.InvariantCulture));
        Parameter(xml, "unit", row.Unit);
        if (episode.Late) Parameter(xml, "late", "true");
        if (context.Number > 0) Parameter(xml, "number", context.Number.ToString(CultureInfo.InvariantCulture));
        WriteArea(xml, episode, context);
        xml.WriteEndElement();
    }

    private static void WriteArea(XmlWriter xml, Episode episode, CapContext context)
    {
        xml.WriteStartElement("area", Namespace);
        Element(xml, "areaDesc", context.Area.Length > 0 ? context.Area : episode.District.Length > 0 ? episode.District : "the city");
        if (context.Position is var (latitude, longitude))
            Element(xml, "circle", string.Create(CultureInfo.InvariantCulture, $"{latitude:0.######},{longitude:0.######} {context.RadiusKilometres:0.###}"));
        if (episode.District.Length > 0)
        {
            xml.WriteStartElement("geocode", Namespace);
            Element(xml, "valueName", "district");
            Element(xml, "value", episode.District);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    /// <summary>The first, which every receiver has to find again, and the latest ones.</summary>
    private static string References(IReadOnlyList<CapReference> earlier, TimeSpan offset)
    {
        var kept = earlier.Count <= MaxReferences ? earlier : [earlier[0], .. earlier.Skip(earlier.Count - MaxReferences + 1)];
        return string.Join(' ', kept.Select(one => $"{one.Sender},{one.Identifier},{Time(one.Sent, offset)}"));
    }

    /// <summary>As CAP wants it: whole seconds, a numeric offset, and UTC as -00:00 (CAP 1.2, 3.3.2).</summary>
    private static string Time(Instant at, TimeSpan offset)
    {
        var local = at.ToDateTimeOffset().UtcDateTime + offset;
        var sign = offset > TimeSpan.Zero ? '+' : '-';
        return string.Create(CultureInfo.InvariantCulture, $"{local:yyyy-MM-ddTHH:mm:ss}{sign}{offset.Duration():hh\\:mm}");
    }

    private static void Parameter(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("parameter", Namespace);
        Element(xml, "valueName", name);
        Element(xml, "value", value);
        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, Clean(value));

    /// <summary>Made of names and times that were checked: nothing to clean, nothing to cut.</summary>
    private static void Raw(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, value);

    /// <summary>XML knows no control characters and no halves of characters: they become U+FFFD. At most 1,000 UTF-16 units are kept.</summary>
    private static string Clean(string text)
    {
        text = EpisodeBody.Cut(text, MaxText);
        if (text.All(c => XmlConvert.IsXmlChar(c))) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value)) clean.Append('\uFFFD');
            else clean.Append(rune.ToString());
        }

        return clean.ToString();
    }
}
