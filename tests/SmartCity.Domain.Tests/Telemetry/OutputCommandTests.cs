using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Tests.Telemetry;

public class OutputCommandTests
{
    private static readonly Instant Start = new(1_000_000);
    private static readonly CommandRepeat<OutputCommand> Asked = new(new("a", new("city.pole.siren"), Quantity.Siren, true, "anna", "fire", Start), Start, TimeSpan.FromMinutes(2));

    [Fact]
    public void A_command_is_sent_at_once_then_after_1_2_4_and_8_s_and_every_15_s_until_its_time_is_over()
    {
        var (repeat, sent, now) = (Asked, new List<double>(), Start);
        RepeatStep step;
        while ((step = repeat.Look(now)) != RepeatStep.GiveUp)
        {
            if (step == RepeatStep.Send)
            {
                sent.Add((now - Start).TotalSeconds);
                repeat = repeat.Sent(now);
            }
            now += TimeSpan.FromMilliseconds(100);
        }
        Assert.Equal([0, 1, 3, 7, 15, 30, 45, 60, 75, 90, 105], sent);
        Assert.Equal((120.0, 11), ((now - Start).TotalSeconds, repeat.Sends));
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_silence_it()
    {
        var repeat = Asked.Sent(Start);
        Assert.Equal(RepeatStep.Send, repeat.Look(Start - TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("Siren-7.on_1", true)]
    [InlineData("two words", false)]
    [InlineData("ü", false)]
    public void An_id_is_plain(string id, bool isOne) => Assert.Equal(isOne, OutputCommand.IsId(id));

    [Fact]
    public void An_id_has_64_characters_at_most() => Assert.Equal((true, false), (OutputCommand.IsId(new('a', 64)), OutputCommand.IsId(new('a', 65))));
}
