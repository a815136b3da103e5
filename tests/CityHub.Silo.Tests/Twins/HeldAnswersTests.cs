using CityHub.Silo.Twins;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Twins;

public sealed class HeldAnswersTests
{
    private static readonly NodeKey A = new("city", "a"), B = new("city", "b");

    [Fact]
    public void An_answer_goes_when_its_block_is_stored_and_not_a_block_before()
    {
        var held = new HeldAnswers();
        held.Add(5, [(A, [1])]);
        Assert.Empty(held.TakeThrough(4));
        Assert.Equal([1], held.TakeThrough(5)[A]);
        Assert.Empty(held.TakeThrough(long.MaxValue));
    }

    [Fact]
    public void Of_several_that_may_go_the_newest_of_each_node_goes()
    {
        var held = new HeldAnswers();
        held.Add(5, [(A, [1]), (B, [2])]);
        held.Add(6, [(A, [3])]);
        held.Add(7, [(A, [4])]);
        var due = held.TakeThrough(6);
        Assert.Equal([3], due[A]);
        Assert.Equal([2], due[B]);
        Assert.Equal(1, held.Count);
    }

    [Fact]
    public void However_long_the_store_is_away_a_node_waits_with_so_many_answers_and_no_more()
    {
        var held = new HeldAnswers();
        for (var block = 1; block <= 100; block++) held.Add(block, [(A, [(byte)block]), (B, [(byte)block])]);
        Assert.Equal(2 * HeldAnswers.MaxGroups, held.Count);
        Assert.Equal([1], held.TakeThrough(1)[A]); // the earliest still goes first: a store that lags for ever starves nobody
        Assert.Empty(held.TakeThrough(1));
        Assert.Equal([7], held.TakeThrough(99)[A]);
        Assert.Equal([100], held.TakeThrough(100)[B]);
    }
}
