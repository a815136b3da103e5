#if NPGSQL
using System.Text.Json;
using CityHub.Silo.Register;
using CityHub.Silo.Tests.Webhooks;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Register;

/// <summary>Hubs that share a register, each with its own delivery: no message is under way in two of them, and what a dead one left is sent by another.</summary>
[Collection(nameof(OnePostgres))]
public sealed class SharedDeliveryTests(OnePostgres postgres)
{
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(3);

    /// <summary>Delivers until it is killed. The folder says from where.</summary>
    internal static void DeliverUntilKilled(string folder)
    {
        var database = JsonSerializer.Deserialize<PostgresOptions>(File.ReadAllText(Path.Combine(folder, "database")))!;
        using var hub = new SharedHub(database);
        hub.Start().Wait();
        Console.WriteLine("delivers");
        new ManualResetEventSlim().Wait();
    }

    [Fact]
    public async Task Two_hubs_deliver_every_message_and_none_twice()
    {
        await using var department = await Receiver.Answering(200);
        var database = postgres.Database();
        using var one = new SharedHub(database);
        using var other = new SharedHub(database);
        for (var n = 1; n <= 3; n++) await one.Subscribe("sub_" + n, department.Url);
        await one.Start();
        await other.Start();
        const int Episodes = 40;
        for (var n = 0; n < Episodes; n++) await (n % 2 == 0 ? one : other).Raise(n);
        await Rig.Until.True(async () => (await one.Register.ListDeliveries(DeliveryStates.Delivered, 1000)).Count == 3 * Episodes, "all are delivered");
        Assert.Equal(3 * Episodes, department.Requests.Count);
    }

    [Fact]
    public async Task What_a_hub_was_killed_at_is_sent_by_another_under_its_id_when_the_lease_is_over_and_not_before()
    {
        using var folder = new Folder();
        var reached = new TaskCompletionSource();
        var killed = new TaskCompletionSource();
        await using var department = await Receiver.Start(async (_, _) =>
        {
            if (killed.Task.IsCompleted) return;
            reached.TrySetResult();
            await killed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        });
        var database = postgres.Database();
        await File.WriteAllTextAsync(folder.File("database"), JsonSerializer.Serialize(database));
        using var heir = new SharedHub(database);
        await heir.Subscribe("sub_1", department.Url);
        using (var first = Child.Start("shared-delivery", folder.Path))
        {
            Assert.Equal("delivers", await first.StandardOutput.ReadLineAsync());
            await heir.Raise(1);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
            // The other one looks and is given nothing: not the message, and not what came after it.
            await heir.Raise(2);
            Assert.Empty(await heir.Register.Due(new(4_000_000_000_000), 10));
            first.Kill();
            await first.WaitForExitAsync();
        }
        Assert.Empty(await heir.Register.Due(new(4_000_000_000_000), 10));   // dead or not, it cannot be known yet
        killed.SetResult();
        await heir.Start();
        await Rig.Until.True(async () => (await heir.Register.ListDeliveries(DeliveryStates.Delivered, 10)).Count == 2, "both are delivered");
        // What the first one had under way came once more under its id, and each came from the heir once.
        var ids = department.Requests.Select(got => got.Id).ToList();
        Assert.InRange(ids.Count, 3, 4);
        Assert.Equal(2, ids.TakeLast(2).Distinct().Count());
        Assert.All(ids.SkipLast(2), id => Assert.Contains(id, ids.TakeLast(2)));
    }

    /// <summary>A hub's register and its delivery.</summary>
    private sealed class SharedHub : IDisposable
    {
        private readonly WebhookComposer _composer = new(City.Unnamed);
        private ServiceProvider? _services;
        private IHostedService[] _hosted = [];

        public SharedHub(PostgresOptions database) => Register = new(new(), database, _composer.Compose, TimeProvider.System, NullLogger<PostgresRegister>.Instance, Attempt);

        public PostgresRegister Register { get; }

        public Task Subscribe(string id, string url) =>
            Register.AddSubscription(new(id, "fire", new(url), [], Severity.Warning, false, Now), WebhookSecret.Create(new byte[32]).Reveal());

        public Task Raise(int n) => Register.Commit(
            [new EpisodeEvent.Raised(EpisodeId.Of("heat", new("s" + n), 1, 1), "heat", 1, new("s" + n), Quantity.AirTemperature, Now, Severity.Major, 41.5, Now, false)], _ => new("neustadt", "fire", "Hot"));

        public async Task Start()
        {
            var services = new ServiceCollection();
            services.AddLogging().AddSingleton<IRegister>(Register).AddSingleton(TimeProvider.System).AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
            services.AddWebhooks().Configure<WebhookOptions>(options =>
            {
                options.AllowedNetworks.Add("127.0.0.0/8");
                (options.Timeout, options.Recheck, options.Heartbeat) = (Attempt, TimeSpan.FromSeconds(1), TimeSpan.Zero);
            });
            _services = services.BuildServiceProvider();
            _hosted = [.. _services.GetServices<IHostedService>()];
            foreach (var part in _hosted) await part.StartAsync(default);
        }

        public void Dispose()
        {
            foreach (var part in _hosted) part.StopAsync(default).GetAwaiter().GetResult();
            _services?.Dispose();
            Register.Dispose();
        }

        private static Instant Now => Instant.From(TimeProvider.System.GetUtcNow());
    }
}
#endif
