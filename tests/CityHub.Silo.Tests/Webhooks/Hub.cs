using System.Collections.Concurrent;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>A register on disk and a delivery that empties its outbox: what of the hub a webhook passes through.</summary>
public sealed class Hub : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("webhooks-").FullName;
    private readonly TimeProvider _wall;
    private ServiceProvider? _services;
    private IReadOnlyList<Microsoft.Extensions.Hosting.IHostedService> _hosted = [];
    private ulong _breach;

    public Hub(TimeProvider? wall = null)
    {
        _wall = wall ?? TimeProvider.System;
        Register = new(new RegisterOptions { Path = RegisterFile }, Composer.Compose, _wall, NullLogger<SqliteRegister>.Instance);
        Composer.LinkKey = DepartmentAcks.Key(Register);
    }

    public string RegisterFile => Path.Combine(_folder, "register.db");

    /// <summary>Who speaks in these tests.</summary>
    public static readonly City City = new("alerts@city.example") { Address = new("https://hub.city.example") };

    private WebhookComposer Composer { get; } = new(City);

    public SqliteRegister Register { get; }

    /// <summary>Every line that was logged.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public WebhookSubscriptions Subscriptions => new(Register, Composer, new AddressGuard(["127.0.0.0/8"]), new LibCrypto(), Options.Create(new WebhookOptions()), _wall);

    public IServiceProvider Services => _services!;

    public async Task Start(Action<WebhookOptions>? set = null, bool allowLoopback = true)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IRegister>(Register).AddSingleton(_wall);
        services.AddLogging(logging => logging.AddProvider(new LogLines(Lines)).SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        services.AddWebhooks().Configure<WebhookOptions>(options =>
        {
            options.Heartbeat = TimeSpan.Zero;   // unless a test asks for it
            (options.Sender, options.Address) = (City.Sender, City.Address);
            if (allowLoopback) options.AllowedNetworks.Add("127.0.0.0/8");
            set?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        _hosted = [.. _services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()];
        foreach (var part in _hosted) await part.StartAsync(default);
    }

    public async Task Stop()
    {
        if (_hosted.Count == 0) return;
        foreach (var part in _hosted) await part.StopAsync(default);
        await _services!.DisposeAsync();
        _hosted = [];
    }

    public Task<(Subscription Subscription, string Secret)> Subscribe(string url, Severity least = Severity.Warning) => Subscribe(url, SubscriptionTerms.Usual, least);

    public async Task<(Subscription Subscription, string Secret)> Subscribe(string url, SubscriptionTerms terms, Severity least = Severity.Warning)
    {
        var made = await Subscriptions.Create(new("fire", url, [], least) { Terms = terms });
        Assert.Empty(made.Faults);
        return (made.Subscription!, made.Secret!);
    }

    /// <summary>Raises episodes that nobody raised before.</summary>
    public async Task<IReadOnlyList<EpisodeId>> Raise(int episodes = 1, Severity severity = Severity.Major, EpisodeContext? context = null)
    {
        var now = Instant.From(_wall.GetUtcNow());
        var raised = new List<EpisodeEvent>();
        for (var i = 0; i < episodes; i++)
        {
            var sensor = new SensorId($"sensor-{++_breach}");
            raised.Add(new EpisodeEvent.Raised(EpisodeId.Of("heat", sensor, 1, _breach), "heat", 1, sensor, Quantity.AirTemperature, now, severity, 41.5, now, false));
        }

        await Register.Commit(raised, _ => context ?? new("neustadt", "fire", "Over 40 degrees"));
        return [.. raised.Select(one => one.Episode)];
    }

    public async Task Move(EpisodeId episode, Severity to)
    {
        var before = (await Register.FindEpisode(episode))!;
        await Register.Commit([new EpisodeEvent.SeverityChanged(episode, before.Rule, 1, before.Sensor, before.Quantity, Instant.From(_wall.GetUtcNow()), to, 45)], _ => new("", "", ""));
    }

    public async Task Clear(EpisodeId episode)
    {
        var before = (await Register.FindEpisode(episode))!;
        await Register.Commit([new EpisodeEvent.Cleared(episode, before.Rule, 1, before.Sensor, before.Quantity, Instant.From(_wall.GetUtcNow()), 35)], _ => new("neustadt", "fire", ""));
    }

    public async Task<IReadOnlyList<DeliveryView>> Deliveries(string? state = null) => await Register.ListDeliveries(state, 10_000);

    public Task UntilRecorded(int messages, string state) =>
        Rig.Until.True(async () => (await Deliveries(state)).Count == messages, $"{messages} messages are {state}");

    public Task UntilAttempted(int attempts) =>
        Rig.Until.True(async () => (await Deliveries()).Sum(delivery => delivery.Attempts) == attempts, $"{attempts} attempts are written down");

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Register.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class LogLines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
