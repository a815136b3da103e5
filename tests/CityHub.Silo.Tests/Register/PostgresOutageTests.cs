#if NPGSQL
using CityHub.Silo.Register;

namespace CityHub.Silo.Tests.Register;

/// <summary>The line to the server breaks, or a hub hangs: everybody is told what became of his write.</summary>
[Collection(nameof(OnePostgres))]
public sealed class PostgresOutageTests(OnePostgres postgres)
{
    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_told_as_what_it_was_done()
    {
        var database = postgres.Database();
        using var cut = new CommitCut(database.Port);
        database.Port = cut.Port;
        using var register = Smoke.Open(database);
        await Smoke.Subscribe(register);
        await register.Due(new(1), 1);   // it sends them
        var handed = new List<OutboxMessage>();
        register.MessagesDue += handed.AddRange;
        cut.Arm(reaches: true);
        var change = Assert.Single(await Smoke.Raise(register, 1));
        Assert.False(cut.IsArmed);
        Assert.Equal((1, "episode.raised"), (change.Number, change.Kind));
        Assert.Equal("msg_1", Assert.Single(handed).MessageId);
        Assert.Equal(3, (await Smoke.Raise(register, 2))[^1].Number);   // the first one is cleared, the second raised
        Assert.Null(register.Fault);
    }

    [Fact]
    public async Task A_commit_that_was_lost_on_its_way_is_refused_and_can_be_made_again()
    {
        var database = postgres.Database();
        using var cut = new CommitCut(database.Port);
        database.Port = cut.Port;
        using var register = Smoke.Open(database);
        await Smoke.Subscribe(register);
        await register.Due(new(1), 1);   // it sends them
        var handed = new List<OutboxMessage>();
        register.MessagesDue += handed.AddRange;
        cut.Arm(reaches: false);
        Assert.Contains("unreachable", (await Assert.ThrowsAsync<RegisterUnavailableException>(() => Smoke.Raise(register, 1))).Message, StringComparison.Ordinal);
        Assert.False(cut.IsArmed);
        Assert.Empty(handed);
        Assert.Equal(1, Assert.Single(await Smoke.Raise(register, 1)).Number);
        Assert.Equal("msg_1", Assert.Single(handed).MessageId);
    }

    [Fact]
    public async Task A_hub_that_hangs_in_its_turn_loses_it_and_the_others_go_on()
    {
        var database = postgres.Database();
        database.Patience = TimeSpan.FromSeconds(2);
        using var hanging = Smoke.Open(database);
        using var other = Smoke.Open(database);
        using var hold = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var hung = hanging.Commit([Smoke.Raised(1)], _ =>
        {
            entered.Set();
            hold.Wait();
            return new("centre", "fire", "Smoke.");
        });
        entered.Wait();
        Assert.Equal(1, Assert.Single(await Smoke.RaiseAtLast(other, 2)).Number);
        hold.Set();
        await Assert.ThrowsAsync<RegisterUnavailableException>(() => hung);
        Assert.Equal(3, (await Smoke.RaiseAtLast(hanging, 3))[^1].Number);
    }
}
#endif
