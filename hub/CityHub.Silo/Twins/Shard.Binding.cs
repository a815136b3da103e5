using CityHub.Silo.Timeline;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Twins;

namespace CityHub.Silo.Twins;

/// <summary>Which sensor stands behind a device; and rows that were stored after the last checkpoint.</summary>
internal sealed partial class Shard
{
    /// <summary>The sensor behind a device, where the register puts it. A device that stands for another sensor than before gets that one's twin.</summary>
    private SensorActor Bind(NodeActor node, string device)
    {
        if (node.Sensors.TryGetValue(device, out var known) && ReferenceEquals(known.Place, _parts.Places.Find(new(node.Key, device)))) return known;
        var place = _parts.Places.Of(new(node.Key, device), _parts.City.Now);
        if (known is not null && known.Twin.Id == place.Sensor)
        {
            known.Place = place;
            known.Plan = PlanOf(place.Place);
            return known;
        }
        if (!node.Twin.Sensors.TryGetValue(device, out var twin) || twin.Id != place.Sensor)
        {
            twin = new SensorTwin(place.Sensor);
            node.Twin.Sensors[device] = twin;
        }
        var sensor = new SensorActor(node, device, place, twin) { Plan = PlanOf(place.Place) };
        node.Sensors[device] = sensor;
        PlanLook(sensor);
        return sensor;
    }

    /// <summary>A batch as the timeline kept it: into the twins, if the checkpoint did not have it.</summary>
    public void Replay(NodeKey key, in LedgerMark mark, ReadOnlySpan<TimelineRow> rows, Instant cityTime)
    {
        var node = NodeFor(key);
        var outbox = new OutboxId(mark.Outbox);
        if (node.Twin.Ledger.Outbox != outbox)
        {
            // The birth that declared it came after the checkpoint; what it said of holes, the next birth says again.
            var lanes = new LaneExtent[Lanes.Count];
            Array.Fill(lanes, new LaneExtent(1, 1));
            node.Twin.Ledger.Declare(new(outbox, 0, lanes));
        }
        if (mark.Lane >= Lanes.Count || node.Twin.Ledger.Account(new((Lane)mark.Lane, mark.Batch)) != LedgerVerdict.New) return;
        foreach (ref readonly var row in rows) Replay(node, row, cityTime);
        MarkDirty(node);
    }

    /// <summary>A row of a source without our ledger.</summary>
    public void Replay(DeviceKey device, in TimelineRow row, Instant cityTime)
    {
        var node = NodeFor(device.Node);
        node.Twin.Unledgered = true;
        Again(Bind(node, device.Device), row.Reading, cityTime);
        MarkDirty(node);
    }

    private void Replay(NodeActor node, in TimelineRow row, Instant cityTime)
    {
        var (id, _) = _parts.Timeline.SeriesName(row.Series);
        if (_parts.Places.DeviceOf(id) is { } device && device.Node == node.Key) Again(Bind(node, device.Device), row.Reading, cityTime);
    }

    // The flag that it got by those around it then is stored with it.
    private void Again(SensorActor sensor, in Reading reading, Instant cityTime)
    {
        var repairs = sensor.Plan.RepairsOf(reading.Quantity);
        if (LooksAround(sensor, reading, repairs, out var checks)) _parts.Nearby.Compare(sensor, reading, checks);
        if (Observe(sensor, reading, cityTime) != ObserveOutcome.Newest || repairs is null) return;
        Repair(sensor, reading, repairs);
        _repairs.Clear(); // what came of it was stored with it
    }

    /// <summary>Ends a replayed block: what it brought to light goes the usual way, and changes nothing if it is written already.</summary>
    public void EndReplay() => EndRound();

    private NodeActor NodeFor(NodeKey key)
    {
        if (_nodes.TryGetValue(key, out var node)) return node;
        node = new NodeActor(new NodeTwin(key));
        _nodes.Add(key, node);
        return node;
    }
}
