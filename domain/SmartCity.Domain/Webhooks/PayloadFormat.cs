namespace SmartCity.Webhooks;

/// <summary>How a message is written for its receiver.</summary>
public enum PayloadFormat : byte
{
    /// <summary>JSON after Standard Webhooks 1.0.0, by the schema that the hub publishes.</summary>
    Standard = 1,

    /// <summary>XML of the Common Alerting Protocol 1.2 (OASIS).</summary>
    Cap = 2,

    /// <summary>The body of Prometheus Alertmanager's webhook, version 4.</summary>
    Alertmanager = 3,

    /// <summary>CloudEvents 1.0, structured mode, JSON.</summary>
    CloudEvents = 4,

    Slack = 5,
    Teams = 6,
    DingTalk = 7,
    WeCom = 8,
    Feishu = 9,
}

/// <summary>What follows from a format.</summary>
public static class PayloadFormats
{
    /// <summary>Read by people in a chat and by no program: no sign of life is sent to it.</summary>
    public static bool IsChat(PayloadFormat format) => format switch
    {
        PayloadFormat.Standard or PayloadFormat.Cap or PayloadFormat.Alertmanager or PayloadFormat.CloudEvents => false,
        PayloadFormat.Slack or PayloadFormat.Teams or PayloadFormat.DingTalk or PayloadFormat.WeCom or PayloadFormat.Feishu => true,
    };

    public static string ContentType(PayloadFormat format) => format switch
    {
        PayloadFormat.Cap => "application/cap+xml",
        PayloadFormat.CloudEvents => "application/cloudevents+json",
        PayloadFormat.Standard or PayloadFormat.Alertmanager
            or PayloadFormat.Slack or PayloadFormat.Teams or PayloadFormat.DingTalk or PayloadFormat.WeCom or PayloadFormat.Feishu => "application/json",
    };
}
