using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Register;

public abstract partial class RegisterContract
{
    private static OutputCommand Siren(string id, bool on, long at) => new(id, new("city.pole-1.siren"), Quantity.Siren, on, "anna", "drill", new(at));

    [Fact]
    public async Task A_command_is_kept_once_under_its_id_and_the_first_stands()
    {
        var first = Siren("a", true, 1000);
        Assert.Equal(first, await Store.KeepCommand(first));
        Assert.Equal(first, await Store.KeepCommand(Siren("a", false, 2000) with { By = "ben" }));
        Reopen();
        Assert.Equal([first], Store.Commands(first.Sensor, 10));
        Assert.Empty(Store.Commands(new("another"), 10));
    }

    [Fact]
    public async Task What_became_of_a_command_is_kept_and_an_answer_that_came_late_counts()
    {
        await Store.KeepCommand(Siren("a", true, 1000));
        await Store.EndCommand("a", OutputCommandState.Unanswered, new(2000));
        await Store.EndCommand("a", OutputCommandState.Answered, new(3000));
        await Store.EndCommand("a", OutputCommandState.Superseded, new(4000)); // answered stays answered
        Assert.Equal(Siren("a", true, 1000) with { State = OutputCommandState.Answered, EndedAt = new(3000) }, Assert.Single(Store.Commands(new("city.pole-1.siren"), 10)));
    }

    [Fact]
    public async Task Of_each_output_the_newest_command_stands_while_it_waits_or_was_not_answered()
    {
        await Store.KeepCommand(Siren("a", true, 1000));
        await Store.KeepCommand(Siren("b", false, 2000));
        var gate = new OutputCommand("g", new("city.pole-1.gate"), Quantity.Relay, true, "ben", "let in", new(3000));
        await Store.KeepCommand(gate);
        Assert.Equal(["b", "g"], Store.StandingCommands().Select(command => command.Id));
        await Store.EndCommand("b", OutputCommandState.Answered, new(4000));
        await Store.EndCommand("g", OutputCommandState.Unanswered, new(5000));
        Reopen();
        Assert.Equal([gate with { State = OutputCommandState.Unanswered, EndedAt = new(5000) }], Store.StandingCommands());
        Assert.Equal(["b", "a"], Store.Commands(new("city.pole-1.siren"), 10).Select(command => command.Id));
    }
}
