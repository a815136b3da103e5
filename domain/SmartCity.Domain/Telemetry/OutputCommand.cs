using SmartCity.Readings;

namespace SmartCity.Telemetry;

/// <summary>What became of a command so far. The numbers are kept on disk.</summary>
public enum OutputCommandState : byte
{
    /// <summary>Sent again and again until its node tells the value back.</summary>
    Waiting = 1,

    /// <summary>The node told the value back: done.</summary>
    Answered = 2,

    /// <summary>Given up: nobody knows what the output does.</summary>
    Unanswered = 3,

    /// <summary>A later command to the same output took its place.</summary>
    Superseded = 4,
}

/// <summary>What somebody asks of an output.</summary>
/// <param name="Id">Given by who asks, so that asking twice is asking once: 1 to 64 of letters, digits, '.', '-', '_'.</param>
/// <param name="By">Who asks.</param>
/// <param name="AskedAt">Wall clock.</param>
public sealed record OutputCommand(string Id, SensorId Sensor, Quantity Output, bool On, string By, string Why, Instant AskedAt)
{
    public const int LongestId = 64;

    public OutputCommandState State { get; init; } = OutputCommandState.Waiting;

    /// <summary>When it stopped waiting, wall clock.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>Whether the other one asks the same of the same output.</summary>
    public bool AsksTheSameAs(OutputCommand other) => (Sensor, Output, On) == (other.Sensor, other.Output, other.On);

    public static bool IsId(string text) => text.Length is >= 1 and <= LongestId && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}

/// <summary>What there is to do with a command that waits.</summary>
public enum RepeatStep : byte
{
    Wait,
    Send,
    GiveUp,
}

/// <summary>
/// When a command is sent again: QoS 0 may lose it, and its answer. At once, then after 1, 2, 4, 8 and every 15 s, until it is answered or its time
/// is over. Immutable; takes the wall clock, and bears one that is set back.
/// </summary>
/// <param name="AskedAt">Of the command.</param>
/// <param name="AnswerWithin">After this long it is given up.</param>
public sealed record CommandRepeat<T>(T Command, Instant AskedAt, TimeSpan AnswerWithin)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>How often it was sent.</summary>
    public int Sends { get; private init; }

    private Instant NextAt { get; init; } = AskedAt;

    public RepeatStep Look(Instant now) =>
        now - AskedAt >= AnswerWithin ? RepeatStep.GiveUp
        : now >= NextAt || NextAt - now > Longest ? RepeatStep.Send
        : RepeatStep.Wait;

    public CommandRepeat<T> Sent(Instant now)
    {
        var pause = Sends < 4 ? TimeSpan.FromSeconds(1 << Sends) : Longest;
        return this with { Sends = Sends + 1, NextAt = now + pause };
    }
}
