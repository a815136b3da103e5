using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CityHub.Silo.Tests.Telemetry;

/// <summary>Hears one counter of the hub's meter, by reason. Tests that use it do not run beside others that count the same.</summary>
internal sealed class Heard : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _byReason = [];

    public Heard(string instrument)
    {
        _listener.InstrumentPublished = (found, listener) =>
        {
            if (found.Meter.Name == "CityHub" && found.Name == instrument) listener.EnableMeasurementEvents(found);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var reason = "";
            foreach (var tag in tags)
            {
                if (tag.Key == "reason") reason = (string)tag.Value!;
            }
            _byReason.AddOrUpdate(reason, value, (_, before) => before + value);
        });
        _listener.Start();
    }

    public long Total => _byReason.Values.Sum();

    public long Of(string reason) => _byReason.GetValueOrDefault(reason);

    public void Dispose() => _listener.Dispose();
}
