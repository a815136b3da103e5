using System.Net;
using CityHub.Api.Keys;
using Microsoft.Extensions.Time.Testing;

namespace CityHub.Api.Tests;

public sealed class FailedAttemptsTests
{
    private readonly FakeTimeProvider _wall = new();
    private static readonly IPAddress Someone = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void An_address_waits_from_exactly_the_last_allowed_attempt_until_exactly_the_end_of_the_window()
    {
        var failed = new FailedAttempts(_wall, allowed: 3);
        failed.Failed(Someone);
        failed.Failed(Someone);
        Assert.Null(failed.WaitFor(Someone));
        failed.Failed(Someone);
        Assert.Equal(FailedAttempts.Window, failed.WaitFor(Someone));
        _wall.Advance(FailedAttempts.Window - TimeSpan.FromTicks(1));
        Assert.Equal(TimeSpan.FromTicks(1), failed.WaitFor(Someone));
        _wall.Advance(TimeSpan.FromTicks(1));
        Assert.Null(failed.WaitFor(Someone));
    }

    [Fact]
    public void One_address_does_not_make_another_wait_but_a_64_bit_network_is_one_address()
    {
        var failed = new FailedAttempts(_wall, allowed: 1);
        failed.Failed(Someone);
        failed.Failed(IPAddress.Parse("2001:db8:0:1::1"));
        Assert.NotNull(failed.WaitFor(Someone));
        Assert.NotNull(failed.WaitFor(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Null(failed.WaitFor(IPAddress.Parse("192.0.2.2")));
        Assert.NotNull(failed.WaitFor(IPAddress.Parse("2001:db8:0:1:ffff::2")));
        Assert.Null(failed.WaitFor(IPAddress.Parse("2001:db8:0:2::1")));
    }

    [Fact]
    public void The_table_is_bounded_and_the_address_that_was_quiet_for_longest_makes_room()
    {
        var failed = new FailedAttempts(_wall, allowed: 1);
        IPAddress Number(int i) => new([10, 0, (byte)(i / 256), (byte)(i % 256)]);
        for (var i = 0; i < FailedAttempts.MostAddresses; i++)
        {
            failed.Failed(Number(i));
            _wall.Advance(TimeSpan.FromMilliseconds(1));
        }
        failed.Failed(Number(0));   // heard again: no longer the quietest
        failed.Failed(Someone);
        Assert.NotNull(failed.WaitFor(Someone));
        Assert.NotNull(failed.WaitFor(Number(0)));
        Assert.Null(failed.WaitFor(Number(1)));
        Assert.NotNull(failed.WaitFor(Number(2)));
    }
}
