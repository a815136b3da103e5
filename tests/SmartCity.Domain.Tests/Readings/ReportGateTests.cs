using CsCheck;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Readings;

public class ReportGateTests
{
    private const long Second = 1_000_000_000;
    private static readonly ReportPlan Half = new(0.5, TimeSpan.FromMinutes(1));

    [Fact]
    public void The_first_sample_is_told() => Assert.True(default(ReportGate).Observe(Half, 20, null, 0).Tell);

    [Theory]
    [InlineData("just inside the dead-band", 20.4999, 1, false)]
    [InlineData("exactly at its edge", 20.5, 1, true)]
    [InlineData("below it", 19.5, 1, true)]
    [InlineData("the same, a tick before the heartbeat", 20.0, 59.999999999, false)]
    [InlineData("the same, when the heartbeat is due", 20.0, 60, true)]
    public void A_later_sample_is_told_when_it_leaves_the_dead_band_or_the_heartbeat_is_due(string because, double value, double seconds, bool told)
    {
        var (gate, _) = default(ReportGate).Observe(Half, 20, null, 0);
        Assert.True(gate.Observe(Half, value, null, (long)(seconds * Second)).Tell == told, because);
    }

    [Fact]
    public void The_dead_band_lies_around_what_was_told_and_does_not_creep_with_what_was_not()
    {
        var (gate, _) = default(ReportGate).Observe(Half, 20, null, 0);
        (gate, var first) = gate.Observe(Half, 20.3, null, Second);
        (_, var second) = gate.Observe(Half, 20.5, null, 2 * Second);
        Assert.Equal((false, true), (first, second));
    }

    [Fact]
    public void A_fault_is_told_when_it_begins_when_it_changes_and_when_it_is_over()
    {
        var (gate, _) = default(ReportGate).Observe(Half, 20, null, 0);
        var told = new List<bool>();
        foreach (var fault in new ReadFault?[] { ReadFault.NoAnswer, ReadFault.NoAnswer, ReadFault.TimedOut, null, null })
        {
            (gate, var tell) = gate.Observe(Half, fault is null ? 20 : double.NaN, fault, Second);
            told.Add(tell);
        }
        Assert.Equal([true, false, true, true, false], told);
    }

    [Fact]
    public void Without_a_dead_band_any_change_is_told_and_no_change_is_not()
    {
        var any = new ReportPlan(0, TimeSpan.FromMinutes(1));
        var (gate, _) = default(ReportGate).Observe(any, 1, null, 0);
        Assert.False(gate.Observe(any, 1, null, Second).Tell);
        Assert.True(gate.Observe(any, 1.0000001, null, Second).Tell);
    }

    [Fact]
    public void What_must_be_told_counts_as_told()
    {
        var (gate, _) = default(ReportGate).Observe(Half, 0, null, 0);
        (gate, var tell) = gate.Observe(Half, 0.1, null, Second, mustTell: true);
        Assert.True(tell);
        Assert.False(gate.Observe(Half, 0.55, null, 2 * Second).Tell); // 0.45 from what was told last
    }

    [Fact]
    public void Whoever_holds_the_last_told_value_is_never_wrong_by_the_dead_band_nor_late_by_the_heartbeat() =>
        Gen.Select(Gen.Double[-50, 50].Array[1, 60], Gen.Double[0.01, 5]).Sample((values, band) =>
        {
            var plan = new ReportPlan(band, TimeSpan.FromSeconds(10));
            var (gate, held, toldAt) = (default(ReportGate), double.NaN, 0);
            for (var second = 0; second < values.Length; second++)
            {
                (gate, var tell) = gate.Observe(plan, values[second], null, second * Second);
                if (tell) (held, toldAt) = (values[second], second);
                Assert.True(Math.Abs(values[second] - held) < band || values[second] == held);
                Assert.True(second - toldAt < 10);
            }
        });
}
