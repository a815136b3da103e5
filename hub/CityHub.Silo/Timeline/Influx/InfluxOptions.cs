using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>What kind of server speaks line protocol.</summary>
public enum InfluxDialect : byte
{
    /// <summary>InfluxDB 1.x: <c>/write</c> with user and password, databases made by the hub.</summary>
    V1,

    /// <summary>InfluxDB 2.x, and VictoriaMetrics as a target of export: <c>/api/v2/write</c> with a token; buckets and their DBRP mappings made by the hub.</summary>
    V2,

    /// <summary>InfluxDB 3 Core: <c>/api/v2/write</c> with a token; databases come with the first line.</summary>
    V3,
}

/// <summary>How lines reach a server. Secrets come from a file or from the environment, never from here.</summary>
public abstract class LineServerSettings : IValidatableObject
{
    /// <summary>What it is. Default: V1.</summary>
    public InfluxDialect Dialect { get; set; }

    /// <summary>Who brings lines to it. Managed (InfluxDB.Client; V2 and V3) must have been compiled in (<c>./city setup</c>). Default: Http.</summary>
    public LineClient Client { get; set; }

    /// <summary>User name (V1). The password is the first line of <see cref="PasswordFile"/>, or a variable of the environment. Default: none is asked for.</summary>
    public string? User { get; set; }

    /// <summary>File whose first line is the password; read again when it was refused.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>File whose first line is the token (V2, V3); read again when it was refused.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Organization (V2). Default: <c>city</c>.</summary>
    [Required] public string Organization { get; set; } = "city";

    /// <summary>Time for one request, its answer included. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether lines are compressed by gzip. Default: they are. On the same machine it costs more than it saves.</summary>
    public bool Gzip { get; set; } = true;

    /// <summary>Lines in one request at most. Default 10,000.</summary>
    [Range(1, 1_000_000)] public int BatchLines { get; set; } = 10_000;

    /// <summary>How long the first line waits for others. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")] public TimeSpan BatchAge { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between attempts while it is away; the first is 250 ms, doubled with each failure. What the server asks for counts up to five minutes. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")] public TimeSpan RetryLimit { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Client != LineClient.Managed) yield break;
#if !INFLUXCLIENT
        yield return new("InfluxDB.Client is not compiled in: run ./city setup and build again", [nameof(Client)]);
#endif
        if (Dialect == InfluxDialect.V1) yield return new("InfluxDB.Client speaks to InfluxDB 2 and 3: set Dialect", [nameof(Client)]);
    }
}

/// <summary>Section <c>Influx</c>: the InfluxDB that holds the timeline when <c>Timeline:Store</c> says so. The environment's <c>INFLUX_TOKEN</c> and <c>INFLUX_PASSWORD</c> stand in for the files.</summary>
public sealed class InfluxOptions : LineServerSettings
{
    /// <summary>Its address. Default: <c>http://127.0.0.1:8086/</c>.</summary>
    [Required] public Uri Url { get; set; } = new("http://127.0.0.1:8086/");

    /// <summary>How often windows that are over are computed. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan RollUpEvery { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Section <c>Export</c>: a further server that gets a copy of every reading, VictoriaMetrics for instance. It never holds anything up: what it is away for longer than the log reaches back is not sent again.
/// The environment's <c>EXPORT_TOKEN</c> and <c>EXPORT_PASSWORD</c> stand in for the files.</summary>
public sealed class ExportOptions : LineServerSettings
{
    /// <summary>Its address. Default: none, nothing is exported.</summary>
    public Uri? Url { get; set; }
}

[OptionsValidator]
public sealed partial class InfluxOptionsValidator : IValidateOptions<InfluxOptions>;

[OptionsValidator]
public sealed partial class ExportOptionsValidator : IValidateOptions<ExportOptions>;
