using System.Text;

namespace SmartCity.Webhooks;

/// <summary>WeCom's (Enterprise WeChat's) group robot: a text message of at most 2,048 bytes. <c>&lt;@</c> would mention somebody, so a thin mark is set between the two.</summary>
public static class WeComText
{
    public const int MaxBytes = 2048;

    public static byte[] Write(Notice notice)
    {
        var chat = ChatText.Of(notice);
        return ChatText.Json(json =>
        {
            json.WriteString("msgtype", "text");
            json.WriteStartObject("text");
            json.WriteString("content", Fitting(chat));
            json.WriteEndObject();
        });
    }

    /// <summary>Links come before facts when there is no room for all, and the title is cut last.</summary>
    private static string Fitting(ChatText chat)
    {
        var facts = chat.Facts.ToList();
        while (true)
        {
            var text = Plain((chat with { Facts = facts }).Lines());
            if (Encoding.UTF8.GetByteCount(text) <= MaxBytes) return text;
            if (facts.Count > 0)
            {
                facts.RemoveAt(facts.Count - 1);
                continue;
            }
            return Cut(Plain(chat.Title));
        }
    }

    private static string Cut(string text)
    {
        var bytes = 0;
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes) break;
            kept.Append(rune.ToString());
        }
        return kept.ToString();
    }

    private static string Plain(string text) => text.Replace("<@", "<\u200B@", StringComparison.Ordinal);
}
