namespace SmartCity.Mqtt.Direct;

public sealed class SendWindowTests
{
    private static readonly MqttTopic Topic = new("t");

    [Fact]
    public void So_many_go_unacknowledged_and_the_rest_follows_in_order()
    {
        var window = new SendWindow(2);
        Assert.Equal((ushort)1, window.TryTake(10));
        Assert.Equal((ushort)2, window.TryTake(20));
        Assert.Null(window.TryTake(30));
        window.Wait(new(Topic, [3], false));
        window.Wait(new(Topic, [4], false));
        Assert.Null(window.TryNext());
        Assert.Equal(20, window.Acknowledged(2));
        Assert.Equal((byte)3, window.TryNext()!.Value.Message.Payload[0]);
        Assert.Null(window.TryNext());
        Assert.Equal(10, window.Acknowledged(1));
        Assert.Null(window.TryTake(1)); // whoever waits goes first
        Assert.Equal((byte)4, window.TryNext()!.Value.Message.Payload[0]);
        Assert.False(window.IsEmpty);
        Assert.Equal(2, window.Acknowledged(3));
        Assert.Equal(2, window.Acknowledged(4));
        Assert.True(window.IsEmpty);
    }

    [Fact]
    public void An_acknowledgement_of_nothing_of_ours_frees_nothing()
    {
        var window = new SendWindow(1);
        window.TryTake(10);
        Assert.Equal(0, window.Acknowledged(7));
        Assert.Equal(10, window.Acknowledged(1));
        Assert.Equal(0, window.Acknowledged(1));
        Assert.Null(window.Answered(1));
    }

    [Fact]
    public void Identifiers_go_round_and_pass_over_those_in_use()
    {
        var window = new SendWindow(1);
        Assert.Equal((ushort)1, window.TryAsk("a/#"));
        for (var round = 0; round < 65_534; round++) window.Acknowledged(window.TryTake(1)!.Value);
        Assert.Equal((ushort)2, window.TryTake(1)); // not 0, and not 1, which still waits for its answer
        Assert.Equal("a/#", window.Answered(1));
    }

    [Fact]
    public void Identifiers_end_and_that_is_said()
    {
        var window = new SendWindow(1);
        for (var i = 0; i < ushort.MaxValue; i++) Assert.NotNull(window.TryAsk("f"));
        Assert.Null(window.TryAsk("f"));
    }
}
