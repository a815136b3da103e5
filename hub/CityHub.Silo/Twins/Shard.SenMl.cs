using CityHub.Silo.Telemetry;
using CityHub.Silo.Telemetry.SenMl;
using SmartCity.Readings;
using SmartCity.Twins;

namespace CityHub.Silo.Twins;

/// <summary>SenML packs: nodes without births, deaths and ledger.</summary>
internal sealed partial class Shard
{
    private readonly List<SenMlRecord> _records = [];

    private void HandleSenMl(NodeActor node, ReadOnlySpan<byte> payload, MailFlags flags)
    {
        if ((flags & MailFlags.Retained) != 0)
        {
            _parts.Refusals.Add(node.Name, "retained_message");
            return;
        }
        if ((flags & MailFlags.Cut) != 0)
        {
            _parts.Refusals.Add(node.Name, RefusalReason.Oversized);
            return;
        }
        var fault = SenMlPack.Resolve(payload, _parts.City.Kind == CityClockKind.Data ? _wallNow.UnixMilliseconds : _parts.City.Now.UnixMilliseconds, _records);
        if (fault != SenMlFault.None)
        {
            _parts.Refusals.Add(node.Name, RefusalReason.MalformedSenMl);
            return;
        }
        node.Twin.Unledgered = true;
        Becomes(node, NodePresence.Online);
        _nodeDeadlines.Plan(node, (_wallNow + _parts.Options.SenMlSilence).UnixMilliseconds);
        if (!HasRoom(SmartCity.Telemetry.Lane.Raw)) return;
        var first = _cut.RowCount;
        foreach (var record in _records) TakeRecord(node, record);
        CountRows(_cut.RowCount - first);
        MarkDirty(node);
    }

    private void TakeRecord(NodeActor node, in SenMlRecord record)
    {
        if (!SenMlQuantity.TryName(record.Name, out var device, out var row)) _parts.Refusals.Add(node.Name, RefusalReason.Uncatalogued);
        else if (record.Kind is SenMlKind.Text or SenMlKind.Data or SenMlKind.Sum || record.Kind == SenMlKind.Boolean && row.Kind != QuantityKind.Contact)
        {
            _parts.Refusals.Add(node.Name, RefusalReason.WrongDatatype);
        }
        else if (!SenMlQuantity.TryConvert(record.Unit, row, record.Number, out var value)) _parts.Refusals.Add(node.Name, RefusalReason.WrongUnit);
        else if (record.UnixMilliseconds < 0 || record.UnixMilliseconds > Instant.Max.UnixMilliseconds) _parts.Refusals.Add(node.Name, RefusalReason.BadTimestamp);
        else if (!node.Sensors.ContainsKey(device) && node.Sensors.Count >= NodeTwin.MaxSensors) _parts.Refusals.Add(node.Name, RefusalReason.TooMany);
        else
        {
            var at = new Instant(record.UnixMilliseconds);
            // A pack has no seq; one stamp has one value, so that a pack that comes twice is known.
            TakeUnledgered(Bind(node, device), Reading.Measured(row.Quantity, at, ReadingOrder.Unledgered(at, 0, 0), value), isBirth: false);
        }
    }
}
