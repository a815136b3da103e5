using CsCheck;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Tests.Watch;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Twins;

public sealed class CheckpointTests
{
    private static byte[] Written(SensorTwin twin)
    {
        var w = new VarintWriter();
        twin.Write(w);
        return w.ToArray();
    }

    private static byte[] Written(NodeTwin twin)
    {
        var w = new VarintWriter();
        twin.Write(w);
        return w.ToArray();
    }

    private static Watched Busy(int readings)
    {
        var street = new Watched(ArrivalTests.Rules(LatePolicy.Raise));
        for (var i = 0; i < readings; i++) street.Hears(i, 20 + i * 7 % 23 + i % 10 / 10.0);
        return street;
    }

    [Fact]
    public void A_checkpoint_read_back_is_written_the_same()
    {
        var street = Busy(500);
        var before = Written(street.Twin);
        street.Restarts();
        Assert.Equal(before, Written(street.Twin)); // before any rules are bound
        street.Waits(499);
        Assert.Equal(before, Written(street.Twin));
    }

    [Fact]
    public void A_quantity_with_one_rule_takes_at_most_100_bytes_and_each_kept_reading_at_most_8()
    {
        var street = new Watched(Watched.Rule("air-temperature-high"));
        street.Hears(0, 21.5);
        Assert.InRange(Written(street.Twin).Length, 1, 100);
        for (var i = 1; i < 300; i++) street.Hears(i, Math.Round(21.5 + i % 17 / 10.0, 1));
        Assert.InRange(Written(street.Twin).Length, 64, 100 + 64 * 8);
    }

    [Fact]
    public void A_checkpoint_that_is_cut_short_is_refused()
    {
        var bytes = Written(Busy(50).Twin);
        for (var length = 0; length < bytes.Length; length++)
        {
            var r = new VarintReader(bytes.AsSpan(0, length));
            Assert.False(SensorTwin.TryRead(ref r, out _));
        }
    }

    [Fact]
    public void A_checkpoint_of_another_version_is_refused()
    {
        var bytes = Written(Busy(5).Twin);
        bytes[0]++;
        var r = new VarintReader(bytes);
        Assert.False(SensorTwin.TryRead(ref r, out _));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_make_a_twin_that_works_and_never_throw() =>
        Gen.Select(Gen.Int[0, 4000], Gen.Byte, Gen.Int[0, 4000], Gen.Byte).Sample((first, one, second, two) =>
        {
            var bytes = Written(Busy(40).Twin);
            bytes[first % bytes.Length] ^= one;
            bytes[second % bytes.Length] = two;
            var r = new VarintReader(bytes);
            if (!SensorTwin.TryRead(ref r, out var twin)) return;
            var plan = RulePlan.For(new(1, "", TimeSpan.Zero, ArrivalTests.Rules(LatePolicy.Raise)), "centre");
            var events = new List<EpisodeEvent>();
            twin.Advance(Watched.At(60), plan, events);
            for (var i = 60; i < 70; i++) twin.Observe(Watched.Reading(i, 31), 1, Watched.At(i), plan, events);
            twin.Advance(Watched.At(1e6), plan, events);
        }, iter: 5000);

    [Fact]
    public void A_node_comes_back_with_presence_ledger_and_sensors()
    {
        var node = new NodeTwin(new("centre-1", "pole-7")) { Unledgered = true };
        node.Heard(new(1000));
        Assert.True(node.Becomes(NodePresence.Online, new(1000)));
        node.Ledger.Declare(new(new(77), 3, [new(1, 5), new(1, 1), new(1, 1), new(2, 9)]));
        node.Ledger.Account(new(Lane.Alert, 1));
        node.Sensors.Add("bme280", Busy(20).Twin);
        node.Sensors.Add("rain", new(new("rain-1")));
        var bytes = Written(node);

        var r = new VarintReader(bytes);
        Assert.True(NodeTwin.TryRead(ref r, out var back));
        Assert.True(r.AtEnd);
        Assert.Equal((node.Key, NodePresence.Online, new Instant(1000), new Instant(1000), true), (back.Key, back.Presence, back.Since, back.LastHeard, back.Unledgered));
        Assert.True(back.Ledger.Holds(new(Lane.Alert, 1)));
        Assert.Equal(["bme280", "rain"], back.Sensors.Keys);
        Assert.Equal(node.Sensors["bme280"].Live.ToArray(), back.Sensors["bme280"].Live.ToArray());
        Assert.Equal(bytes, Written(back));
        for (var length = 0; length < bytes.Length; length++)
        {
            var shorter = new VarintReader(bytes.AsSpan(0, length));
            Assert.False(NodeTwin.TryRead(ref shorter, out _));
        }
    }

    [Fact]
    public void Live_values_of_every_kind_come_back()
    {
        var street = new Watched();
        street.Hears(Watched.Reading(1, 20.25), 1);
        street.Hears(Reading.Failed(Quantity.AirTemperature, Watched.At(2), Watched.Order(2), ReadFault.BadChecksum, ClockTrust.Unsynced), 2);
        street.Hears(Reading.Measured(Quantity.AirPressure, Watched.At(3), Watched.Order(3), 1013.0721, ClockTrust.Holdover, Quality.Suspect), 3);
        street.Hears(Reading.Measured(Quantity.RelativeHumidity, Watched.At(4), Watched.Order(4), 1.0 / 3), 4);
        street.Hears(Reading.Measured(Quantity.WaterLevel, Watched.At(4), Watched.Order(4), -0.0), 4);
        var before = street.Twin.Live.ToArray();
        street.Restarts();
        Assert.Equal(before, street.Twin.Live.ToArray());
        Assert.True(street.Twin.TryGetLive(Quantity.AirTemperature, out var air));
        Assert.Equal((ReadFault.BadChecksum, true), (air.Newest.Fault, air.Good.TryGetValue(out var good) && good == 20.25));
        Assert.True(street.Twin.TryGetLive(Quantity.AirPressure, out var pressure));
        Assert.False(pressure.HasGood);
        Assert.False(street.Twin.TryGetLive(Quantity.Ozone, out _));
    }
}
