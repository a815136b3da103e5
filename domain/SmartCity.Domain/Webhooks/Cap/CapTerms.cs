using SmartCity.Watch;

namespace SmartCity.Webhooks.Cap;

/// <summary>Who should act on a message (CAP 1.2, status).</summary>
public enum CapStatus : byte
{
    Actual = 1,
    Exercise = 2,
    System = 3,
    Test = 4,
}

/// <summary>Our words in CAP's (OASIS CAP 1.2, section 3.2): the one place where they are matched.</summary>
public static class CapTerms
{
    public static string Of(CapStatus status) => status switch
    {
        CapStatus.Actual => "Actual",
        CapStatus.Exercise => "Exercise",
        CapStatus.System => "System",
        CapStatus.Test => "Test",
    };

    /// <summary>A first message is an Alert; whatever follows refers to it. Cancel takes a message back, so it stands for an episode that never was, and for nothing else.</summary>
    public static string MessageType(EpisodeNews news) => news switch
    {
        EpisodeNews.Raised => "Alert",
        EpisodeNews.Acknowledged => "Update",
        EpisodeNews.Cleared => "Update",
        EpisodeNews.Withdrawn => "Cancel",
        EpisodeNews.Reopened => "Update",
        EpisodeNews.SeverityChanged => "Update",
        EpisodeNews.Summary => "Update",
        EpisodeNews.Test => "Alert",
    };

    /// <summary>Extreme is an "extraordinary threat", Minor "minimal to no known threat": what is over is Minor, however bad it was.</summary>
    public static string SeverityOf(Severity severity, EpisodeNews news) => news == EpisodeNews.Cleared ? "Minor" : severity switch
    {
        Severity.Critical => "Extreme",
        Severity.Major => "Severe",
        Severity.Minor => "Moderate",
        Severity.Warning => "Minor",
    };

    /// <summary>Immediate: act now. Expected: within the hour. Past: no action is needed any more.</summary>
    public static string Urgency(Severity severity, EpisodeNews news) => news == EpisodeNews.Cleared ? "Past" : severity switch
    {
        Severity.Critical or Severity.Major => "Immediate",
        Severity.Minor or Severity.Warning => "Expected",
    };
}
