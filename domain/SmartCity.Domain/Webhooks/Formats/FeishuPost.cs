using System.Text.Json;

namespace SmartCity.Webhooks;

/// <summary>Feishu's (Lark's) custom robot: a post, whose text elements know no markup. A plain text message would read <c>&lt;at user_id="all"&gt;</c> in a rule's words as a call to everybody.</summary>
public static class FeishuPost
{
    public static byte[] Write(Notice notice)
    {
        var chat = ChatText.Of(notice);
        return ChatText.Json(json =>
        {
            json.WriteString("msg_type", "post");
            json.WriteStartObject("content");
            json.WriteStartObject("post");
            json.WriteStartObject("en_us");
            json.WriteString("title", chat.Title);
            json.WriteStartArray("content");
            foreach (var (name, value) in chat.Facts) Paragraph(json, "text", $"{name}: {value}", null);
            foreach (var (name, url) in chat.Links) Paragraph(json, "a", name, url);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void Paragraph(Utf8JsonWriter json, string tag, string text, string? url)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("tag", tag);
        json.WriteString("text", text);
        if (url is not null) json.WriteString("href", url);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
