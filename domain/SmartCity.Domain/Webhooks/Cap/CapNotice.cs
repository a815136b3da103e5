using System.Text;
using SmartCity.Watch;

namespace SmartCity.Webhooks.Cap;

/// <summary>A notice as a message of CAP 1.2. Times are UTC; the signature of XML-DSig is left out: the request is signed as a whole.</summary>
public static class CapNotice
{
    public static byte[] Write(Notice notice)
    {
        var summary = notice.News == EpisodeNews.Summary;
        // Later messages refer to all before them, which arrive first; a summary to those that did arrive.
        var earlier = notice.Earlier.Where(one => one.Delivered || !summary).Select(one => new CapReference(notice.City.Sender, one.MessageId, one.At)).ToArray();
        return Encoding.UTF8.GetBytes(CapMessage.Write(notice.Episode, notice.News, notice.MessageId, notice.At, earlier, new()
        {
            Sender = notice.City.Sender,
            Status = Status(notice.Episode.Kind),
            Language = notice.City.Language,
            Number = notice.Number,
            Web = notice.IsOver ? null : notice.AcknowledgeUrl,
            Note = summary ? $"In the place of {notice.Earlier.Count(one => !one.Delivered)} messages that did not arrive in time." : "",
        }));
    }

    /// <summary>A sign of life is no alert: a message of the system, which calls nobody and says so in its note.</summary>
    public static byte[] Write(Heartbeat heartbeat, City city) => Encoding.UTF8.GetBytes(CapMessage.WriteSystem(heartbeat.Id, heartbeat.At, city.Sender,
        $"Sign of life, every {heartbeat.Every.TotalSeconds} s. Messages so far: {heartbeat.Queued}; waiting: {heartbeat.Pending}; last: {heartbeat.LastMessage ?? "none"}."));

    private static CapStatus Status(EpisodeKind kind) => kind switch
    {
        EpisodeKind.Actual => CapStatus.Actual,
        EpisodeKind.Exercise => CapStatus.Exercise,
        EpisodeKind.Test => CapStatus.Test,
    };
}
