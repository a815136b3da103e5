using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace CityHub.Api.Hosting;

/// <summary>Section <c>Api</c>: HTTP API and page.</summary>
public sealed class ApiOptions
{
    /// <summary>Address and port to listen on, as in <c>0.0.0.0:8080</c> or <c>[::]:8080</c>; port 0 takes a free one. Default: loopback, <c>127.0.0.1:8080</c>.</summary>
    [Required, Endpoint]
    public string Listen { get; set; } = "127.0.0.1:8080";

    /// <summary>File that the first key is written to as well, mode 0600, on the first start alone. Default: none; the console shows it once.</summary>
    public string? FirstKeyFile { get; set; }

    /// <summary>Silence after which a live stream says that it is still there. Default 15 s: the page raises its banner at 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:15")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Events kept for readers that come back. Default 1,024.</summary>
    [Range(16, 65_536)]
    public int EventsKept { get; set; } = 1_024;

    /// <summary>Readers of live events at one time. Default 64.</summary>
    [Range(1, 10_000)]
    public int MaxStreams { get; set; } = 64;

    /// <summary>Unknown keys that one address may try in a minute before it has to wait. Default 10.</summary>
    [Range(1, 1_000)]
    public int FailedKeysPerMinute { get; set; } = 10;
}

[OptionsValidator]
public sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;

/// <summary>An IP address with a port. Names are left out on purpose: what a name means may change under a running hub.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EndpointAttribute : ValidationAttribute
{
    public EndpointAttribute() : base("{0} must be an IP address and a port, as in 127.0.0.1:8080") { }

    public override bool IsValid(object? value) => value is not string text || Parse(text) is not null;

    /// <summary>Null: no port, or not an address.</summary>
    public static IPEndPoint? Parse(string text) =>
        IPEndPoint.TryParse(text, out var at) && text.EndsWith($":{at.Port}", StringComparison.Ordinal) ? at : null;
}
