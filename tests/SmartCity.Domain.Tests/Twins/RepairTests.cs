using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Twins;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace SmartCity.Tests.Twins;

/// <summary>Repairs beside a twin's readings: nothing else about the twin is other for them.</summary>
public sealed class RepairTests
{
    private static readonly RuleSet Rules = new(1, "", TimeSpan.Zero, [new() { Id = "hot", Quantity = Quantity.AirTemperature, Breach = Breach.Above, Level = 30, Clear = 30, Severity = Severity.Major }])
    {
        Checks = [new(Quantity.AirTemperature) { Spike = new(3, 8) }],
    };

    private static readonly RuleSet Repaired = Rules with { Repairs = [RepairPlan.DefaultOf(Quantity.AirTemperature) with { Districts = ["centre"], Tags = ["roof"] }] };

    private static (SensorTwin Twin, List<EpisodeEvent> Events, List<Repair> Repairs) Run(RuleSet rules, string district, params string[] tags)
    {
        var plan = RulePlan.For(rules, district, tags, new());
        var (twin, events, repairs) = (new SensorTwin(new("s")), new List<EpisodeEvent>(), new List<Repair>());
        for (var i = 0; i < 40; i++)
        {
            var at = new Instant(1_790_000_000_000 + i * 60_000L);
            var reading = i == 30 ? Reading.Failed(Quantity.AirTemperature, at, new((ulong)i + 1), ReadFault.NoAnswer) : Reading.Measured(Quantity.AirTemperature, at, new((ulong)i + 1), i == 20 ? 35 : 28 + i * 0.1);
            twin.Observe(reading, 1, at, plan, events);
            if (plan.RepairsOf(Quantity.AirTemperature) is { } what) twin.Repair(reading, what, [], repairs);
        }
        return (twin, events, repairs);
    }

    [Fact]
    public void A_spike_and_a_failed_reading_are_repaired_and_no_rule_and_no_live_value_sees_it()
    {
        var (plain, plainEvents, none) = Run(Rules, "centre", "roof");
        var (twin, events, repairs) = Run(Repaired, "centre", "roof");
        Assert.Empty(none);
        Assert.Equal([20, 30], repairs.Select(repair => (repair.At.UnixMilliseconds - 1_790_000_000_000) / 60_000));
        Assert.Equal([30, 31], repairs.Select(repair => Math.Round(repair.Value, 9)));
        Assert.Equal(plainEvents, events);
        Assert.Equal(plain.Live.ToArray(), twin.Live.ToArray());
    }

    [Theory]
    [InlineData("centre", "cellar")]
    [InlineData("harbour", "roof")]
    public void It_holds_where_the_file_says(string district, string tag) => Assert.Empty(Run(Repaired, district, tag).Repairs);

    [Fact]
    public void A_checkpoint_of_before_there_were_repairs_is_read()
    {
        var (twin, _, _) = Run(Rules, "centre");
        var w = new VarintWriter();
        twin.Write(w);
        var bytes = w.ToArray()[..^1]; // the count of repairs stands last
        bytes[0] = 2;
        var r = new VarintReader(bytes);
        Assert.True(SensorTwin.TryRead(ref r, out var read));
        Assert.True(r.AtEnd);
        Assert.Equal(twin.Live.ToArray(), read.Live.ToArray());
    }

    [Fact]
    public void What_is_learnt_survives_a_restart_and_is_forgotten_when_the_file_no_longer_asks_for_it()
    {
        var (twin, _, _) = Run(Repaired, "centre", "roof");
        var w = new VarintWriter();
        twin.Write(w);
        var r = new VarintReader(w.Written);
        Assert.True(SensorTwin.TryRead(ref r, out var read) && r.AtEnd);
        Assert.Equal(twin.RepairHeld(Quantity.AirTemperature), read.RepairHeld(Quantity.AirTemperature));
        Assert.NotNull(read.RepairHeld(Quantity.AirTemperature));
        read.Advance(new(1_790_003_000_000), RulePlan.For(Rules, "centre"), []);
        Assert.Null(read.RepairHeld(Quantity.AirTemperature));
    }
}
