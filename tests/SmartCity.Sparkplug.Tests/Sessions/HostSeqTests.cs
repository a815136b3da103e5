namespace SmartCity.Sparkplug.Tests;

public sealed class HostSeqTests
{
    private static RebirthBudget Plenty => new(1000, 1000);

    [Fact]
    [Tck("tck-id-operational-behavior-host-reordering-param", "tck-id-operational-behavior-host-reordering-start", "tck-id-operational-behavior-host-reordering-rebirth")]
    public void A_gap_does_not_hold_data_up_and_asks_for_a_birth_at_exactly_the_timeout()
    {
        var node = new Foreign();
        node.Birth();
        Assert.Null(node.Hub.NextDeadline);
        var outcome = node.Send(MessageKind.NData, null, [Foreign.Temperature(20)], at: 10, seq: 3); // 1 and 2 are missing
        Assert.Equal(HostEvent.Data, outcome.Event);
        Assert.Single(node.Readings);
        Assert.Equal(Pole.At(12), node.Hub.NextDeadline);
        Assert.False(node.Hub.TryTakeRebirth(Pole.At(11.999), Plenty));
        Assert.True(node.Hub.TryTakeRebirth(Pole.At(12), Plenty));
        Assert.Equal(RebirthReason.SeqGap, node.Hub.RebirthWanted);
    }

    [Fact]
    [Tck("tck-id-operational-behavior-host-reordering-success")]
    public void What_was_missing_and_came_in_time_ends_the_alarm()
    {
        var node = new Foreign();
        node.Birth();
        node.Send(MessageKind.NData, null, [Foreign.Temperature(20)], at: 10, seq: 3);
        node.Send(MessageKind.NData, null, [Foreign.Temperature(21)], at: 11, seq: 2);
        Assert.Equal(Pole.At(12), node.Hub.NextDeadline); // 1 is missing still
        Assert.Equal(HostEvent.Data, node.Send(MessageKind.NData, null, [Foreign.Temperature(22)], at: 11.9, seq: 1).Event);
        Assert.Null(node.Hub.NextDeadline);
        Assert.False(node.Hub.TryTakeRebirth(Pole.At(100), Plenty));
        node.Send(MessageKind.NData, null, [], at: 200, seq: 4);
        Assert.Null(node.Hub.NextDeadline);
        node.Send(MessageKind.NData, null, [], at: 201, seq: 9); // and the next gap rings again
        Assert.Equal(Pole.At(203), node.Hub.NextDeadline);
    }

    [Fact]
    public void Seq_wraps_without_a_gap()
    {
        var node = new Foreign();
        node.Birth();
        for (var i = 1; i < 700; i++) node.Send(MessageKind.NData, null, [], seq: (ulong)(i % 256));
        Assert.Null(node.Hub.NextDeadline);
    }

    [Fact]
    public void A_gap_over_the_wrap_is_a_gap()
    {
        var node = new Foreign();
        node.Birth();
        for (var i = 1; i <= 254; i++) node.Send(MessageKind.NData, null, [], seq: (ulong)i);
        node.Send(MessageKind.NData, null, [], at: 1, seq: 1); // 255 and 0 are missing
        Assert.Equal(Pole.At(3), node.Hub.NextDeadline);
        node.Send(MessageKind.NData, null, [], at: 1, seq: 255);
        node.Send(MessageKind.NData, null, [], at: 1, seq: 0);
        Assert.Null(node.Hub.NextDeadline);
    }

    [Fact]
    public void A_birth_ends_every_alarm()
    {
        var node = new Foreign();
        node.Birth();
        node.Send(MessageKind.NData, null, [], at: 1, seq: 50);
        Assert.NotNull(node.Hub.NextDeadline);
        node.Birth();
        Assert.Null(node.Hub.NextDeadline);
    }

    [Fact]
    public void One_node_is_asked_at_most_once_in_ten_seconds()
    {
        var node = new Foreign();
        node.Send(MessageKind.NData, null, [], at: 0);
        Assert.True(node.Hub.TryTakeRebirth(Pole.At(0), Plenty));
        Assert.Equal(Pole.At(10), node.Hub.NextDeadline);
        Assert.False(node.Hub.TryTakeRebirth(Pole.At(9.999), Plenty));
        Assert.True(node.Hub.TryTakeRebirth(Pole.At(10), Plenty)); // no birth came: again
        node.Birth();
        node.Send(MessageKind.DData, "unborn", [], at: 11);
        Assert.False(node.Hub.TryTakeRebirth(Pole.At(19.999), Plenty)); // a birth in between changes nothing in that
        Assert.True(node.Hub.TryTakeRebirth(Pole.At(20), Plenty));
    }

    [Fact]
    public void The_city_asks_no_faster_than_its_budget_and_a_refused_node_is_not_counted_as_asked()
    {
        var budget = new RebirthBudget(perSecond: 2, burst: 3);
        var nodes = Enumerable.Range(0, 5).Select(_ => new Foreign()).ToList();
        foreach (var node in nodes) node.Send(MessageKind.NData, null, []);
        Assert.Equal([true, true, true, false, false], nodes.Select(node => node.Hub.TryTakeRebirth(Pole.At(0), budget)));
        Assert.False(nodes[3].Hub.TryTakeRebirth(Pole.At(0.499), budget));
        Assert.True(nodes[3].Hub.TryTakeRebirth(Pole.At(0.5), budget));
        Assert.False(nodes[4].Hub.TryTakeRebirth(Pole.At(0.5), budget));
        Assert.True(nodes[4].Hub.TryTakeRebirth(Pole.At(1), budget));
    }

    [Fact]
    public void A_budget_fills_to_its_burst_and_a_clock_that_steps_back_gives_nothing()
    {
        var budget = new RebirthBudget(1, 2);
        Assert.True(budget.TryTake(Pole.At(100)) && budget.TryTake(Pole.At(100)));
        Assert.False(budget.TryTake(Pole.At(0)));
        Assert.True(budget.TryTake(Pole.At(1000)) && budget.TryTake(Pole.At(1000)));
        Assert.False(budget.TryTake(Pole.At(1000)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RebirthBudget(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RebirthBudget(1, 0));
    }

    [Fact]
    public void A_dead_node_is_not_asked()
    {
        var node = new Foreign();
        node.Birth();
        node.Send(MessageKind.NData, null, [], seq: 9);
        node.Send(MessageKind.NDeath, null, [Foreign.BdSeq()], qos: 1);
        Assert.False(node.Hub.TryTakeRebirth(Pole.At(100), Plenty));
    }
}
