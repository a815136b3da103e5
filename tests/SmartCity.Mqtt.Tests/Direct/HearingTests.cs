using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace SmartCity.Mqtt.Direct;

public sealed class HearingTests : IDisposable
{
    private static readonly byte[] Welcome = [0x20, 2, 0, 0];

    private readonly WordOfBroker _broker = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Ear _ear;

    public HearingTests() => _ear = new(new DirectLink(_time, NullLogger<DirectLink>.Instance), "node", _broker.Port);

    [Theory]
    [InlineData(new byte[] { 0xD0, 0 })]             // a word before the welcome
    [InlineData(new byte[] { 0x20, 2, 0, 0, 0x20, 2, 0, 0 })] // a second welcome
    [InlineData(new byte[] { 0x20, 2, 0, 0, 0xFF, 0 })]
    [InlineData(new byte[] { 0x20, 2, 0, 0, 0x34, 5, 0, 1, 97, 0, 1 })] // QoS 2
    public void A_broker_that_breaks_the_rules_is_left(byte[] words)
    {
        _ear.Open();
        _broker.Accept();
        _broker.Say(words);
        Assert.Equal(MqttEndReason.ProtocolError, _ear.AwaitEnd().Reason);
    }

    [Theory]
    [InlineData(1, MqttEndReason.RefusedProtocol)]
    [InlineData(2, MqttEndReason.RefusedClientId)]
    [InlineData(3, MqttEndReason.RefusedUnavailable)]
    [InlineData(4, MqttEndReason.RefusedCredentials)]
    [InlineData(5, MqttEndReason.RefusedNotAuthorised)]
    public void Each_refusal_has_its_name(byte code, MqttEndReason reason)
    {
        _ear.Open();
        _broker.Accept();
        _broker.Say(0x20, 2, 0, code);
        Assert.Equal(new MqttEnd(reason, code), _ear.AwaitEnd());
    }

    [Fact]
    public void Messages_are_heard_though_they_come_byte_by_byte()
    {
        Join();
        foreach (var one in new byte[] { 0x30, 4, 0, 1, (byte)'t', 7, 0x33, 6, 0, 1, (byte)'u', 0, 9, 8 }) _broker.Say(one);
        _ear.AwaitMessages(2);
        Assert.Equal([("t", MqttQos.AtMostOnce, false), ("u", MqttQos.AtLeastOnce, true)], _ear.Messages.Select(message => (message.Topic, message.Qos, message.Retain)));
        Assert.Equal([[7], [8]], _ear.Messages.Select(message => message.Payload));
        Assert.Equal("400009", Said());
    }

    [Fact]
    public void What_comes_together_is_one_burst()
    {
        Join();
        _broker.Say(0x30, 4, 0, 1, (byte)'t', 7, 0x30, 4, 0, 1, (byte)'t', 8);
        _ear.AwaitMessages(2);
        Until.True(() => !_ear.BurstEnds.IsEmpty, () => "the burst had no end");
        Assert.Equal([2], _ear.BurstEnds);
    }

    [Fact]
    public void However_messages_come_each_burst_has_one_end_and_none_is_left_in_one()
    {
        const int Many = 500;
        Join();
        for (var i = 0; i < Many; i++) _broker.Say(0x30, 4, 0, 1, (byte)'t', unchecked((byte)i));
        _ear.AwaitMessages(Many);
        Until.True(() => _ear.BurstEnds.LastOrDefault() == Many, () => "the last burst had no end");
        Assert.Equal(_ear.BurstEnds.Order().Distinct(), _ear.BurstEnds);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => unchecked((byte)i)), _ear.Messages.Select(message => message.Payload[0]));
    }

    [Fact]
    public void A_burst_has_its_end_though_the_connection_ends_in_it()
    {
        Join();
        _broker.Say(0x30, 4, 0, 1, (byte)'t', 7, 0xFF, 0); // a message, and a word that breaks the rules
        Assert.Equal(MqttEndReason.ProtocolError, _ear.AwaitEnd().Reason);
        Assert.Equal([1], _ear.BurstEnds);
    }

    [Fact]
    public void Words_that_are_no_messages_make_no_burst()
    {
        Join();
        _broker.Say(0xD0, 0, 0x30, 4, 0, 1, (byte)'t', 7);
        _ear.AwaitMessages(1);
        Until.True(() => !_ear.BurstEnds.IsEmpty, () => "the burst had no end");
        Assert.Equal([1], _ear.BurstEnds);
    }

    [Fact]
    public void A_message_over_the_limit_is_passed_over_acknowledged_and_counted_and_the_next_is_heard()
    {
        using var counted = new Counted("mqtt_oversize");
        Join();
        const int Body = DirectConnection.LongestPacketBytes; // with its header one packet over the limit
        _broker.Say([0x32, .. Length(Body), 0, 1, (byte)'t', 0, 5]);
        for (var left = Body - 5; left > 0; left -= 65_536) _broker.Say(new byte[Math.Min(left, 65_536)]);
        _broker.Say(0x30, 4, 0, 1, (byte)'n', 1);
        _ear.AwaitMessages(1);
        Assert.Equal("n", _ear.Messages.Single().Topic);
        Assert.Equal("400005", Said());
        Assert.Equal(1, counted.Sum);
    }

    [Fact]
    public void The_longest_message_that_is_allowed_is_heard_whole()
    {
        Join();
        const int Body = DirectConnection.LongestPacketBytes - 5;
        var payload = new byte[Body - 3];
        payload[^1] = 9;
        _broker.Say([0x30, .. Length(Body), 0, 1, (byte)'t', .. payload]);
        _ear.AwaitMessages(1);
        Assert.Equal(payload, _ear.Messages.Single().Payload);
    }

    [Fact]
    public void A_silent_broker_is_pinged_within_the_keep_alive_and_one_that_does_not_answer_is_left()
    {
        Join();
        _time.Advance(TimeSpan.FromSeconds(22.4));
        _time.Advance(TimeSpan.FromSeconds(0.1)); // the third look of four in 30 s
        Assert.Equal("C0", Said());
        _broker.Say(0xD0, 0, 0x30, 3, 0, 1, (byte)'t');
        _ear.AwaitMessages(1);
        for (var i = 0; i < 3; i++) _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Equal("C0", Said());
        for (var i = 0; i < 3; i++) _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.True(_ear.Link.IsConnected);
        _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Equal(MqttEndReason.KeepAliveExpired, _ear.AwaitEnd().Reason);
    }

    [Fact]
    public void A_close_that_the_broker_leaves_hanging_is_given_up()
    {
        Join();
        Assert.Equal(MqttVerdict.Accepted, _ear.Link.Publish(new("t"), "x"u8, MqttQos.AtLeastOnce));
        _ear.Link.Close();
        _time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.Empty(_ear.Ends);
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(MqttEndReason.Closed, _ear.AwaitEnd().Reason);
    }

    [Fact]
    public void A_broker_that_hangs_up_before_its_welcome_ends_the_attempt()
    {
        _ear.Open();
        _broker.Accept();
        _broker.Dispose();
        Assert.Equal(MqttEndReason.ConnectionLost, _ear.AwaitEnd().Reason);
    }

    public void Dispose()
    {
        _ear.Dispose();
        _broker.Dispose();
    }

    private void Join()
    {
        _ear.Open();
        _broker.Accept();
        _broker.Say(Welcome);
        Until.True(() => _ear.Link.IsConnected, () => "it did not connect");
        Until.True(() => Volatile.Read(ref _ear.Connected) > 0, () => "nobody was told");
    }

    private string Said()
    {
        var (first, body) = _broker.Read();
        return Convert.ToHexString([first, .. body]);
    }

    private static byte[] Length(int length) => [(byte)(length & 0x7F | 0x80), (byte)(length >> 7 & 0x7F | 0x80), (byte)(length >> 14 & 0x7F | 0x80), (byte)(length >> 21)];

    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _sum;

        public Counted(string name)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _sum, value));
            _listener.Start();
        }

        public long Sum => Interlocked.Read(ref _sum);

        public void Dispose() => _listener.Dispose();
    }
}
