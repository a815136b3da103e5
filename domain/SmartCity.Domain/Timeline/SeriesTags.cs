using SmartCity.Readings;
using SmartCity.Watch.Repairs;

namespace SmartCity.Timeline;

/// <summary>The tags of a series: where its sensor stands and what carries it. Empty: not known.</summary>
public readonly record struct SeriesTags(string District, string Node, string Sensor, string Site)
{
    /// <summary>What each line of the series begins with.</summary>
    public byte[] Head(Quantity quantity) => LineWriter.Head(TimelineSchema.Measurement(quantity),
        (TimelineSchema.District, District), (TimelineSchema.Node, Node), (TimelineSchema.Sensor, Sensor), (TimelineSchema.Site, Site));
}

/// <summary>Readings, windows and annotations as lines.</summary>
public static class TimelineLines
{
    /// <param name="head">From <see cref="SeriesTags.Head"/>.</param>
    /// <param name="raw">What the instrument gave, where it is not the value.</param>
    public static void Reading(LineWriter w, ReadOnlySpan<byte> head, in PackedReading reading, double? raw = null)
    {
        w.Begin(head);
        if (reading.Flags.Measured) w.Float(TimelineSchema.Value, reading.Value);
        w.Integer(TimelineSchema.Quality, (long)reading.Flags.Quality);
        w.Integer(TimelineSchema.Order, unchecked((long)reading.Order.Packed));
        if (raw is { } given) w.Float(TimelineSchema.RawValue, given);
        if (reading.Flags.Clock != ClockTrust.Synced) w.Integer(TimelineSchema.Clock, (long)reading.Flags.Clock);
        if (!reading.Flags.Measured) w.Integer(TimelineSchema.Fault, (long)reading.Flags.Fault);
        w.End(TimelineSchema.Nanoseconds(reading));
    }

    /// <summary>A repair, as fields of the reading's own point: written beside what is there.</summary>
    public static void Repair(LineWriter w, ReadOnlySpan<byte> head, in Repair repair)
    {
        w.Begin(head);
        w.Float(TimelineSchema.Repaired, repair.Value);
        w.Integer(TimelineSchema.Method, (long)repair.Method);
        w.Float(TimelineSchema.Confidence, Math.Round(repair.Confidence, 3));
        w.End(TimelineSchema.Nanoseconds(repair.At));
    }

    public static void Window(LineWriter w, ReadOnlySpan<byte> head, Instant start, in Window window)
    {
        w.Begin(head);
        if (window.Shown > 0)
        {
            w.Float(TimelineSchema.Min, window.Min);
            if (double.IsFinite(window.Mean)) w.Float(TimelineSchema.Mean, window.Mean); // sums of implausible values may leave what a double holds
            w.Float(TimelineSchema.Max, window.Max);
            if (double.IsFinite(window.Sum)) w.Float(TimelineSchema.Sum, window.Sum);
        }
        w.Integer(TimelineSchema.Count, window.Count);
        w.Integer(TimelineSchema.Good, window.Good);
        w.Integer(TimelineSchema.Measured, window.Measured);
        w.End(TimelineSchema.Nanoseconds(start));
    }

    /// <summary>An episode as it stands. Written again after each change, over the same point.</summary>
    public static void Episode(LineWriter w, Watch.Episode episode)
    {
        if ((episode.RaisedAt ?? episode.RecordedAt) is not { } at) return;
        w.Begin(LineWriter.Head(TimelineSchema.Episodes, (TimelineSchema.District, episode.District), ("rule", episode.Rule), (TimelineSchema.Sensor, episode.Sensor.Value)));
        w.Text("id", episode.Id.Value);
        w.Text("severity", SeverityName(episode.Severity));
        w.Text("quantity", QuantityCatalogue.Of(episode.Quantity).Name);
        w.Text("department", episode.Department);
        w.Text("title", episode.Message);
        if (episode.RunBook.Length > 0) w.Text("runbook", episode.RunBook);
        if (episode.Kind != Watch.EpisodeKind.Actual) w.Text("kind", episode.Kind.ToString().ToLowerInvariant()); // a drill looks different on a wall too
        w.Text("state", episode.WithdrawnAt is not null ? "withdrawn" : episode.ClearedAt is not null ? "cleared" : "open");
        w.Float("value", episode.Value);
        if ((episode.WithdrawnAt ?? episode.ClearedAt) is { } ended) w.Integer("ended", ended.UnixMilliseconds);
        if (episode.Acknowledged is { } taken) w.Integer("acknowledged", taken.At.UnixMilliseconds);
        w.End(TimelineSchema.Nanoseconds(at));
    }

    /// <param name="state">online, offline, stale or unheard.</param>
    public static void Presence(LineWriter w, string node, string state, Instant at)
    {
        w.Begin(LineWriter.Head(TimelineSchema.Presence, (TimelineSchema.Node, node)));
        w.Text("state", state);
        w.Integer("online", state == "online" ? 1 : 0);
        w.End(TimelineSchema.Nanoseconds(at));
    }

    private static string SeverityName(Watch.Severity severity) => severity.ToString().ToLowerInvariant();
}
