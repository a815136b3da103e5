using System.Globalization;
using CityHub.Silo.Register;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Register;

public sealed class RegisterCrashTests
{
    private static readonly SensorId Pole = new("centre.pole-1.smoke");

    /// <summary>Raises one episode after the other, beside checkpoints, and prints each change's number once it is promised.</summary>
    internal static void WriteUntilKilled(string folder)
    {
        using var register = Open(folder);
        if (register.Subscriptions().Count == 0)
        {
            register.AddSubscription(new("sub", "fire", new("https://example.org/"), [], Severity.Warning, false, new(1)), "whsec_x").Wait();
        }
        var start = register.ListEpisodes(new(Limit: 1)).Result is [var last] ? last.RaisedAt!.Value.UnixMilliseconds + 1 : 1;
        var checkpoints = Task.CompletedTask;
        for (var n = start; ; n++)
        {
            if (checkpoints.IsCompleted) checkpoints = register.SaveCheckpoints(Enumerable.Range(0, 300).Select(node => new NodeCheckpoint(new("g", "n" + node), BitConverter.GetBytes(n))).ToList(), n);
            var raised = new EpisodeEvent.Raised(EpisodeId.Of("smoke", Pole, 1, (ulong)n), "smoke", 1, Pole, Quantity.Smoke, new(n), Severity.Critical, 1, new(n), false);
            var changes = register.Commit([raised], _ => new("centre", "fire", "Smoke.")).Result;
            Console.WriteLine(changes[^1].Number.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task After_kill_minus_nine_in_mid_write_every_promise_holds_and_no_message_is_without_its_episode()
    {
        using var folder = new Folder();
        foreach (var lines in (int[])[3, 40, 101])
        {
            using var child = Child.Start("register", folder.Path);
            var said = Child.KillAfter(child, lines);
            Assert.True(said.Count >= lines);
            var promised = long.Parse(said[^1], CultureInfo.InvariantCulture);

            using var register = Open(folder.Path);
            var episodes = await register.ListEpisodes(new(Limit: int.MaxValue));
            var deliveries = await register.ListDeliveries(null, int.MaxValue);
            Assert.Single(episodes, episode => episode.IsOpen);
            // Each change has its message and each message its change, whether the promise was heard or not.
            var changes = episodes.Sum(episode => (episode.RaisedAt is null ? 0 : 1) + (episode.ClearedAt is null ? 0 : 1));
            Assert.InRange(changes, promised, promised + 2);
            Assert.Equal(Enumerable.Range(1, changes).Select(n => "msg_" + n), deliveries.Select(d => d.MessageId).OrderBy(id => int.Parse(id[4..], CultureInfo.InvariantCulture)));
            // No node is behind what "through" says.
            var nodes = register.LoadCheckpoints(out var through).ToList();
            Assert.All(nodes, node => Assert.True(BitConverter.ToInt64(node.State) >= through));
        }
    }

    private static SqliteRegister Open(string folder) => new(new() { Path = Path.Combine(folder, "register.db") },
        (change, subscriptions, _) => subscriptions.Select(s => new NewMessage("msg_" + change.Number, s.Id, change.Kind, [1])).ToList(),
        TimeProvider.System, NullLogger<SqliteRegister>.Instance);
}
