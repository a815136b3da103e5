using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>Data: the hot path. Nothing is allocated here.</summary>
public sealed partial class HostSession
{
    private readonly List<SampleRun> _samples = []; // of the batch that is being walked through

    private HostOutcome Data(string? deviceName, ReadOnlySpan<byte> payload, Instant receivedAt, List<DeviceReading> readings)
    {
        if (!_born) return Wanted(RebirthReason.BeforeBirth, SetAsideReason.BeforeBirth);
        if (!PayloadReader.TryOpen(payload, out var reader, out var fault)) return Malformed(fault);
        if (!TakeSeq(ref reader, receivedAt)) return new() { Reason = SetAsideReason.BadSeq };
        var device = NodeLevel;
        if (deviceName is not null && (!_devices.TryGetValue(deviceName, out device!) || device.Presence != SessionPresence.Online))
        {
            return Wanted(RebirthReason.UnknownDevice, SetAsideReason.UnknownDevice);
        }
        var walk = new Walk(this, device, ref reader, receivedAt, readings);
        var reason = walk.Through(ref reader);
        if (reason == SetAsideReason.UnknownAlias) Want(RebirthReason.UnknownAlias);
        return new()
        {
            Event = reason == SetAsideReason.None || walk.IsPartial(reason) ? HostEvent.Data : HostEvent.None,
            Reason = reason,
            PayloadFault = reader.Fault,
            Device = device,
            // A resend with other aliases, after a birth, can still bring what an unknown alias stood for.
            Batch = reason == SetAsideReason.UnknownAlias ? null : walk.Batch,
            Vitals = walk.ToldVitals ? Vitals : null,
            Tally = walk.Tally,
        };
    }

    private MetricTally AddBirthReadings(HostDevice device, ReadOnlySpan<byte> payload, Instant receivedAt, List<DeviceReading> readings)
    {
        PayloadReader.TryOpen(payload, out var reader, out _); // it was read once already
        var walk = new Walk(this, device, ref reader, receivedAt, readings);
        walk.ThroughBirth(ref reader);
        return walk.Tally;
    }

    /// <summary>One way through one message's metrics.</summary>
    private struct Walk
    {
        private readonly HostSession _session;
        private readonly HostDevice _device;
        private readonly Instant _receivedAt;
        private readonly Instant? _messageAt;
        private readonly byte _seq;
        private readonly List<DeviceReading> _readings;
        private readonly int _start;
        private SampleRun _run;
        private int _nextRun;
        private int _leftInRun;
        private int _uncatalogued, _notNumeric, _badTimestamp, _notFinite;

        public Walk(HostSession session, HostDevice device, ref PayloadReader reader, Instant receivedAt, List<DeviceReading> readings)
        {
            _session = session;
            _device = device;
            _receivedAt = receivedAt;
            _messageAt = Stamp(reader.HasTimestamp, reader.Timestamp);
            _seq = unchecked((byte)reader.Seq);
            _readings = readings;
            _start = readings.Count;
        }

        public Position? Batch { get; private set; }

        /// <summary>Whether the node has said something of itself.</summary>
        public bool ToldVitals { get; private set; }

        public readonly MetricTally Tally => new(_uncatalogued, _notNumeric, _badTimestamp) { NotFinite = _notFinite };

        /// <summary>An unledgered source's good metrics are kept beside those that were set aside: nobody will send them again.</summary>
        public readonly bool IsPartial(SetAsideReason reason) =>
            !_session.IsLedgered && reason is SetAsideReason.UnknownAlias or SetAsideReason.NamelessMetric;

        public SetAsideReason Through(ref PayloadReader reader)
        {
            var reason = SetAsideReason.None;
            while (reader.Next(out var metric))
            {
                var found = Take(metric);
                if (found == SetAsideReason.None) continue;
                reason = found;
                if (!IsPartial(reason)) break;
            }
            if (reader.Fault != PayloadFault.None) reason = SetAsideReason.MalformedPayload;
            if (reason == SetAsideReason.None && _session.IsLedgered)
            {
                if (Batch is null) reason = ToldVitals ? SetAsideReason.None : SetAsideReason.MissingPosition;
                else if (_leftInRun > 0 || _nextRun < _session._samples.Count) reason = SetAsideReason.SampleCountMismatch;
            }
            if (reason != SetAsideReason.None && !IsPartial(reason)) _readings.RemoveRange(_start, _readings.Count - _start);
            return reason;
        }

        private SetAsideReason Take(in MetricView metric)
        {
            if (!TryFind(metric, out var target, out var reason)) return reason;
            if (metric is { HasAlias: true, HasName: true }) _session.Deviations |= Deviations.NameBesideAlias;
            if (target.Role == MetricRole.Position && _session.IsLedgered) return TakePosition(metric);
            if (target.Role is MetricRole.BoardTemperature or MetricRole.SentBytes && Batch is null) return TakeVital(metric, target.Role);
            var order = default(ReadingOrder);
            var clock = ClockTrust.Synced;
            if (_session.IsLedgered)
            {
                if (Batch is null) return SetAsideReason.MissingPosition;
                while (_leftInRun == 0)
                {
                    if (_nextRun == _session._samples.Count) return SetAsideReason.SampleCountMismatch;
                    _run = _session._samples[_nextRun++];
                    _leftInRun = _run.Metrics;
                }
                _leftInRun--;
                (order, clock) = (_run.Order, _run.Clock);
            }
            if (target.Role == MetricRole.Uncatalogued) _uncatalogued++;
            if (target.Role != MetricRole.Quantity) return SetAsideReason.None;
            if (metric.DataType != DataType.Unknown && metric.DataType != target.Type) _session.Deviations |= Deviations.OtherDatatype;
            if (StampOf(metric) is not { } at) return SetAsideReason.None;
            if (!_session.IsLedgered) order = ReadingOrder.Unledgered(at, _seq, unchecked(_session._arrivals++));
            var properties = default(ReadingProperties);
            if (!metric.Properties.IsEmpty && ReadingProperties.Read(metric.Properties, out properties) != PayloadFault.None) return SetAsideReason.MalformedPayload;
            Add(metric, target, at, order, clock, properties);
            return SetAsideReason.None;
        }

        /// <summary>Current values: a ledgered node's carry their order as a property; without it they are older than everything.</summary>
        public void ThroughBirth(ref PayloadReader reader)
        {
            while (reader.Next(out var metric))
            {
                if (!TryFind(metric, out var target, out _)) continue;
                if (target.Role == MetricRole.Uncatalogued) _uncatalogued++;
                if (target.Role != MetricRole.Quantity || StampOf(metric) is not { } at) continue;
                if (ReadingProperties.Read(metric.Properties, out var properties) != PayloadFault.None) continue;
                // Declared, and never measured yet.
                if (metric.IsNull && properties is { Quality: null, Fault: null, Qartod: null }) continue;
                var order = !_session.IsLedgered ? ReadingOrder.Unledgered(at, _seq, unchecked(_session._arrivals++)) : new(properties.Order ?? 0);
                var clock = properties.Clock is >= 0 and <= (int)ClockTrust.Unsynced ? (ClockTrust)properties.Clock : ClockTrust.Synced;
                Add(metric, target, at, order, clock, properties);
            }
        }

        private void Add(in MetricView metric, MetricTarget target, Instant at, ReadingOrder order, ClockTrust clock, in ReadingProperties properties)
        {
            Reading reading;
            if (metric.IsNull)
            {
                reading = Reading.Failed(target.Quantity, at, order, properties.Fault ?? ReadFault.Unspecified, clock);
            }
            else if (!metric.TryGetNumber(target.Type, out var value))
            {
                _notNumeric++;
                return;
            }
            else if (properties.Judge() is not { } quality)
            {
                reading = Reading.Failed(target.Quantity, at, order, properties.Fault ?? ReadFault.Unspecified, clock);
            }
            else
            {
                if (!double.IsFinite(value)) _notFinite++;
                reading = Reading.Measured(target.Quantity, at, order, value, clock, quality);
            }
            _readings.Add(new(_device, reading, metric.IsHistorical));
        }

        private SetAsideReason TakePosition(in MetricView metric)
        {
            if (Batch is not null || metric.IsNull || metric.Field != ValueField.Bytes || !LedgerCodec.TryDecode(metric.Bytes, _session._samples, out var position)) return SetAsideReason.BadPosition;
            Batch = position;
            return SetAsideReason.None;
        }

        private SetAsideReason TakeVital(in MetricView metric, MetricRole role)
        {
            if (_device != _session.NodeLevel) return SetAsideReason.None; // a device's, and of no meaning there
            var known = _session.Vitals ?? default;
            _session.Vitals = role == MetricRole.SentBytes ? known with { SentBytes = BytesOf(metric) } : known with { BoardCelsius = CelsiusOf(metric) };
            ToldVitals = true;
            return SetAsideReason.None;
        }

        private readonly bool TryFind(in MetricView metric, out MetricTarget target, out SetAsideReason reason)
        {
            reason = SetAsideReason.None;
            if (metric.HasAlias && _device.Metrics.TryFind(metric.Alias, out target)) return true;
            if (metric.HasName)
            {
                if (_device.Metrics.TryFind(metric.NameUtf8, out target)) return true;
                // A metric that no birth declared breaks the standard; its name says what it is all the same, so no birth is asked for.
                _session.Deviations |= Deviations.MetricNotInBirth;
                var known = System.Text.Unicode.Utf8.IsValid(metric.NameUtf8) && metric.NameUtf8.Length <= 256;
                target = known ? MetricTarget.Of(System.Text.Encoding.UTF8.GetString(metric.NameUtf8), metric.DataType) : new(MetricRole.Uncatalogued, 0, metric.DataType);
                return true;
            }
            target = default;
            reason = metric.HasAlias ? SetAsideReason.UnknownAlias : SetAsideReason.NamelessMetric;
            return false;
        }

        /// <summary>The metric's own stamp, else the message's, else its arrival; null and counted when it is past the year 9999.</summary>
        private Instant? StampOf(in MetricView metric)
        {
            if (metric.HasTimestamp)
            {
                var at = Stamp(true, metric.Timestamp);
                if (at is null) _badTimestamp++;
                return at;
            }
            _session.Deviations |= Deviations.NoMetricTimestamp;
            return _messageAt ?? _receivedAt;
        }
    }
}
