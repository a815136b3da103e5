#if NPGSQL
using CityHub.Silo.Register;
using Rig;

namespace CityHub.Silo.Tests.Register;

/// <summary>The server is killed and comes back: nothing is lost, nothing is there twice, and everybody is told what became of his write. Each with a server of its own, quickly recovered.</summary>
public sealed class PostgresKillTests
{
    [Fact]
    public async Task What_was_taken_while_the_server_was_killed_again_and_again_is_there_once_and_in_order()
    {
        await using var server = await PostgresServer.Start();
        server.Create("city");
        using var register = Smoke.Open(OnePostgres.On(server, "city"));
        await Smoke.Subscribe(register);
        const int Kills = 3;
        const int Episodes = 200;
        var told = new List<EpisodeChange>();
        var refused = 0;
        var reached = 0;
        var writing = Task.Run(async () =>
        {
            for (var n = 1; n <= Episodes || Volatile.Read(ref reached) < Kills; n++) told.AddRange(await Smoke.RaiseAtLast(register, n, () => refused++));
        });
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = told.Count;
            await Until.True(() => before + 40 < told.Count || writing.IsCompleted, "the register is being written");
            await server.Kill();
            await Until.True(() => register.Fault is not null, "the register notices");
            await server.Up();
            Volatile.Write(ref reached, kill + 1);
        }
        await writing;
        Assert.True(refused > 0, "no write met the outage");
        // Each change was told once, under its number, and none is missing.
        Assert.Equal(Enumerable.Range(1, told.Count).Select(n => (long)n), told.Select(change => change.Number));
        var stored = await register.ListEpisodes(new(Limit: int.MaxValue));
        Assert.Equal(told.Count(change => change.Kind == "episode.raised"), stored.Count);
        Assert.Single(stored, episode => episode.IsOpen);
        var messages = await register.ListDeliveries(null, int.MaxValue);
        Assert.Equal(told.Select(change => "msg_" + change.Number).Order(), messages.Select(message => message.MessageId).Order());
    }

    [Fact]
    public async Task While_the_server_is_away_everybody_is_told_so_at_once_and_what_was_idle_meanwhile_serves_afterwards()
    {
        await using var server = await PostgresServer.Start();
        server.Create("city");
        using var register = Smoke.Open(OnePostgres.On(server, "city"));
        Assert.Single(await Smoke.Raise(register, 1));
        Assert.NotNull(await register.FindEpisode(Smoke.Episode(1)));
        await server.Kill();
        Assert.Contains("cannot be written: unreachable", (await Assert.ThrowsAsync<RegisterUnavailableException>(() => Smoke.Raise(register, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read: unreachable", (await Assert.ThrowsAsync<RegisterUnavailableException>(() => register.FindEpisode(Smoke.Episode(1)))).Message, StringComparison.Ordinal);
        Assert.Throws<RegisterUnavailableException>(() => register.NextDue());
        await server.Up();
        Assert.NotNull(await register.FindEpisode(Smoke.Episode(1)));
        Assert.Equal(2, (await Smoke.Raise(register, 2)).Count);
        // Connections that nobody used while the server was started anew cost nobody an answer.
        await server.Kill();
        await server.Up();
        Assert.NotNull(await register.FindEpisode(Smoke.Episode(2)));
        Assert.Equal(2, (await Smoke.Raise(register, 3)).Count);
    }
}
#endif
