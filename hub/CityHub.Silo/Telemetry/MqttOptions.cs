using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using SmartCity.Mqtt;

namespace CityHub.Silo.Telemetry;

/// <summary>Section <c>Mqtt</c>: the broker.</summary>
public sealed class MqttOptions
{
    /// <summary>
    /// Which client speaks to it: ours, which takes half the processor time of the others for each message, or a library; MqttNet must have been compiled in (<c>./city setup</c>).
    /// Default: Direct.
    /// </summary>
    [Serves]
    public MqttClientKind Client { get; set; } = MqttClientKind.Direct;

    /// <summary>Host name or address. Default 127.0.0.1.</summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port. Default 1883.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 1883;

    /// <summary>User name at the broker. Default: anonymous.</summary>
    public string? User { get; set; }

    /// <summary>File whose first line is the password; never the password itself.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>PEM file of who may have signed the broker's certificate; TLS is used when it is given.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file of our own certificate, when the broker asks for one.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file of its key.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Silence after which the broker is pinged. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait before the first attempt to connect again; doubled with each failure, up to <see cref="ReconnectLimit"/>, plus or minus a fifth by chance. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ReconnectAfter { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait between attempts. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ReconnectLimit { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
public sealed partial class MqttOptionsValidator : IValidateOptions<MqttOptions>;

/// <summary>The client library is there, on this machine and in this build.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServesAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is MqttClientKind kind && MqttLinks.Missing(kind) is { } missing ? new($"{validationContext.DisplayName}: {missing}") : ValidationResult.Success;
}
