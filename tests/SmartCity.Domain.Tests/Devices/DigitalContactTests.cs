using CsCheck;
using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

public class DigitalContactTests
{
    private const long Ms = 1_000_000;
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(true, Polarity.ActiveHigh, true)]
    [InlineData(false, Polarity.ActiveHigh, false)]
    [InlineData(true, Polarity.ActiveLow, false)]
    [InlineData(false, Polarity.ActiveLow, true)]
    public void A_contact_is_what_its_level_means_as_it_is_found(bool high, Polarity polarity, bool active)
    {
        var contact = DigitalContact.Found(high, 0, Debounce, polarity);
        Assert.Equal(active, contact.Active);
        Assert.Null(contact.SettlesAtNs);
    }

    [Fact]
    public void A_level_counts_at_exactly_the_debounce_time_and_not_a_tick_before()
    {
        var (contact, change) = Quiet().Observe(new(true, 100 * Ms));
        Assert.Null(change);
        Assert.Equal(120 * Ms, contact.SettlesAtNs);
        Assert.Null(contact.Elapse(120 * Ms - 1).Change);
        Assert.Equal(new ContactChange(true, 100 * Ms), contact.Elapse(120 * Ms).Change);
        Assert.Equal(new ContactChange(true, 100 * Ms), contact.Elapse(120 * Ms + 1).Change);
    }

    [Fact]
    public void What_bounces_back_at_the_debounce_time_had_counted_and_a_tick_sooner_never_happened()
    {
        var pressed = Quiet().Observe(new(true, 100 * Ms)).Next;
        var (atTheTime, change) = pressed.Observe(new(false, 120 * Ms));
        Assert.Equal(new ContactChange(true, 100 * Ms), change);
        Assert.True(atTheTime.Active);
        Assert.Equal(140 * Ms, atTheTime.SettlesAtNs);

        var (sooner, nothing) = pressed.Observe(new(false, 120 * Ms - 1));
        Assert.Null(nothing);
        Assert.False(sooner.Active);
        Assert.Null(sooner.SettlesAtNs);
    }

    [Fact]
    public void A_bouncing_contact_settles_once_from_its_last_edge_on()
    {
        var contact = Quiet();
        foreach (var (high, at) in new[] { (true, 100 * Ms), (false, 101 * Ms), (true, 102 * Ms), (false, 103 * Ms), (true, 104 * Ms) })
        {
            (contact, var bounce) = contact.Observe(new(high, at));
            Assert.Null(bounce);
        }
        Assert.Null(contact.Elapse(124 * Ms - 1).Change);
        (contact, var change) = contact.Elapse(124 * Ms);
        Assert.Equal(new ContactChange(true, 104 * Ms), change);
        Assert.Null(contact.Elapse(10_000 * Ms).Change);
    }

    [Fact]
    public void Active_low_means_that_the_falling_edge_activates()
    {
        var contact = DigitalContact.Found(true, 0, Debounce, Polarity.ActiveLow).Observe(new(false, 5 * Ms)).Next;
        Assert.Equal(new ContactChange(true, 5 * Ms), contact.Elapse(25 * Ms).Change);
    }

    [Fact]
    public void Without_debounce_every_edge_counts_at_once()
    {
        var (contact, change) = DigitalContact.Found(false, 0, TimeSpan.Zero, Polarity.ActiveHigh).Observe(new(true, 7));
        Assert.Equal(new ContactChange(true, 7), change);
        Assert.Equal(new ContactChange(false, 8), contact.Observe(new(false, 8)).Change);
    }

    [Fact]
    public void An_edge_to_the_level_that_stands_starts_its_time_again_because_the_edges_between_were_lost()
    {
        var contact = Quiet().Observe(new(true, 100 * Ms)).Next.Observe(new(true, 110 * Ms)).Next;
        Assert.Null(contact.Elapse(120 * Ms).Change);
        Assert.Equal(new ContactChange(true, 110 * Ms), contact.Elapse(130 * Ms).Change);
    }

    [Fact]
    public void An_edge_stamped_before_the_last_one_is_taken_as_simultaneous()
    {
        var contact = Quiet().Observe(new(true, 100 * Ms)).Next.Observe(new(false, 90 * Ms)).Next;
        Assert.False(contact.Active);
        Assert.Null(contact.SettlesAtNs);
        Assert.Equal(120 * Ms, contact.Observe(new(true, 95 * Ms)).Next.SettlesAtNs);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3_600_001)]
    public void A_debounce_that_makes_no_sense_is_refused(int milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitalContact.Found(false, 0, TimeSpan.FromMilliseconds(milliseconds), Polarity.ActiveHigh));

    [Fact]
    public void Changes_alternate_never_run_back_and_each_had_held_for_the_debounce_time() =>
        Gen.Select(Gen.Bool, Gen.Long[0, 50 * Ms]).Array[0, 60].Sample(steps =>
        {
            var contact = Quiet();
            var (at, last) = (0L, new ContactChange(false, -1));
            foreach (var (high, wait) in steps)
            {
                at += wait;
                (contact, var change) = contact.Observe(new(high, at));
                if (change is not { } seen) continue;
                Assert.NotEqual(last.Active, seen.Active);
                Assert.True(seen.SinceNs > last.SinceNs && at - seen.SinceNs >= 20 * Ms);
                last = seen;
            }
        });

    private static DigitalContact Quiet() => DigitalContact.Found(false, 0, Debounce, Polarity.ActiveHigh);
}
