using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>What is to be done with a chip's power.</summary>
public readonly record struct PowerOrder(string Chip, bool On);

/// <summary>
/// Finds out which chip holds its bus up, and frees the others from it. A bus is stuck when every chip that has power has timed out twice in a row. Then
/// chips whose power can be switched are taken off, one after another: if another chip answers meanwhile, it was that one. It gets its power back, and
/// with that it usually comes to its senses; at its third hang in a day it stays off for an hour. A chip that is alone on its bus is given power again
/// after a second. Mutable, single-threaded; time is an argument.
/// </summary>
/// <param name="chips">All chips of the bus; whether each one's power can be switched.</param>
public sealed class StuckBus(IReadOnlyList<(string Chip, bool HasPower)> chips)
{
    /// <summary>Time-outs in a row that count.</summary>
    public const int Enough = 2;

    /// <summary>Hangs within <see cref="Remembered"/> after which a chip is isolated.</summary>
    public const int MostHangs = 3;

    /// <summary>How long a chip is without power at least.</summary>
    public static readonly TimeSpan Off = TimeSpan.FromSeconds(1);

    /// <summary>How long an isolated chip stays off.</summary>
    public static readonly TimeSpan Isolation = TimeSpan.FromHours(1);

    /// <summary>How long a hang counts.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    private readonly Dictionary<string, int> _timeouts = chips.ToDictionary(chip => chip.Chip, _ => 0, StringComparer.Ordinal);
    private readonly Dictionary<string, List<long>> _hangs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _isolatedUntilNs = new(StringComparer.Ordinal);
    private (string Chip, long SinceNs)? _suspect;
    private int _turn; // whose turn it is to be suspected

    /// <summary>Whether a chip has no power now.</summary>
    public bool IsOff(string chip) => _suspect?.Chip == chip || _isolatedUntilNs.ContainsKey(chip);

    /// <summary>When <see cref="Elapse"/> has something to do; null: nothing waits.</summary>
    public long? NextNs
    {
        get
        {
            long? next = _suspect is { } suspect && IsAlone(suspect.Chip) ? suspect.SinceNs + Ns(Off) : null;
            foreach (var until in _isolatedUntilNs.Values)
            {
                if (!(next <= until)) next = until;
            }
            return next;
        }
    }

    /// <summary>Takes the outcome of a chip's sample; what is to be done about it, or null.</summary>
    public PowerOrder? Saw(string chip, ReadFault? fault, long nowNs)
    {
        if (IsOff(chip)) return null;
        _timeouts[chip] = fault == ReadFault.TimedOut ? _timeouts[chip] + 1 : 0;
        if (_suspect is { } suspect)
        {
            if (nowNs - suspect.SinceNs < Ns(Off)) return null;
            if (fault != ReadFault.TimedOut) return Found(suspect.Chip, nowNs);
            _suspect = null; // the bus is stuck without it: it was another
            return new(suspect.Chip, true);
        }
        return IsStuck ? Suspect(nowNs) : null;
    }

    /// <summary>Lets time pass; what is to be done, or null.</summary>
    public PowerOrder? Elapse(long nowNs)
    {
        if (_suspect is { } suspect && IsAlone(suspect.Chip) && nowNs - suspect.SinceNs >= Ns(Off)) return Found(suspect.Chip, nowNs);
        foreach (var (chip, until) in _isolatedUntilNs)
        {
            if (nowNs < until) continue;
            _isolatedUntilNs.Remove(chip);
            _timeouts[chip] = 0;
            return new(chip, true);
        }
        return null;
    }

    private bool IsStuck => chips.Any(chip => !IsOff(chip.Chip)) && chips.All(chip => IsOff(chip.Chip) || _timeouts[chip.Chip] >= Enough);

    private bool IsAlone(string chip) => chips.All(other => other.Chip == chip || IsOff(other.Chip));

    private PowerOrder? Suspect(long nowNs)
    {
        for (var i = 0; i < chips.Count; i++)
        {
            var (chip, hasPower) = chips[_turn++ % chips.Count];
            if (!hasPower || IsOff(chip)) continue;
            _suspect = (chip, nowNs);
            foreach (var other in chips) _timeouts[other.Chip] = 0;
            return new(chip, false);
        }
        return null;
    }

    private PowerOrder? Found(string chip, long nowNs)
    {
        _suspect = null;
        var hangs = _hangs.TryGetValue(chip, out var known) ? known : _hangs[chip] = [];
        hangs.RemoveAll(at => nowNs - at >= Ns(Remembered));
        hangs.Add(nowNs);
        if (hangs.Count < MostHangs) return new(chip, true);
        hangs.Clear();
        _isolatedUntilNs[chip] = nowNs + Ns(Isolation);
        return null; // it is off already, and stays so
    }

    private static long Ns(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
