using System.Text.Json.Serialization;
using CityHub.Api.Keys;
using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Api.Http;

/// <summary>The newest value of one quantity. No value: <c>fault</c> says why.</summary>
public sealed record ValueBody(string Quantity, string Unit, QuantityKind Kind, Instant At, double? Value, ReadFault? Fault, Quality Quality, ClockTrust Clock);

public sealed record PlaceBody(string District, string Site, double? Latitude, double? Longitude, IReadOnlyList<string> Tags, Instant Since);

public sealed record SensorBody(string Id, string Node, string Device, Presence Presence, PlaceBody Place, IReadOnlyList<ValueBody> Values)
{
    public static SensorBody Of(SensorView view) => new(
        view.Id.Value, view.Device.Node.ToString(), view.Device.Device, view.Presence,
        new(view.Place.District, view.Place.Site, view.Place.Latitude, view.Place.Longitude, view.Place.Tags, view.Place.Since),
        [.. view.Values.Select(v => new ValueBody(QuantityCatalogue.Of(v.Quantity).Name, QuantityCatalogue.Of(v.Quantity).Unit, QuantityCatalogue.Of(v.Quantity).Kind,
            v.At, v.Value is { } number && double.IsFinite(number) ? number : null, v.Fault, v.Quality, v.Clock))]);
}

/// <summary>The newest value of one quantity of a sensor; none when the read failed.</summary>
public sealed record LatestBody(string Sensor, Instant At, double? Value, Quality Quality);

/// <summary>One step. What was not asked for is left out.</summary>
public sealed record PointBody(Instant At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Min, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Mean,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Max, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Count,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Good);

/// <summary>What stands beside a reading that is missing or not good. It is in no step: steps are made of what was measured.</summary>
/// <param name="Method">interpolation, neighbour or season.</param>
/// <param name="Confidence">0 to 1.</param>
public sealed record RepairBody(Instant At, double Value, RepairMethod Method, double Confidence)
{
    public static RepairBody Of(Repair repair) => new(repair.At, repair.Value, repair.Method, Math.Round(repair.Confidence, 3));
}

/// <summary>History in steps, oldest first. A step without readings is left out: a gap is a gap.</summary>
/// <param name="From">Where the first step starts: what was asked for, or the start of its minute or hour when steps are made of those.</param>
/// <param name="Resolution">What it was made of: raw, PT1M or PT1H.</param>
/// <param name="Repairs">What stands beside readings of the range that are missing or not good; the newest 5,000 at most.</param>
public sealed record HistoryBody(string Sensor, string Quantity, string Unit, Instant From, Instant To, string Step, string Resolution, IReadOnlyList<PointBody> Points, IReadOnlyList<RepairBody> Repairs);

/// <summary>A line that the store refused for good.</summary>
/// <param name="Reason">The server's words.</param>
/// <param name="Line">Line protocol, as it was sent.</param>
public sealed record RefusedLineBody(long Number, Instant At, string Reason, string Line);

/// <param name="Kept">Lines kept in all: at most the newest 10,000.</param>
/// <param name="Next">What to ask for as <c>before</c> to go on; none at the end.</param>
/// <param name="Lines">The newest first.</param>
public sealed record RefusedLinesBody(int Kept, long? Next, IReadOnlyList<RefusedLineBody> Lines);

/// <param name="BoardCelsius">Of its board, °C, as it said last; none where it has no thermometer, or does not say.</param>
/// <param name="BytesADay">What its link may carry in a day; none: any amount, or it does not say.</param>
/// <param name="SentBytes">Bytes of MQTT packets that it has published by its own count, over its restarts; none where it does not count.</param>
/// <param name="SentTodayBytes">Of those, since midnight UTC.</param>
/// <param name="ReceivedBytes">Bytes of MQTT packets that came from it by the hub's count, whatever node it is.</param>
public sealed record NodeBody(string Id, string Group, string Node, Presence Presence, Instant? Since, Instant? LastHeard, int Sensors,
    ulong Outstanding, ClockTrust? Clock, bool Unledgered, IReadOnlyList<string> Deviations, double? BoardCelsius, ulong? BytesADay, ulong? SentBytes, ulong? SentTodayBytes, ulong ReceivedBytes)
{
    public static NodeBody Of(NodeView view) => new(view.Key.ToString(), view.Key.Group, view.Key.Node, view.Presence, view.Since, view.LastHeard,
        view.Sensors, view.Outstanding, view.Clock, view.Unledgered, view.Deviations, view.BoardCelsius is { } celsius ? Math.Round(celsius, 2) : null, view.BytesADay, view.SentBytes, view.SentTodayBytes, view.ReceivedBytes);
}

/// <param name="OpenAlerts">Open alerts by severity; every severity is present.</param>
public sealed record DistrictBody(string Id, string Name, int Sensors, int SensorsOnline, int Nodes, int NodesOnline, IReadOnlyDictionary<string, int> OpenAlerts)
{
    public static DistrictBody Of(DistrictView view) => new(view.Id, view.Name, view.Sensors, view.SensorsOnline, view.Nodes, view.NodesOnline,
        Enum.GetValues<Severity>().OrderDescending().ToDictionary(Words.Of, s => view.OpenEpisodes.GetValueOrDefault(s)));
}

public sealed record DeliveryBody(string MessageId, string Subscription, string? Alert, string Type, string State, int Attempts, Instant QueuedAt,
    Instant? DeliveredAt, Instant? NextAttemptAt, string? LastOutcome)
{
    public static DeliveryBody Of(DeliveryView v) => new(v.MessageId, v.Subscription, v.Episode?.Value, v.Type, v.State, v.Attempts, v.QueuedAt, v.DeliveredAt, v.NextAttemptAt, v.LastOutcome);
}

/// <summary>One live event. <c>alert</c> is present where the event is about one.</summary>
public sealed record EventBody(long Number, Instant At, string Kind, string Subject, AlertBody? Alert)
{
    public static EventBody Of(HubEvent e) => new(e.Number, e.At, e.Kind, e.Subject, e.Episode is { } episode ? AlertBody.Of(episode) : null);
}

/// <param name="CityTime">The city clock: what the ages of alerts are counted by. It follows the data in a replay.</param>
public sealed record HelloBody(Instant CityTime, Instant HubStartedAt, int HeartbeatSeconds);

/// <summary>Some events were missed: read the state again.</summary>
public sealed record GapBody(long? After, long? Before, string Detail);

public sealed record SignInBody(string? Key = null);

/// <param name="SignedIn">False: no key came, or one that is not known.</param>
public sealed record SessionBody(bool SignedIn, string? Name, Role? Role);

public sealed record NewKeyBody(string? Name = null, string? Role = null);

/// <summary>A key as just made: shown this once, kept as its SHA-256 alone.</summary>
public sealed record CreatedKeyBody(string Name, Role Role, string Key);

/// <param name="NotReady">The parts that are not, each with why; empty when ready.</param>
public sealed record ReadinessBody(bool Ready, IReadOnlyDictionary<string, string> NotReady);

/// <summary>Which field, and why.</summary>
public sealed record FieldError(string Field, string Detail);

/// <summary>RFC 9457 problem details, with the fields that are at fault.</summary>
public sealed record ProblemBody(string Type, string Title, int Status, string Detail, IReadOnlyList<FieldError> Errors);
