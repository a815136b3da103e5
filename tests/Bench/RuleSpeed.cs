using System.Globalization;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace Bench;

/// <summary>What rules cost: readings through the twins of a thousand sensors on one thread, by CPU time. No wire, no store; the rehearsal of a whole hub is in <see cref="RehearsalSpeed"/>.</summary>
internal static class RuleSpeed
{
    private const int Sensors = 1000;
    private const double Asked = 1_500_000;

    private static readonly Rule Plain = new() { Id = "a", Quantity = Quantity.AirTemperature, Breach = Breach.Above, Level = 40, Clear = 38, Severity = Severity.Major };

    public static Table Run(TimeSpan length)
    {
        var table = new Table($"rules: {Sensors} sensors, one thread, readings in order a second apart", "rules on each sensor", "readings/s", "ns", "bytes a reading");
        Rule[] five =
        [
            Plain, Plain with { Id = "b", For = TimeSpan.FromMinutes(2), ClearFor = TimeSpan.FromMinutes(5) },
            Plain with { Id = "c", Breach = Breach.Below, Level = -5, Clear = -3 },
            Plain with { Id = "d", Higher = [new(Severity.Critical, 50, 45)] },
            Plain with { Id = "e", Breach = Breach.Outside, LowLevel = -10, LowClear = -8 },
        ];
        var (speed, bytes) = Row(table, "5: level, duration, below, two severities, outside", length, five);
        table.Ask("five rules a sensor, none broken", speed, "readings/s", "at least", Asked);
        table.Ask("allocated for a reading that raises nothing", bytes, "bytes", "at most", 0.01);
        Row(table, "none", length, []);
        Row(table, "1: a level", length, Plain);
        Row(table, "1: a level, broken all along", length, Plain with { Level = -50, Clear = -60 });
        Row(table, "1: a mean of 10 minutes", length, Plain with { Mean = new(TimeSpan.FromMinutes(1), 10, 5, CalendarDay: false) });
        Row(table, "1: a rate over 10 minutes", length, Plain with { Level = 1000, Clear = 900, Rate = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)) });
        Row(table, "1: 3 votes of 5", length, Plain with { Votes = new(3, 5) });
        Row(table, "1: silence", length, Plain with { Breach = Breach.Missing, For = TimeSpan.FromMinutes(10) });
        Row(table, "10: each of these and five", length, [.. five, .. Mixed]);
        var rehearsed = Rehearse(five, [.. five.Select(rule => rule with { Level = rule.Level - 1, Clear = rule.Clear - 1 })]);
        table.Row($"rehearsal: five rules beside five, {RehearsedReadings:#,0} readings in memory", RehearsedReadings / rehearsed, rehearsed * 1e9 / RehearsedReadings, double.NaN);
        return table;
    }

    private const int RehearsedReadings = 1_000_000;

    private static double Rehearse(Rule[] inForce, Rule[] proposed)
    {
        var rehearsal = new Rehearsal(new(1, "", TimeSpan.Zero, inForce), new(2, "", TimeSpan.Zero, proposed));
        IReadOnlyList<string> tags = [];
        var sensors = Enumerable.Range(0, Sensors).Select(i => new SensorId(i.ToString(CultureInfo.InvariantCulture))).ToArray();
        var before = CpuTime();
        for (var i = 0; i < RehearsedReadings; i++)
        {
            var at = new Instant(1_800_000_000_000 + i / Sensors * 60_000L);
            rehearsal.Take(new(sensors[i % Sensors], "harbour", "", tags, Reading.Measured(Quantity.AirTemperature, at, new((ulong)at.UnixMilliseconds), 20 + i / Sensors % 23), 0, at));
        }
        rehearsal.Finish(new(1_900_000_000_000));
        return (CpuTime() - before).TotalSeconds;
    }

    private static IEnumerable<Rule> Mixed =>
    [
        Plain with { Id = "f", Mean = new(TimeSpan.FromMinutes(1), 10, 5, CalendarDay: false) },
        Plain with { Id = "g", Level = 1000, Clear = 900, Rate = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)) },
        Plain with { Id = "h", Votes = new(3, 5) },
        Plain with { Id = "i", Breach = Breach.Missing, For = TimeSpan.FromMinutes(10) },
        Plain with { Id = "j", Level = -50, Clear = -60 },
    ];

    private static (double Speed, double Bytes) Row(Table table, string what, TimeSpan length, params Rule[] rules)
    {
        var plan = RulePlan.For(new(1, "", TimeSpan.Zero, rules), "harbour");
        var twins = new SensorTwin[Sensors];
        for (var i = 0; i < Sensors; i++) twins[i] = new(new(i.ToString(CultureInfo.InvariantCulture)));
        var events = new List<EpisodeEvent>();
        var second = 0L;
        for (; second < 400; second++) Second(twins, plan, second, events); // buffers filled, code compiled
        var (readings, before, allocated) = (0L, CpuTime(), GC.GetAllocatedBytesForCurrentThread());
        while (CpuTime() - before < length)
        {
            for (var i = 0; i < 20; i++, second++, readings += Sensors) Second(twins, plan, second, events);
        }
        var took = CpuTime() - before;
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)readings;
        var speed = readings / took.TotalSeconds;
        table.Row(what, speed, 1e9 / speed, bytes);
        return (speed, bytes);
    }

    private static void Second(SensorTwin[] twins, RulePlan plan, long second, List<EpisodeEvent> events)
    {
        var at = new Instant(1_800_000_000_000 + second * 1000);
        var reading = Reading.Measured(Quantity.AirTemperature, at, ReadingOrder.Of(1, (ulong)second + 1), 20 + second % 17 / 10.0);
        foreach (var twin in twins) twin.Observe(reading, 1, at, plan, events);
        events.Clear();
    }

    private static TimeSpan CpuTime() => Environment.CpuUsage.UserTime; // allocates nothing, unlike a Process
}
