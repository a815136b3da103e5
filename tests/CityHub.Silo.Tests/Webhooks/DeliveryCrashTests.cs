using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>A hub that is killed (kill -9) at each step of a delivery, and started again on what it left.</summary>
public sealed class DeliveryCrashTests
{
    private const int Episodes = 20, NewsOfEach = 3;

    /// <summary>Raises, acknowledges and clears its episodes once, then delivers until it is killed. The folder says where to.</summary>
    internal static void DeliverUntilKilled(string folder)
    {
        var composer = new WebhookComposer(City.Unnamed);
        using var register = new SqliteRegister(new() { Path = Path.Combine(folder, "register.db") }, composer.Compose, TimeProvider.System, NullLogger<SqliteRegister>.Instance);
        if (register.Subscriptions().Count == 0)
        {
            var now = Instant.From(TimeProvider.System.GetUtcNow());
            register.AddSubscription(new("sub_1", "fire", new(File.ReadAllText(Path.Combine(folder, "url"))), [], Severity.Warning, false, now), WebhookSecret.Create(new byte[32]).Reveal()).Wait();
            for (var n = 0; n < Episodes; n++)
            {
                var (id, sensor) = (EpisodeId.Of("heat", new($"sensor-{n}"), 1, 1), new SensorId($"sensor-{n}"));
                register.Commit([new EpisodeEvent.Raised(id, "heat", 1, sensor, Quantity.AirTemperature, now, Severity.Major, 41.5, now, false)], _ => new("neustadt", "fire", "Hot")).Wait();
                register.Acknowledge(id, "duty", now, "").Wait();
                register.Commit([new EpisodeEvent.Cleared(id, "heat", 1, sensor, Quantity.AirTemperature, now, 35)], _ => new("neustadt", "fire", "")).Wait();
            }
        }
        Console.WriteLine("committed");
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IRegister>(register).AddSingleton(TimeProvider.System).AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddWebhooks().Configure<WebhookOptions>(options => options.AllowedNetworks.Add("127.0.0.0/8"));
        using var provider = services.BuildServiceProvider();
        foreach (var part in provider.GetServices<IHostedService>()) part.StartAsync(default).Wait();
        new ManualResetEventSlim().Wait();   // until it is killed
    }

    [Theory]
    [InlineData("before anything is sent", 0, false)]
    [InlineData("after a message is sent and before its answer", 1, false)]
    [InlineData("later, in the same place", 17, false)]
    [InlineData("after its answer, before or while it is written down", 1, true)]
    [InlineData("later, in the same place, with more under way", 23, true)]
    public async Task Killed_at_any_step_it_delivers_everything_under_the_same_ids_and_in_order(string step, int request, bool answered)
    {
        Assert.NotEmpty(step);
        var folder = Directory.CreateTempSubdirectory("delivery-crash-").FullName;
        var reached = new TaskCompletionSource();
        var killed = new TaskCompletionSource();
        await using var department = await Receiver.Start(async (receiver, context) =>
        {
            if (request == 0 || receiver.Requests.Count < request || killed.Task.IsCompleted) return;   // two at once may both see two
            if (answered) await context.Response.CompleteAsync();   // the hub has its answer
            reached.TrySetResult();
            if (!answered) await killed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        });
        await File.WriteAllTextAsync(Path.Combine(folder, "url"), department.Url);
        using (var first = Child.Start("delivery", folder))
        {
            Assert.Equal("committed", await first.StandardOutput.ReadLineAsync());
            if (request > 0) await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
            first.Kill();
            await first.WaitForExitAsync();
            killed.SetResult();
        }
        var before = department.Requests.Count;
        using (var second = Child.Start("delivery", folder))
        {
            await Rig.Until.True(() => department.Requests.Select(got => got.Id).Distinct().Count() == Episodes * NewsOfEach, "all have arrived");
            await UntilWrittenDown(folder);
            second.Kill();
            await second.WaitForExitAsync();
        }
        Assert.True(before < Episodes * NewsOfEach, "it was killed in the middle");
        foreach (var episode in department.Requests.GroupBy(got => got.Episode))
        {
            // What came twice is under its id; what came first came in its order.
            Assert.Equal(["episode.raised", "episode.acknowledged", "episode.cleared"], episode.DistinctBy(got => got.Id).Select(got => got.Type));
            Assert.All(episode.GroupBy(got => got.Id), same => Assert.Single(same.Select(got => Convert.ToBase64String(got.Body)).Distinct()));
        }
        Directory.Delete(folder, recursive: true);
    }

    private static Task UntilWrittenDown(string folder) => Rig.Until.True(async () =>
    {
        await using var reader = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "register.db")};Pooling=False;Mode=ReadWrite");
        await reader.OpenAsync();
        await using var command = reader.CreateCommand();
        command.CommandText = "select count(*) from message where state = 2";
        return (long)(await command.ExecuteScalarAsync())! == Episodes * NewsOfEach;
    }, "all are written down as delivered");
}
