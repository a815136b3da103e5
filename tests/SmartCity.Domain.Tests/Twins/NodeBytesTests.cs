using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Twins;

namespace SmartCity.Tests.Twins;

public sealed class NodeBytesTests
{
    private static readonly Instant Noon = new(1_764_072_000_000); // 2025-11-25 12:00 UTC

    private static NodeTwin Twin() => new(new("city", "pole"));

    private static void Tell(NodeTwin twin, ulong sinceStart, double hours) => twin.Told(new(null, sinceStart, null), Noon + TimeSpan.FromHours(hours));

    [Fact]
    public void A_node_that_does_not_count_has_no_bytes_though_it_tells_its_temperature()
    {
        var twin = Twin();
        Assert.Equal((null, null, null), (twin.Vitals, twin.SentBytes, twin.SentToday(Noon)));
        twin.Told(new(41.5, null, null), Noon);
        Assert.Equal((41.5, null, null), (twin.Vitals!.Value.BoardCelsius, twin.SentBytes, twin.SentToday(Noon)));
    }

    [Fact]
    public void The_count_goes_on_over_a_restart_of_the_node()
    {
        var twin = Twin();
        Tell(twin, 1_000, 0);
        Tell(twin, 5_000, 1);
        Tell(twin, 300, 2); // started anew
        Tell(twin, 800, 3);
        Assert.Equal(5_800ul, twin.SentBytes);
    }

    [Fact]
    public void Today_begins_at_midnight_UTC_and_what_was_sent_before_anybody_listened_is_of_no_day()
    {
        var twin = Twin();
        Tell(twin, 70_000, 0);
        Assert.Equal(0ul, twin.SentToday(Noon));
        Tell(twin, 75_000, 11.99);
        Assert.Equal(5_000ul, twin.SentToday(Noon + TimeSpan.FromHours(11.99)));
        Assert.Equal(0ul, twin.SentToday(Noon + TimeSpan.FromHours(12)));
        Tell(twin, 75_400, 12.1);
        Assert.Equal((400ul, 75_400ul), (twin.SentToday(Noon + TimeSpan.FromHours(12.1)), twin.SentBytes!.Value));
    }

    [Theory]
    [InlineData("no budget", null, 60)]
    [InlineData("a budget that a message a minute does not touch", 10_000_000_000L, 60)]
    [InlineData("2 MiB a day: a hundredth is 163 messages", 2_097_152L, 527.3)]
    [InlineData("a budget of which a hundredth is less than four messages", 1_024L, 21_600)]
    public void A_thin_link_is_told_of_less_often(string because, long? bytesADay, double seconds) =>
        Assert.True(Math.Abs(NodeVitals.Every(bytesADay).TotalSeconds - seconds) < 0.1, because);

    [Fact]
    public void What_a_node_says_of_itself_is_in_its_checkpoint()
    {
        var twin = Twin();
        twin.Received(1234);
        Tell(twin, 70_000, 0);
        twin.Told(new(-12.25, 71_000, 2_097_152), Noon + TimeSpan.FromHours(1));
        var w = new VarintWriter();
        twin.Write(w);
        var r = new VarintReader(w.ToArray());
        Assert.True(NodeTwin.TryRead(ref r, out var back));
        Assert.Equal((twin.Vitals, 1234ul, 71_000ul, 1_000ul), (back.Vitals, back.ReceivedBytes, back.SentBytes!.Value, back.SentToday(Noon + TimeSpan.FromHours(1))!.Value));
        for (var length = 0; length < w.Length; length++)
        {
            var shorter = new VarintReader(w.ToArray().AsSpan(0, length));
            Assert.False(NodeTwin.TryRead(ref shorter, out _));
        }
    }

    [Fact]
    public void A_checkpoint_of_before_nodes_had_figures_of_their_own_is_read()
    {
        var w = new VarintWriter();
        w.Byte(1);
        foreach (var text in (string[])["city", "pole"])
        {
            w.Varint((ulong)text.Length);
            w.Bytes(System.Text.Encoding.ASCII.GetBytes(text));
        }
        w.Byte((byte)NodePresence.Online);
        w.Byte(0);
        new NodeLedger().Write(w);
        w.Varint(0);
        var r = new VarintReader(w.ToArray());
        Assert.True(NodeTwin.TryRead(ref r, out var back));
        Assert.True(r.AtEnd);
        Assert.Equal((new("city", "pole"), NodePresence.Online, null, 0ul), (back.Key, back.Presence, back.SentBytes, back.ReceivedBytes));
    }
}
