using System.Collections.Concurrent;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Sparkplug;

namespace CityHub.Silo.Twins;

/// <summary>
/// Which sensor stands behind which device, and where. What the register says is the city's decision; a device that it does not know gets the
/// suggested id, and the place that its birth suggests, and is written down with the tag <see cref="SuggestedTag"/>. Such a suggestion follows the
/// node's births; without the tag a place is the city's and stays. Thread-safe.
/// </summary>
public sealed partial class Places(IRegister register, TimeProvider wall, HubMetrics metrics, ILogger<Places> log)
{
    /// <summary>Marks a place that a node's birth suggested and nobody has confirmed.</summary>
    public const string SuggestedTag = "suggested";

    private static readonly Place Nowhere = new("", "", null, null, [SuggestedTag], new Instant(0));

    private readonly ConcurrentDictionary<DeviceKey, SensorPlace> _byDevice = [];
    private readonly ConcurrentDictionary<SensorId, SensorPlace> _bySensor = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _knock = new(0);
    private Dictionary<SensorId, SensorPlace> _unsaved = [];
    private TaskCompletionSource _saved = new(TaskCreationOptions.RunContinuationsAsynchronously); // of those in _unsaved
    private Task _writing = Task.CompletedTask;

    public SensorPlace? Find(DeviceKey device) => _byDevice.GetValueOrDefault(device);

    public DeviceKey? DeviceOf(SensorId sensor) => _bySensor.TryGetValue(sensor, out var place) ? place.Device : null;

    public string DistrictOf(SensorId sensor) => _bySensor.TryGetValue(sensor, out var place) ? place.Place.District : "";

    public string SiteOf(SensorId sensor) => _bySensor.TryGetValue(sensor, out var place) ? place.Place.Site : "";

    /// <summary>A sensor's tags in history, as it stands now.</summary>
    public SmartCity.Timeline.SeriesTags TagsOf(SensorId sensor) =>
        _bySensor.TryGetValue(sensor, out var place) ? new(place.Place.District, place.Device.Node.ToString(), sensor.Value, place.Place.Site) : new("", "", sensor.Value, "");

    /// <summary>Every device that the register knows.</summary>
    public IEnumerable<SensorPlace> All => _byDevice.Values;

    /// <summary>Reads the register; the newest place of a device or sensor counts.</summary>
    public void Load()
    {
        foreach (var place in register.LoadPlaces().OrderBy(place => place.Place.Since)) Keep(place);
    }

    /// <summary>The sensor behind a device; one that nobody knows yet gets its suggested id.</summary>
    public SensorPlace Of(DeviceKey device, Instant now) =>
        _byDevice.TryGetValue(device, out var known) ? known : Save(new(SensorId.Suggested(device), device, Nowhere with { Since = now }));

    /// <summary>What a birth says of a device's place. The city's word stands; a suggestion of before gives way.</summary>
    public SensorPlace Suggest(DeviceKey device, PlaceSuggestion suggested, Instant now)
    {
        var known = Of(device, now);
        if (!known.Place.Tags.Contains(SuggestedTag)) return known;
        var place = known.Place with
        {
            District = suggested.District ?? known.Place.District,
            Site = suggested.Site ?? known.Place.Site,
            Latitude = suggested.Latitude ?? known.Place.Latitude,
            Longitude = suggested.Longitude ?? known.Place.Longitude,
        };
        return place == known.Place ? known : Save(known with { Place = place with { Since = now } });
    }

    /// <summary>Returns when every place that is known by now is in the register.</summary>
    public async Task Saved(CancellationToken cancel)
    {
        Task waiting;
        lock (_gate) waiting = _unsaved.Count > 0 ? _saved.Task : _writing;
        await waiting.WaitAsync(cancel);
    }

    /// <summary>Writes suggestions into the register until cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        while (true)
        {
            await _knock.WaitAsync(stopping);
            Dictionary<SensorId, SensorPlace> batch;
            TaskCompletionSource saved;
            lock (_gate)
            {
                (batch, saved) = (_unsaved, _saved);
                (_unsaved, _saved, _writing) = ([], new(TaskCreationOptions.RunContinuationsAsynchronously), saved.Task);
            }
            if (batch.Count > 0) await Write([.. batch.Values], stopping);
            saved.SetResult();
        }
    }

    private async Task Write(IReadOnlyList<SensorPlace> batch, CancellationToken stopping)
    {
        var away = false;
        while (true)
        {
            try
            {
                await register.SavePlaces(batch);
                return;
            }
            catch (RegisterUnavailableException cause)
            {
                metrics.StoreFailures.Add(1, new KeyValuePair<string, object?>("store", "register"));
                if (!away) NotSaved(batch.Count, cause.Message);
                away = true;
            }
            await Task.Delay(TimeSpan.FromSeconds(1), wall, stopping);
        }
    }

    private SensorPlace Save(SensorPlace place)
    {
        Keep(place);
        lock (_gate)
        {
            _unsaved[place.Sensor] = place;
            if (_unsaved.Count == 1) _knock.Release();
        }
        return place;
    }

    private void Keep(SensorPlace place)
    {
        _byDevice[place.Device] = place;
        _bySensor[place.Sensor] = place;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} places could not be written into the register: {Cause}. They are kept and tried again.")]
    private partial void NotSaved(int count, string cause);
}
