using System.Diagnostics.Metrics;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>What a session has done since its start, also as metrics.</summary>
public sealed class TelemetryCounts
{
    private static readonly Meter Meter = new("SensorNode");
    private static readonly Counter<long> Batches = Meter.CreateCounter<long>("sensornode_sent_batches");
    private static readonly Counter<long> Readings = Meter.CreateCounter<long>("sensornode_sent_readings");
    private static readonly Counter<long> BirthCounter = Meter.CreateCounter<long>("sensornode_births");
    private static readonly Counter<long> Answers = Meter.CreateCounter<long>("sensornode_answers");
    private static readonly Counter<long> Commands = Meter.CreateCounter<long>("sensornode_set_aside_commands");
    private static readonly Counter<long> Ends = Meter.CreateCounter<long>("sensornode_connection_ends");
    private static readonly Counter<long> Undeclared = Meter.CreateCounter<long>("sensornode_undeclared_batches");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("sensornode_sent_bytes", description: "Bytes of MQTT packets published, births included.");

    private long _sentBytes;
    private long _sentReadings, _sentBatches, _births, _undeclared, _backlog;

    public TelemetryCounts() => Meter.CreateObservableGauge("sensornode_backlog_batches", () => BacklogBatches);

    public long SentReadings => Volatile.Read(ref _sentReadings);
    /// <summary>Bytes of MQTT packets published, births included.</summary>
    public long SentBytesTotal => Volatile.Read(ref _sentBytes);

    public long SentBatches => Volatile.Read(ref _sentBatches);
    public long Births => Volatile.Read(ref _births);

    /// <summary>Batches of a device or quantity that no birth declares, sent as batches of nothing.</summary>
    public long UndeclaredBatches => Volatile.Read(ref _undeclared);

    /// <summary>Batches that no hub has answered for, as far as is known.</summary>
    public long BacklogBatches
    {
        get => Volatile.Read(ref _backlog);
        internal set => Volatile.Write(ref _backlog, value);
    }

    internal void Sent(int readings)
    {
        Interlocked.Increment(ref _sentBatches);
        Interlocked.Add(ref _sentReadings, readings);
        Batches.Add(1);
        Readings.Add(readings);
    }

    internal void SentBytes(long bytes)
    {
        Interlocked.Add(ref _sentBytes, bytes);
        Bytes.Add(bytes);
    }

    internal void Born()
    {
        Interlocked.Increment(ref _births);
        BirthCounter.Add(1);
    }

    internal long WasUndeclared()
    {
        Undeclared.Add(1);
        return Interlocked.Increment(ref _undeclared);
    }

    internal void Answered(AnswerOutcome outcome) => Answers.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    internal void SetAside(CommandFault fault) => Commands.Add(1, new KeyValuePair<string, object?>("reason", fault.ToString()));

    internal void DroppedCommand() => Commands.Add(1, new KeyValuePair<string, object?>("reason", "TooMany"));

    internal void Ended(MqttEndReason reason) => Ends.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
}
