using SmartCity.Webhooks.Cap;

namespace SmartCity.Webhooks;

/// <summary>Writes a notice in a receiver's format: the bytes that are signed and sent on every attempt.</summary>
public static class NoticeText
{
    public static byte[] Write(PayloadFormat format, Notice notice) => format switch
    {
        PayloadFormat.Standard => EpisodeBody.Write(notice),
        PayloadFormat.Cap => CapNotice.Write(notice),
        PayloadFormat.Alertmanager => AlertmanagerBody.Write(notice),
        PayloadFormat.CloudEvents => CloudEvent.Write(notice),
        PayloadFormat.Slack => SlackText.Write(notice),
        PayloadFormat.Teams => TeamsCard.Write(notice),
        PayloadFormat.DingTalk => DingTalkText.Write(notice),
        PayloadFormat.WeCom => WeComText.Write(notice),
        PayloadFormat.Feishu => FeishuPost.Write(notice),
    };

    /// <summary>Null: the format is read by people, who are not sent signs of life.</summary>
    public static byte[]? Write(PayloadFormat format, Heartbeat heartbeat, City city) => format switch
    {
        PayloadFormat.Standard => heartbeat.Write(),
        PayloadFormat.Cap => CapNotice.Write(heartbeat, city),
        PayloadFormat.Alertmanager => AlertmanagerBody.Write(heartbeat, city),
        PayloadFormat.CloudEvents => CloudEvent.Write(heartbeat, city),
        PayloadFormat.Slack or PayloadFormat.Teams or PayloadFormat.DingTalk or PayloadFormat.WeCom or PayloadFormat.Feishu => null,
    };
}
