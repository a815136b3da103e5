using System.Collections.Concurrent;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Twins;

/// <summary>A broker, a hub on real stores in a folder of their own, and what can go wrong between them.</summary>
public sealed class HubRig : IAsyncDisposable
{
    public const string Heat = """
        day-offset: "+01:00"
        districts:
          harbour: Harbour
        rules:
          - id: heat
            quantity: air-temperature
            above: 40
            clear: 38
            severity: critical
            department: fire
            message: Too hot.
        """;

    /// <summary>Which engine the hubs of a run are built on: the same tests specify each.</summary>
    public static readonly string Engine = Environment.GetEnvironmentVariable("CITYHUB_TEST_ENGINE") is { Length: > 0 } asked ? asked : "Local";

    /// <summary>What a part of a hub is called: in a cluster each silo has its own.</summary>
    public static string Part(string name) => Engine == "Local" ? "hub." + name : $"hub.{Environment.MachineName}.{name}";

    private readonly string _folder = Directory.CreateTempSubdirectory("hub-").FullName;
    private readonly Dictionary<string, string?> _settings = [];
    private bool _isGuest; // the broker is another's
    private IHost? _host;
    private SqliteTimeline? _timeline;
    private IRegister? _register;

    public Broker Broker { get; private set; } = null!;

    /// <summary>The port by which the hub reaches its broker; null: the broker's own.</summary>
    public int? Through { get; set; }

    /// <summary>Whose folder the hub's timeline is in, and its register where that is a file: another name is another machine.</summary>
    public string Disk { get; set; } = "data";

    /// <summary>Opens the hub's register; null: a file on its disk.</summary>
    public Func<IRegister>? Opens { get; set; }

    /// <summary>The hub's wall clock, and by it the city's.</summary>
    public ShiftedTime Wall { get; } = new();

    public ConcurrentQueue<string> Log { get; } = [];
    public Faults Faults { get; private set; } = new();
    public string RulesFolder => Path.Combine(_folder, "rules");
    public ICity City => _host!.Services.GetRequiredService<ICity>();
    public ITimeline Timeline => _timeline!;
    public IRegister Register => _register!;
    public Refusals Refusals => Get<Refusals>();
    public IReadOnlyList<SmartCity.Telemetry.OutputCommand> UnansweredCommands => Get<CityHub.Silo.Twins.GroupHosts>().UnansweredCommands;

    public bool Runs => _host is not null;

    public T Get<T>() where T : notnull => _host!.Services.GetRequiredService<T>();

    /// <summary>A setting, for the next start.</summary>
    public string? this[string key]
    {
        get => _settings.GetValueOrDefault(key);
        set
        {
            if (value is null) _settings.Remove(key);
            else _settings[key] = value;
        }
    }

    /// <summary>While no hub runs on it.</summary>
    public void CopyDisk(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, from), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder, to, Path.GetRelativePath(Path.Combine(_folder, from), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Broker and hub, online.</summary>
    public static Task<HubRig> Start(string rules = Heat, params (string Key, string Value)[] settings) => Start(null, rules, settings);

    /// <param name="opens">As <see cref="Opens"/>.</param>
    public static async Task<HubRig> Start(Func<IRegister>? opens, string rules = Heat, params (string Key, string Value)[] settings)
    {
        var rig = new HubRig { Broker = null!, Opens = opens };
        rig.Broker = await Broker.Start(Path.Combine(rig._folder, "broker"));
        Directory.CreateDirectory(rig.RulesFolder);
        await File.WriteAllTextAsync(Path.Combine(rig.RulesFolder, "rules.yaml"), rules);
        foreach (var (key, value) in settings) rig._settings[key] = value;
        try
        {
            await rig.StartHub();
        }
        catch
        {
            await rig.Broker.DisposeAsync(); // nobody else will
            throw;
        }
        return rig;
    }

    /// <summary>Another silo of this one's cluster, on a disk of its own.</summary>
    public async Task<HubRig> Beside(string silo, params (string Key, string Value)[] settings)
    {
        var rig = new HubRig { Broker = Broker, Opens = Opens, _isGuest = true };
        Directory.CreateDirectory(rig.RulesFolder);
        foreach (var file in Directory.EnumerateFiles(RulesFolder)) File.Copy(file, Path.Combine(rig.RulesFolder, Path.GetFileName(file)));
        foreach (var (key, value) in _settings) rig._settings[key] = value;
        rig._settings["Engine:Silo"] = silo;
        foreach (var (key, value) in settings) rig._settings[key] = value;
        await rig.StartHub();
        return rig;
    }

    public async Task StartHub()
    {
        Faults = new();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(_settings)
        {
            ["Mqtt:Port"] = $"{Through ?? Broker.Port}",
            ["Stores:Directory"] = Path.Combine(_folder, Disk),
            ["Rules:Directory"] = RulesFolder,
            ["Rules:LookEvery"] = "00:00:00.100",
            ["Hub:StopPatience"] = "00:00:01",
            ["Engine:Kind"] = _settings.GetValueOrDefault("Engine:Kind") ?? Engine,
            ["Engine:SiloPort"] = $"{Ports.Free()}",
            ["Engine:KeepEvery"] = "00:00:00.200",
        });
        builder.Logging.AddProvider(new Lines(Log));
        _timeline = new(new() { Folder = Path.Combine(_folder, Disk, "timeline") }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
        _register = Opens?.Invoke() ?? new SqliteRegister(new() { Path = Path.Combine(_folder, Disk, "register.db") }, new WebhookComposer(SmartCity.Webhooks.City.Unnamed).Compose, TimeProvider.System, NullLogger<SqliteRegister>.Instance);
        builder.Services.AddSingleton<TimeProvider>(Wall);
        builder.Services.AddSingleton<ITimeline>(new FaultyTimeline(_timeline, Faults));
        builder.Services.AddSingleton<IRegister>(FaultyRegister.Over(_register, Faults));
        builder.Services.AddCityHub(builder.Configuration);
        _host = builder.Build();
        await _host.StartAsync();
        await Until.True(() => City.NotReady().Count == 0, "the hub is ready");
    }

    /// <summary>Stops the hub as an operator would.</summary>
    public async Task StopHub()
    {
        if (_host is null) return;
        await _host.StopAsync();
        _host.Dispose();
        _timeline!.Dispose();
        (_register as IDisposable)!.Dispose();
        _host = null;
    }

    /// <summary>From here on nothing reaches a store any more: what a kill would leave behind.</summary>
    public async Task KillHub()
    {
        Faults.TimelineAway = Faults.RegisterAway = true;
        await StopHub();
    }

    public async Task<IReadOnlyList<Reading>> Stored(string sensor, Quantity quantity = Quantity.AirTemperature) =>
        await Task.FromResult(Timeline.Read(new(sensor), quantity, new(0), Instant.Max).ToArray());

    public async Task<IReadOnlyList<Episode>> Episodes() => await Register.ListEpisodes(new(Limit: 1000));

    public async ValueTask DisposeAsync()
    {
        await StopHub();
        if (!_isGuest) await Broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Lines(ConcurrentQueue<string> into) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            into.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
