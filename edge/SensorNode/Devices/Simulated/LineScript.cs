using SensorNode.Options;

namespace SensorNode.Devices.Simulated;

/// <summary>
/// What a simulated line does: when it is active and when quiet, from the node's start on. Contacts bounce: each change is
/// three edges within 3 ms, so that the debounce has work. Asked in order of time, it goes on for ever.
/// </summary>
public sealed class LineScript(LinePlan plan, DeviceSimulation simulation, Chance chance, DateTimeOffset startedAt)
{
    /// <summary>How far ahead it is planned.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromMinutes(1);

    private readonly Queue<(TimeSpan At, bool Active)> _planned = new();
    private TimeSpan _until;     // everything before it is planned
    private bool _active;

    /// <summary>The state at the start: quiet.</summary>
    public bool InitiallyActive => false;

    /// <summary>The next change, counted from the start; null when there is none within <see cref="Horizon"/> from now.</summary>
    public (TimeSpan At, bool Active)? Next(TimeSpan now)
    {
        while (_planned.Count == 0 && _until < now + Horizon)
        {
            if (plan is PulsePlan) PlanPulse();
            else if (!PlanContact()) _until = TimeSpan.MaxValue; // nothing will ever happen
        }
        return _planned.TryPeek(out var next) ? next : null;
    }

    public void Take() => _planned.Dequeue();

    // A contact: incidents, and footfall by chance. Planned from change to change.
    private bool PlanContact()
    {
        var now = _until;
        var next = NextIncidentChange(now);
        if (simulation.Scenario == Scenario.Footfall)
        {
            var wait = chance.Wait(Footfall(now));
            var length = TimeSpan.FromSeconds(2 + 8 * chance.Unit());
            if (next is null || now + wait + length < next)
            {
                if (!_active && ClosedAt(now + wait) is false)
                {
                    PlanChange(now + wait, true);
                    PlanChange(now + wait + length, false);
                }
                _until = now + wait + length;
                return true;
            }
        }
        if (next is not { } at) return false;
        var active = ClosedAt(at);
        if (active != _active) PlanChange(at, active);
        _until = at;
        return true;
    }

    private void PlanChange(TimeSpan at, bool active)
    {
        _planned.Enqueue((at, active));
        var bounce = at + TimeSpan.FromMilliseconds(0.4 + chance.Unit());
        _planned.Enqueue((bounce, !active));
        _planned.Enqueue((bounce + TimeSpan.FromMilliseconds(0.3 + chance.Unit()), active));
        _active = active;
    }

    private bool ClosedAt(TimeSpan at) =>
        simulation.Incidents.Any(incident => incident.Kind == IncidentKind.Closed && incident.LastedAt(at) is not null);

    private TimeSpan? NextIncidentChange(TimeSpan after)
    {
        TimeSpan? next = null;
        foreach (var incident in simulation.Incidents.Where(incident => incident.Kind == IncidentKind.Closed))
        {
            var round = incident.Every is { } every && after >= incident.At ? (after - incident.At).Ticks / every.Ticks : 0;
            for (var r = round; r <= round + 1; r++)
            {
                if (r > 0 && incident.Every is null) break;
                var begin = incident.At + (incident.Every ?? TimeSpan.Zero) * r;
                foreach (var at in new[] { begin, begin + incident.For })
                {
                    if (at > after || at == TimeSpan.Zero && !_active && after == TimeSpan.Zero) next = next is null || at < next ? at : next;
                }
            }
        }
        return next;
    }

    // Pulses: the next by the rate of its moment, 20 to 60 ms long, never touching.
    private void PlanPulse()
    {
        var rate = RateAt(_until);
        var wait = rate > 0 ? chance.Wait(rate) : TimeSpan.MaxValue;
        var look = TimeSpan.FromSeconds(1); // rates change with the hour and with incidents: never plan further than this at one rate
        if (wait > look)
        {
            _until += look;
            return;
        }
        var begin = _until + wait;
        var end = begin + TimeSpan.FromMilliseconds(20 + 40 * chance.Unit());
        _planned.Enqueue((begin, true));
        _planned.Enqueue((end, false));
        _until = end + TimeSpan.FromMilliseconds(20);
    }

    private double RateAt(TimeSpan at)
    {
        foreach (var incident in simulation.Incidents)
        {
            if (incident.Kind == IncidentKind.PerHour && incident.LastedAt(at) is not null) return incident.Value;
        }
        return simulation.Scenario switch
        {
            Scenario.Traffic => Traffic(HourAt(at)),
            Scenario.Showers => Shower(at),
            _ => 0,
        };
    }

    private double HourAt(TimeSpan at) => (startedAt.UtcDateTime + at).TimeOfDay.TotalHours;

    // Two rush hours on a day's hump: 30 an hour at night, 900 at eight and at five.
    private static double Traffic(double hour) =>
        30 + 400 * Math.Max(0, Math.Sin((hour - 6) / 16 * Math.PI)) + 450 * Hump(hour, 8) + 450 * Hump(hour, 17);

    private static double Hump(double hour, double peak) => Math.Exp(-Math.Pow((hour - peak) / 1.2, 2));

    private double Footfall(TimeSpan at) => HourAt(at) is > 6 and < 22 ? 40 : 4;

    // One shower in about two hours, 10 minutes long, 3 to 30 mm an hour of 0.2 mm tips.
    private double Shower(TimeSpan at)
    {
        var slot = (ulong)((startedAt.ToUnixTimeSeconds() + (long)at.TotalSeconds) / 600);
        var luck = new Chance(slot).Unit();
        return luck < 0.08 ? 15 + luck / 0.08 * 135 : 0;
    }
}
