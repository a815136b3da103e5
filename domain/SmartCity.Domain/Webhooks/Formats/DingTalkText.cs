namespace SmartCity.Webhooks;

/// <summary>DingTalk's custom robot: a text message, which knows no markup; nobody is mentioned but by its <c>at</c>, and that names nobody.
/// The robot's own signature in the address is not made: let it accept by keyword or by our address.</summary>
public static class DingTalkText
{
    public static byte[] Write(Notice notice) => ChatText.Json(json =>
    {
        json.WriteString("msgtype", "text");
        json.WriteStartObject("text");
        json.WriteString("content", ChatText.Of(notice).Lines());
        json.WriteEndObject();
        json.WriteStartObject("at");
        json.WriteBoolean("isAtAll", false);
        json.WriteEndObject();
    });
}
