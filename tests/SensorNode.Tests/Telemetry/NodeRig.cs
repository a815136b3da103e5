using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Readings;
using SensorNode.Readings.Outbox;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>A node with its outbox in a folder, its session on a real broker; it can be killed and started again.</summary>
public sealed class NodeRig(int port) : IDisposable
{
    public static readonly NodeKey Key = new("test", "pole-1");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("node");
    private DiskFileLayer? _files;
    private MosquittoLink? _link;

    public DiskOutbox Outbox { get; private set; } = null!;

    public TelemetrySession Session { get; private set; } = null!;

    /// <summary>Makes the node's terms, of its folder; null: it takes none.</summary>
    public Func<string, RemoteTerms>? Terms { get; init; }

    /// <summary>What its link may carry in a day; null: any amount.</summary>
    public long? BytesADay { get; init; }

    /// <summary>The session's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Its board's thermometer; null: the session tells nothing of the node itself.</summary>
    public Func<double?>? Celsius { get; init; }

    /// <summary>Everything that was taken, over all starts.</summary>
    public List<Reading> Taken { get; } = [];

    public NodeRig Start()
    {
        _files = new DiskFileLayer(_folder.FullName);
        Outbox = Samples.Open(_files);
        _link = new MosquittoLink(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
        var node = new EdgeNode(Key, [new("bme", [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.AirPressure]), new("smoke", [Quantity.Smoke])], PlaceSuggestion.None, HubStandIn.HostId);
        Session = new(new(node, new() { Host = "127.0.0.1", Port = port, ClientId = "pole-1" }, BytesADay), Outbox, _link, Time, NullLogger<TelemetrySession>.Instance, Terms?.Invoke(_folder.FullName), celsius: Celsius);
        Session.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        return this;
    }

    /// <summary>Samples of the BME280, one batch each, taken.</summary>
    public NodeRig TakeAir(int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            var sample = Samples.Air(Outbox, Samples.Start + Taken.Count);
            Outbox.Take("bme", Lane.Raw, sample);
            Outbox.Commit(Lane.Raw);
            Taken.AddRange(sample);
        }
        return this;
    }

    public NodeRig TakeSmoke(bool on)
    {
        var sample = Samples.Smoke(Outbox, on, Samples.Start + Taken.Count);
        Outbox.Take("smoke", Lane.Alert, sample);
        Outbox.Commit(Lane.Alert);
        Taken.AddRange(sample);
        return this;
    }

    public void AwaitStatus(SessionStatus status) => Until.True(() => Session.Status == status, () => $"the session is {Session.Status}, not {status}");

    /// <summary>The process is gone: no goodbye, no last commit, no state kept.</summary>
    public void Kill()
    {
        _link!.Drop();
        _link.Dispose();
        Session.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        Session.Dispose();
        _files!.Dispose();
    }

    public void Stop()
    {
        Session.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        Session.Dispose();
        _link!.Dispose();
        Outbox.Dispose();
        _files!.Dispose();
    }

    public void AwaitDelivered(HubStandIn hub)
    {
        Until.True(() => hub.StoredReadings >= Taken.Count, () => $"{hub.StoredReadings} of {Taken.Count} readings are delivered; the session is {Session.Status}");
        Assert.Equal(Taken.OrderBy(reading => reading.Order).ThenBy(reading => reading.Quantity), hub.Locked(() => hub.Stored.Values.SelectMany(readings => readings).OrderBy(reading => reading.Order).ThenBy(reading => reading.Quantity).ToList()));
    }

    public void Dispose()
    {
        Session.Dispose();
        _link?.Dispose();
        _files?.Dispose();
        _folder.Delete(recursive: true);
    }
}
