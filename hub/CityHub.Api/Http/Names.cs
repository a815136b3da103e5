using System.Text.Json;
using System.Text.Json.Serialization;
using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.Desk;
using SmartCity.Watch.Repairs;
using SmartCity.Webhooks;

namespace CityHub.Api.Http;

/// <summary>An instant as ISO 8601 in UTC with milliseconds, both ways.</summary>
internal sealed class InstantText : JsonConverter<Instant>
{
    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Times.Instant(reader.GetString() ?? "") ?? throw new JsonException("not an instant as in 2026-11-23T14:00:00Z");

    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) => Write(writer, value);

    public static void Write(Utf8JsonWriter writer, Instant value)
    {
        Span<byte> text = stackalloc byte[Instant.TextLength];
        value.Format(text);
        writer.WriteStringValue(text);
    }
}

/// <summary>Enums travel by name, lower case with hyphens, never by number.</summary>
internal abstract class NamesOf<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

internal sealed class SeverityNames : NamesOf<Severity>;

internal sealed class AlarmStateNames : NamesOf<AlarmState>;

internal sealed class CommandStateNames : NamesOf<OutputCommandState>;

internal sealed class NodeCallStateNames : NamesOf<NodeCallState>;

internal sealed class HoldReasonNames : NamesOf<HoldReason>;

internal sealed class SuppressionKindNames : NamesOf<SuppressionKind>;

internal sealed class EpisodeKindNames : NamesOf<EpisodeKind>;

internal sealed class PresenceNames : NamesOf<Presence>;

internal sealed class FaultNames : NamesOf<ReadFault>;

internal sealed class QualityNames : NamesOf<Quality>;

internal sealed class ClockNames : NamesOf<ClockTrust>;

internal sealed class RepairMethodNames : NamesOf<RepairMethod>;

internal sealed class BreachNames : NamesOf<Breach>;

internal sealed class LatePolicyNames : NamesOf<LatePolicy>;

internal sealed class KindNames : NamesOf<QuantityKind>;

internal sealed class RoleNames : NamesOf<Role>;

internal sealed class EarlyKindNames : NamesOf<EarlyKind>;

internal sealed class FormatNames : NamesOf<PayloadFormat>;
