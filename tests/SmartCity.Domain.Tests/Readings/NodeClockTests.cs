using CsCheck;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Readings;

public class NodeClockTests
{
    private const long Second = 1_000_000_000, Boot = 5 * Second;
    private static readonly Instant Noon = new(1_795_000_000_000), Dawn = new(1_000);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private static NodeClock Clock => NodeClock.Started(Boot);

    [Fact]
    public void A_disciplined_clock_stamps_at_once_with_its_own_time()
    {
        var clock = Clock.Look(Boot, Noon, ClockTrust.Synced);
        Assert.False(clock.Holds(Boot));
        Assert.Equal((Noon + TimeSpan.FromSeconds(2), ClockTrust.Synced), (clock.At(Boot + 2 * Second), clock.Trust));
    }

    [Fact]
    public void Before_it_is_disciplined_readings_wait_ten_minutes_and_not_a_tick_longer()
    {
        var clock = Clock.Look(Boot, Dawn, ClockTrust.Unsynced);
        Assert.True(clock.Holds(Boot + 600 * Second - 1));
        Assert.False(clock.Holds(Boot + 600 * Second));
        Assert.Equal(ClockTrust.Unsynced, clock.TrustOfHeld);
        Assert.Equal(Dawn + TimeSpan.FromSeconds(600), clock.At(Boot + 600 * Second)); // a guess, and flagged as one
    }

    [Fact]
    public void What_waited_is_stamped_from_the_monotonic_clock_once_the_wall_clock_is_right()
    {
        var clock = Clock.Look(Boot, Dawn, ClockTrust.Unsynced).Look(Boot + 100 * Second, Noon, ClockTrust.Synced);
        Assert.False(clock.Holds(Boot + 100 * Second));
        Assert.Equal((Noon - TimeSpan.FromSeconds(97), ClockTrust.Holdover), (clock.At(Boot + 3 * Second), clock.TrustOfHeld));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_step_of_a_year_that_nobody_vouches_for_moves_no_stamp(int years)
    {
        var clock = Clock.Look(Boot, Noon, ClockTrust.Synced).Look(Boot + Second, Noon + TimeSpan.FromSeconds(1) + years * Year, ClockTrust.Holdover);
        Assert.Equal((Noon + TimeSpan.FromSeconds(10), ClockTrust.Holdover), (clock.At(Boot + 10 * Second), clock.Trust));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_step_of_a_year_to_the_right_time_is_followed(int years)
    {
        var clock = Clock.Look(Boot, Noon - years * Year, ClockTrust.Unsynced).Look(Boot + 700 * Second, Noon, ClockTrust.Synced);
        Assert.Equal((Noon + TimeSpan.FromSeconds(1), ClockTrust.Synced), (clock.At(Boot + 701 * Second), clock.Trust));
    }

    [Fact]
    public void A_clock_that_was_never_disciplined_follows_a_hand_forwards_and_not_backwards()
    {
        var clock = Clock.Look(Boot, Dawn, ClockTrust.Unsynced).Look(Boot + Second, Noon, ClockTrust.Unsynced).Look(Boot + 2 * Second, Dawn, ClockTrust.Unsynced);
        Assert.Equal((Noon + TimeSpan.FromSeconds(2), ClockTrust.Unsynced), (clock.At(Boot + 3 * Second), clock.Trust));
    }

    [Fact]
    public void A_process_that_starts_while_the_machine_holds_over_believes_the_wall_clock_once()
    {
        var clock = Clock.Look(Boot, Noon, ClockTrust.Holdover).Look(Boot + Second, Noon - Year, ClockTrust.Holdover);
        Assert.False(clock.Holds(Boot));
        Assert.Equal((Noon + TimeSpan.FromSeconds(1), ClockTrust.Holdover), (clock.At(Boot + Second), clock.Trust));
    }

    [Fact]
    public void Without_a_disciplined_look_in_between_stamps_are_as_far_apart_as_the_moments_whatever_the_wall_clock_does() =>
        Gen.Select(Gen.Long[-31_536_000_000, 31_536_000_000].Array[0, 20], Gen.Int[0, 1]).Sample((steps, first) =>
        {
            var clock = Clock.Look(Boot, Noon, first == 0 ? ClockTrust.Synced : ClockTrust.Holdover);
            var (at, now) = (clock.At(Boot), Boot);
            foreach (var step in steps)
            {
                now += Second;
                clock = clock.Look(now, new(Noon.UnixMilliseconds + step), ClockTrust.Holdover);
                Assert.Equal(at + TimeSpan.FromSeconds((now - Boot) / Second), clock.At(now));
            }
        });

    [Theory]
    [InlineData("later", 1, 1)]
    [InlineData("the same moment again", 0, 1)]
    [InlineData("a second back is bridged", -1_000, 1)]
    [InlineData("a minute back is bridged", -60_000, 1)]
    [InlineData("more was a wrong time before", -60_001, -60_001)]
    [InlineData("a year back", -31_536_000_000, -31_536_000_000)]
    public void Stamps_of_a_device_rise_but_for_a_step_that_undoes_a_wrong_time(string because, long step, long expected)
    {
        var (stamps, first) = default(RisingStamps).Stamp(Noon);
        Assert.Equal(Noon, first);
        Assert.True(stamps.Stamp(Noon + TimeSpan.FromMilliseconds(step)).At == Noon + TimeSpan.FromMilliseconds(expected), because);
    }
}
