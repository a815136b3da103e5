using System.Text.Json;

namespace SmartCity.Webhooks;

/// <summary>Microsoft Teams' webhook (Workflows): an Adaptive Card 1.4. Texts stand in text runs, which know no Markdown, so there is nothing to escape.</summary>
public static class TeamsCard
{
    public static byte[] Write(Notice notice)
    {
        var chat = ChatText.Of(notice);
        return ChatText.Json(json =>
        {
            json.WriteString("type", "message");
            json.WriteStartArray("attachments");
            json.WriteStartObject();
            json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
            json.WriteNull("contentUrl");
            json.WriteStartObject("content");
            json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
            json.WriteString("type", "AdaptiveCard");
            json.WriteString("version", "1.4");
            json.WriteStartArray("body");
            Run(json, chat.Title, bold: true);
            foreach (var (name, value) in chat.Facts) Run(json, $"{name}: {value}", bold: false);
            json.WriteEndArray();
            json.WriteStartArray("actions");
            foreach (var (name, url) in chat.Links)
            {
                json.WriteStartObject();
                json.WriteString("type", "Action.OpenUrl");
                json.WriteString("title", name);
                json.WriteString("url", url);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    private static void Run(Utf8JsonWriter json, string text, bool bold)
    {
        json.WriteStartObject();
        json.WriteString("type", "RichTextBlock");
        json.WriteStartArray("inlines");
        json.WriteStartObject();
        json.WriteString("type", "TextRun");
        json.WriteString("text", text);
        if (bold) json.WriteString("weight", "Bolder");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
