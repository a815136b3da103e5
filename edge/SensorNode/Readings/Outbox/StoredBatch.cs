using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>A batch as it stands in the outbox: samples of one device in one lane, in their order.</summary>
/// <param name="Device">Empty when the batch could not be read: it then has no readings and stands for its number alone.</param>
public sealed record StoredBatch(string Device, BatchPosition Position, Reading[] Readings);
