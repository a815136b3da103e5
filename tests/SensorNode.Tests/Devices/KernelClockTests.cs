using SensorNode.Devices.Kernel;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class KernelClockTests
{
    [Theory]
    [InlineData("disciplined", false, 0, ClockTrust.Synced)]
    [InlineData("a leap second is coming", false, 1, ClockTrust.Synced)]
    [InlineData("never since boot", false, KernelClock.TimeError, ClockTrust.Unsynced)]
    [InlineData("not now, but since boot", true, KernelClock.TimeError, ClockTrust.Holdover)]
    [InlineData("the kernel would not say", false, -1, ClockTrust.Unsynced)]
    public void The_kernels_word_is_taken(string because, bool wasSynced, int state, ClockTrust trust) =>
        Assert.True(trust == new KernelClock(wasSynced, () => state).Now(), because);

    [Fact]
    public void A_clock_that_was_synced_once_is_in_holdover_afterwards()
    {
        var state = KernelClock.TimeError;
        var clock = new KernelClock(false, () => state);
        Assert.Equal(ClockTrust.Unsynced, clock.Now());
        state = 0;
        Assert.Equal(ClockTrust.Synced, clock.Now());
        state = KernelClock.TimeError;
        Assert.Equal(ClockTrust.Holdover, clock.Now());
    }

    [Fact]
    public void The_real_kernel_answers() => Assert.True(Enum.IsDefined(new KernelClock().Now()));
}
