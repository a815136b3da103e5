using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>Who brings lines to a server.</summary>
public enum LineClient : byte
{
    /// <summary>Our own requests: lines go out as the bytes that they are.</summary>
    Http,

    /// <summary>InfluxData's InfluxDB.Client, where it was compiled in (V2, V3).</summary>
    Managed,
}

/// <summary>One way of writing lines to a server.</summary>
internal interface ILineWriter : IDisposable
{
    /// <summary>One attempt to write lines. Never throws for what the server or the network does.</summary>
    Task<WriteAnswer> Write(string database, ReadOnlyMemory<byte> lines, CancellationToken cancel);
}
