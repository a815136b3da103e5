using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Api.Http;

/// <param name="Output">siren, beacon or relay. May be left out where the sensor has one output alone.</param>
public sealed record NewCommandBody(string? Output = null, bool? On = null, string? Why = null);

/// <summary>What was asked of an output. It counts as done when its state is <c>answered</c>: the node has told the value back.</summary>
public sealed record CommandBody(string Id, string Sensor, string Output, bool On, string By, string Why, Instant AskedAt, OutputCommandState State, Instant? EndedAt)
{
    public static CommandBody Of(OutputCommand command) => new(command.Id, command.Sensor.Value, QuantityCatalogue.Of(command.Output).Name, command.On, command.By, command.Why, command.AskedAt, command.State, command.EndedAt);
}
