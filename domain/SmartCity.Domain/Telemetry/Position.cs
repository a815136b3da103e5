using System.Globalization;
using SmartCity.Readings;

namespace SmartCity.Telemetry;

/// <summary>A queue of the outbox with numbers of its own. A lower lane goes first; the numbers stand on disk and wire.</summary>
public enum Lane : byte
{
    Alert = 0,
    Presence = 1,
    Aggregate = 2,
    Raw = 3,
}

public static class Lanes
{
    public const int Count = 4;
}

/// <summary>Where a batch stands in its outbox. Batch numbers start at 1 and never restart within an outbox.</summary>
public readonly record struct Position(Lane Lane, ulong Batch)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Lane}:{Batch}");
}

/// <summary>Samples first to last of one batch, in the order of its metrics.</summary>
/// <param name="Order">The sample's place: boot and sample count.</param>
/// <param name="Clock">How far its stamp can be trusted.</param>
/// <param name="Metrics">How many metrics of the message belong to it, 1 to 255.</param>
public readonly record struct SampleRun(ReadingOrder Order, ClockTrust Clock, byte Metrics);

/// <summary>The value of the metric <c>Ledger/Position</c>: the batch's position and its samples.</summary>
public sealed record BatchPosition(Position Position, IReadOnlyList<SampleRun> Samples);

/// <summary>One lane in an outbox's declaration: the oldest batch still kept (or <see cref="Next"/> if none) and the next number to be given.</summary>
public readonly record struct LaneExtent(ulong Oldest, ulong Next);

/// <summary>The value of the birth metric <c>Ledger/Outbox</c>: which outbox this is, the boot, and what each lane keeps, by lane number.</summary>
public sealed record OutboxDeclaration(OutboxId Outbox, uint Boot, IReadOnlyList<LaneExtent> Lanes);

/// <summary>A run of batch numbers, both ends included.</summary>
public readonly record struct BatchRange(ulong First, ulong Last);

/// <summary>What a hub has accounted for in one lane: everything through <see cref="Through"/>, and ranges above it in rising order.</summary>
public sealed record LaneAnswer(Lane Lane, ulong Through, IReadOnlyList<BatchRange> Above);

/// <summary>The value of the command metric <c>Ledger/Answer</c>.</summary>
public sealed record LedgerAnswer(OutboxId Outbox, IReadOnlyList<LaneAnswer> Lanes);
