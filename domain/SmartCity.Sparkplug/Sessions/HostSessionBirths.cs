using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Sparkplug;

/// <summary>Births: what they declare is taken whole or not at all.</summary>
public sealed partial class HostSession
{
    private HostOutcome NodeBirth(ReadOnlySpan<byte> payload, Instant receivedAt, List<DeviceReading> readings)
    {
        var found = Declared.Read(payload, _limits.MaxMetrics);
        if (found.Reason == SetAsideReason.None && found.Seq is not <= byte.MaxValue) found.Reason = SetAsideReason.BadSeq;
        if (found.Reason != SetAsideReason.None) return BadBirth(found);
        if (found.Seq != 0) Deviations |= Deviations.BirthSeqNotZero;
        if (found.BdSeq is null) Deviations |= Deviations.BdSeqMissing;
        else if (found.BdSeqType != DataType.Int64) Deviations |= Deviations.BdSeqDatatype;
        if (found.BdSeq is not null && !_born && found.BdSeq == _diedWith) Deviations |= Deviations.BdSeqRepeated;
        if (!found.Table.TryFind("Node Control/Rebirth"u8, out _)) Deviations |= Deviations.NoRebirthMetric;
        Deviations |= found.Deviations;

        EndDevices(SessionPresence.Stale, receivedAt); // their own births are due
        _born = true;
        _bdSeq = found.BdSeq;
        _seq.Start((byte)found.Seq!.Value);
        RebirthWanted = RebirthReason.None;
        IsLedgered = found.Outbox is not null;
        (Vitals, Terms) = (found.Vitals, found.Terms);
        Take(NodeLevel, found, receivedAt);
        var tally = AddBirthReadings(NodeLevel, payload, receivedAt, readings);
        return new() { Event = HostEvent.NodeBirth, Outbox = found.Outbox, Tally = tally, Episodes = found.Episodes, Vitals = found.Vitals, Terms = found.Terms };
    }

    private HostOutcome DeviceBirth(string name, ReadOnlySpan<byte> payload, Instant receivedAt, List<DeviceReading> readings)
    {
        if (!_born) return Wanted(RebirthReason.BeforeBirth, SetAsideReason.BeforeBirth);
        var found = Declared.Read(payload, _limits.MaxMetrics);
        if (found.Reason == SetAsideReason.None && found.Seq is not <= byte.MaxValue) found.Reason = SetAsideReason.BadSeq;
        if (found.Reason != SetAsideReason.None) return BadBirth(found);
        _seq.Take((byte)found.Seq!.Value, receivedAt);
        if (!_devices.TryGetValue(name, out var device))
        {
            if (_devices.Count >= _limits.MaxDevices) return new() { Reason = SetAsideReason.TooManyDeclared };
            _devices.Add(name, device = new(new(Key, name)));
        }
        Deviations |= found.Deviations;
        Take(device, found, receivedAt);
        device.Place = device.Place.Over(NodeLevel.Place);
        var tally = AddBirthReadings(device, payload, receivedAt, readings);
        return new() { Event = HostEvent.DeviceBirth, Device = device, Tally = tally };
    }

    private HostOutcome BadBirth(Declared found)
    {
        // Too many or twice the same is how the node is; asking again would bring the same.
        if (found.Reason is not (SetAsideReason.TooManyDeclared or SetAsideReason.DuplicateAlias)) Want(RebirthReason.BadBirth);
        return new() { Reason = found.Reason, PayloadFault = found.Fault };
    }

    private static void Take(HostDevice device, Declared found, Instant at)
    {
        device.Metrics = found.Table;
        device.Quantities = found.Quantities;
        device.Place = found.Place;
        (device.Presence, device.Since) = (SessionPresence.Online, at);
    }

    /// <summary>What a birth declares. A class of its own, so that nothing of the session changes before the whole of it was read.</summary>
    private sealed class Declared
    {
        private ulong? _seq;

        public MetricTable Table { get; } = new();
        public List<Quantity> Quantities { get; } = [];
        public PlaceSuggestion Place { get; private set; } = PlaceSuggestion.None;
        public ulong? Seq => _seq;
        public ulong? BdSeq { get; private set; }
        public DataType BdSeqType { get; private set; }
        public OutboxDeclaration? Outbox { get; private set; }
        public IReadOnlyList<EdgeEpisode> Episodes { get; private set; } = [];
        public NodeVitals? Vitals { get; private set; }
        public EdgeTerms? Terms { get; private set; }
        public Deviations Deviations { get; private set; }
        public SetAsideReason Reason { get; set; }
        public PayloadFault Fault { get; private set; }

        public static Declared Read(ReadOnlySpan<byte> payload, int maxMetrics)
        {
            var found = new Declared();
            if (!PayloadReader.TryOpen(payload, out var reader, out var fault))
            {
                (found.Reason, found.Fault) = (SetAsideReason.MalformedPayload, fault);
                return found;
            }
            found._seq = reader.HasSeq ? reader.Seq : null;
            if (reader.MetricCount > maxMetrics) found.Reason = SetAsideReason.TooManyDeclared;
            while (found.Reason == SetAsideReason.None && reader.Next(out var metric)) found.Add(metric);
            if (reader.Fault != PayloadFault.None) (found.Reason, found.Fault) = (SetAsideReason.MalformedPayload, reader.Fault);
            return found;
        }

        private void Add(in MetricView metric)
        {
            if (!metric.HasName || Text(metric.NameUtf8) is not { } name)
            {
                Reason = metric.HasName ? SetAsideReason.MalformedPayload : SetAsideReason.NamelessMetric;
                Fault = metric.HasName ? PayloadFault.BadText : PayloadFault.None;
                return;
            }
            if (!Table.TryAdd(name, metric.HasAlias ? metric.Alias : null, metric.DataType))
            {
                Reason = SetAsideReason.DuplicateAlias;
                return;
            }
            switch (name)
            {
                case MetricNames.BdSeq when metric.Field is ValueField.Int or ValueField.Long:
                    (BdSeq, BdSeqType) = (metric.Bits, metric.DataType);
                    break;
                case LedgerMetrics.Outbox when !metric.IsNull:
                    if (LedgerCodec.TryDecode(metric.Bytes, out OutboxDeclaration? outbox)) Outbox = outbox;
                    else Reason = SetAsideReason.BadOutbox;
                    break;
                case MetricNames.Episodes:
                    Episodes = TextOf(metric) is { Length: > 0 } text ? EdgeEpisode.Read(text) : [];
                    break;
                case MetricNames.District:
                    Place = Place with { District = TextOf(metric) };
                    break;
                case MetricNames.Site:
                    Place = Place with { Site = TextOf(metric) };
                    break;
                case MetricNames.Latitude:
                    Place = Place with { Latitude = Degrees(metric, 90) };
                    break;
                case MetricNames.Longitude:
                    Place = Place with { Longitude = Degrees(metric, 180) };
                    break;
                case MetricNames.Terms:
                    Terms = (Terms ?? new("", "")) with { InForce = TextOf(metric) ?? "" };
                    break;
                case MetricNames.TermsAnswer:
                    Terms = (Terms ?? new("", "")) with { Answer = TextOf(metric) ?? "" };
                    break;
                case MetricNames.BoardTemperature:
                    Vitals = (Vitals ?? default) with { BoardCelsius = CelsiusOf(metric) };
                    break;
                case MetricNames.SentBytes:
                    Vitals = (Vitals ?? default) with { SentBytes = BytesOf(metric) };
                    break;
                case MetricNames.BytesADay:
                    Vitals = (Vitals ?? default) with { BytesADay = BytesOf(metric) };
                    break;
                default:
                    if (QuantityCatalogue.Find(name) is not { } row) break;
                    if (!Quantities.Contains(row.Quantity)) Quantities.Add(row.Quantity);
                    if (metric.DataType != (DataType)row.Wire) Deviations |= Deviations.OtherDatatype;
                    break;
            }
        }

        private static string? TextOf(in MetricView metric) => metric is { IsNull: false, Field: ValueField.Text } ? Text(metric.Bytes) : null;

        private static string? Text(ReadOnlySpan<byte> utf8) =>
            utf8.Length <= PayloadLimits.Default.TextBytes && System.Text.Unicode.Utf8.IsValid(utf8) ? System.Text.Encoding.UTF8.GetString(utf8) : null;

        private static double? Degrees(in MetricView metric, double limit) =>
            !metric.IsNull && metric.TryGetNumber(DataType.Double, out var value) && Math.Abs(value) <= limit ? value : null;
    }

    private static double? CelsiusOf(in MetricView metric) => !metric.IsNull && metric.TryGetNumber(DataType.Float, out var value) ? NodeVitals.Celsius(value) : null;

    private static ulong? BytesOf(in MetricView metric) => metric is { IsNull: false, Field: ValueField.Int or ValueField.Long } ? NodeVitals.Bytes(metric.Bits) : null;
}
