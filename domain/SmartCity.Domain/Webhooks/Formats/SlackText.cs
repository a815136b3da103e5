namespace SmartCity.Webhooks;

/// <summary>Slack's incoming webhook: one text. &amp;, &lt; and &gt; are Slack's only control characters and are escaped as it asks, so that no text can mention a channel
/// or pose as a link; its emphasis is switched off, so that asterisks stay asterisks.</summary>
public static class SlackText
{
    public static byte[] Write(Notice notice)
    {
        var chat = ChatText.Of(notice);
        var lines = chat.Facts.Select(fact => $"{fact.Name}: {Escape(fact.Value)}").Concat(chat.Links.Select(link => $"<{Url(link.Url)}|{link.Name}>"));
        return ChatText.Json(json =>
        {
            json.WriteString("text", string.Join('\n', lines.Prepend(Escape(chat.Title))));
            json.WriteBoolean("mrkdwn", false);
        });
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>A bar would end the address.</summary>
    private static string Url(string url) => Escape(url).Replace("|", "%7C", StringComparison.Ordinal);
}
