using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class LineScriptTests
{
    private static readonly BusPlan Bus = new("lines", BusKind.Gpio, 0);
    private static readonly Place Nowhere = new(null, null, null, null);

    [Fact]
    public void Incidents_that_overlap_close_the_contact_from_the_first_to_the_last()
    {
        var changes = Settled(new(Scenario.Quiet, [Closed(5, 10), Closed(10, 10)]), TimeSpan.FromMinutes(1));
        Assert.Equal([(5, true), (20, false)], changes);
    }

    [Fact]
    public void An_incident_at_the_very_start_closes_the_contact_at_once()
    {
        Assert.Equal([(0, true), (3, false)], Settled(new(Scenario.Quiet, [Closed(0, 3)]), TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void An_incident_comes_again_and_again()
    {
        var changes = Settled(new(Scenario.Quiet, [Closed(2, 1) with { Every = TimeSpan.FromSeconds(10) }]), TimeSpan.FromSeconds(35));
        Assert.Equal([(2, true), (3, false), (12, true), (13, false), (22, true), (23, false), (32, true), (33, false)], changes);
    }

    [Fact]
    public void A_quiet_contact_without_incidents_never_changes()
    {
        Assert.Null(Script(new(Scenario.Quiet, [])).Next(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Footfall_and_incidents_go_together()
    {
        var changes = Settled(new(Scenario.Footfall, [Closed(1000, 60)]), TimeSpan.FromHours(2));
        Assert.True(changes.Count > 60, $"{changes.Count}");
        Assert.All(changes.Select((change, index) => (change, index)), pair => Assert.Equal(pair.index % 2 == 0, pair.change.Active));
        Assert.Contains(changes, change => change.Active && change.Second <= 1000);
    }

    [Fact]
    public void Edges_come_in_the_order_of_time_and_alternate()
    {
        var script = Script(new(Scenario.Footfall, [Closed(30, 5) with { Every = TimeSpan.FromSeconds(45) }]));
        var (last, active) = (TimeSpan.FromTicks(-1), false);
        for (var i = 0; i < 3000; i++)
        {
            var next = script.Next(TimeSpan.FromDays(30))!.Value;
            script.Take();
            Assert.True(next.At >= last && next.Active != active, $"{i}: {last} {next}");
            (last, active) = next;
        }
    }

    [Fact]
    public void Pulses_come_at_about_their_rate()
    {
        var plan = new PulsePlan("traffic", Bus, TimeSpan.FromSeconds(5), Nowhere, 1, Quantity.VehicleCount, Polarity.ActiveHigh, LinePull.AsIs, TimeSpan.Zero, 1);
        var script = new LineScript(plan, new(Scenario.Dry, [new(TimeSpan.Zero, TimeSpan.FromHours(1), null, IncidentKind.PerHour, 600)]), new(1), PoleTime.Noon);
        var pulses = 0;
        while (script.Next(TimeSpan.FromHours(1)) is { } next && next.At < TimeSpan.FromHours(1))
        {
            script.Take();
            if (next.Active) pulses++;
        }
        Assert.InRange(pulses, 500, 700);
    }

    private static Incident Closed(int at, int length) => new(TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(length), null, IncidentKind.Closed, 1);

    private static LineScript Script(DeviceSimulation simulation) =>
        new(new ContactPlan("door", Bus, TimeSpan.FromSeconds(10), Nowhere, 1, Quantity.DoorOpen, Polarity.ActiveHigh, LinePull.AsIs, TimeSpan.Zero), simulation, new(1), PoleTime.Noon);

    // What is left of the edges after debounce, in whole seconds.
    private static List<(int Second, bool Active)> Settled(DeviceSimulation simulation, TimeSpan length)
    {
        var script = Script(simulation);
        var contact = DigitalContact.Found(false, 0, TimeSpan.FromMilliseconds(50), Polarity.ActiveHigh);
        var changes = new List<(int, bool)>();
        void Note(ContactChange? change)
        {
            if (change is { } seen) changes.Add(((int)(seen.SinceNs / 1_000_000_000), seen.Active));
        }
        while (script.Next(length) is { } next && next.At < length)
        {
            script.Take();
            (contact, var change) = contact.Observe(new(next.Active, next.At.Ticks * 100));
            Note(change);
        }
        Note(contact.Elapse(length.Ticks * 100).Change);
        return changes;
    }
}
