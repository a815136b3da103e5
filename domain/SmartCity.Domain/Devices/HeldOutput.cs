namespace SmartCity.Devices;

/// <summary>
/// An output that is on for a limited time: siren, beacon, relay. A pure fold over what is asked of it and over time. Asking again does not make it
/// longer: what sounds ends at its time, and must be switched off before it can begin anew.
/// </summary>
public sealed record HeldOutput
{
    /// <summary>How many ids of commands it remembers.</summary>
    public const int Remembered = 16;

    /// <summary>The shortest and the longest time that an output may be given to be on.</summary>
    public static readonly TimeSpan ShortestOn = TimeSpan.FromMilliseconds(100), LongestOn = TimeSpan.FromHours(1);

    private HeldOutput(long mostOnNs) => MostOnNs = mostOnNs;

    public bool On { get; private init; }

    /// <summary>When it goes off by itself, monotonic nanoseconds; null while it is off.</summary>
    public long? OffAtNs { get; private init; }

    private long MostOnNs { get; }
    private IReadOnlyList<string> Done { get; init; } = [];

    /// <summary>An output as it is found: off.</summary>
    /// <param name="mostOn">The longest that it is on: 100 ms to 1 h.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time beyond these.</exception>
    public static HeldOutput Off(TimeSpan mostOn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostOn, ShortestOn);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mostOn, LongestOn);
        return new(mostOn.Ticks * TimeSpan.NanosecondsPerTick);
    }

    /// <summary>Switches it.</summary>
    /// <param name="command">The id of the command that asks; one that was done is not done again. Null: nobody's command.</param>
    public HeldOutput Ask(bool on, string? command, long nowNs)
    {
        var now = Elapse(nowNs);
        if (command is not null)
        {
            if (now.Done.Contains(command)) return now;
            now = now with { Done = [.. now.Done.TakeLast(Remembered - 1), command] };
        }
        return on == now.On ? now : now with { On = on, OffAtNs = on ? nowNs + MostOnNs : null };
    }

    /// <summary>Lets time pass.</summary>
    public HeldOutput Elapse(long nowNs) => nowNs >= OffAtNs ? this with { On = false, OffAtNs = null } : this;
}
