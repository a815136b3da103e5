using SmartCity.Devices;

namespace SmartCity.Tests.Devices;

public class HeldOutputTests
{
    private const long Second = 1_000_000_000;
    private static readonly HeldOutput Siren = HeldOutput.Off(TimeSpan.FromSeconds(10));

    [Fact]
    public void It_goes_off_by_itself_at_exactly_its_time_and_not_a_nanosecond_before()
    {
        var on = Siren.Ask(true, null, 5 * Second);
        Assert.Equal(15 * Second, on.OffAtNs);
        Assert.True(on.Elapse(15 * Second - 1).On);
        Assert.Equal((false, null), (on.Elapse(15 * Second).On, on.Elapse(15 * Second).OffAtNs));
    }

    [Fact]
    public void Asking_again_does_not_make_it_longer_and_after_its_end_it_begins_anew()
    {
        var again = Siren.Ask(true, "a", 0).Ask(true, "b", 9 * Second);
        Assert.Equal(10 * Second, again.OffAtNs);
        Assert.Equal(21 * Second, again.Ask(true, "c", 11 * Second).OffAtNs);
    }

    [Fact]
    public void A_command_is_done_once_however_often_it_comes()
    {
        var ended = Siren.Ask(true, "a", 0).Elapse(10 * Second);
        Assert.False(ended.Ask(true, "a", 11 * Second).On);
        Assert.True(ended.Ask(true, null, 11 * Second).On); // nobody's command: a rule of the node's own
    }

    [Fact]
    public void It_remembers_the_last_sixteen_commands()
    {
        var output = Siren.Ask(true, "first", 0);
        for (var i = 1; i < HeldOutput.Remembered; i++) output = output.Ask(false, $"{i}", Second);
        Assert.False(output.Ask(true, "first", 2 * Second).On);
        Assert.True(output.Ask(false, "one more", 2 * Second).Ask(true, "first", 2 * Second).On);
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(3_600_000, true)]
    [InlineData(3_600_001, false)]
    public void It_may_be_on_for_a_tenth_of_a_second_to_an_hour(int milliseconds, bool may)
    {
        var made = Record.Exception(() => HeldOutput.Off(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.Equal(may, made is null);
    }
}
