using System.Text;
using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

/// <summary>Bytes from outside, random and mutated from what is valid: never an exception, always a reason.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 220_000;
    private static readonly SparkplugTopic[] Topics =
    [
        .. ((MessageKind[])[MessageKind.NBirth, MessageKind.NData, MessageKind.NDeath]).Select(kind => SparkplugTopic.Of(kind, Pole.Key)),
        .. ((MessageKind[])[MessageKind.DBirth, MessageKind.DData, MessageKind.DDeath]).Select(kind => SparkplugTopic.Of(kind, new DeviceKey(Pole.Key, "bme280"))),
    ];

    [Fact]
    public void No_payload_whatever_it_holds_makes_a_decoder_or_a_session_throw()
    {
        var random = new Random(20_261_123);
        var seeds = Seeds();
        var (edge, hub) = HostPresenceOfNodesTests.Live();
        var readings = new List<DeviceReading>();
        var (decoded, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = round % 4 == 0 ? Noise(random) : Mutate(seeds[random.Next(seeds.Length)], random);
            var ok = PayloadCodec.TryDecode(bytes, out var payload, out var fault);
            Assert.Equal(ok, payload is not null);
            Assert.Equal(ok, fault == PayloadFault.None);
            _ = ok ? decoded++ : refused++;
            if (ok) Assert.True(PayloadCodec.TryDecode(PayloadCodec.Encode(payload!), out _, out _));

            Assert.Equal(PayloadReader.TryOpen(bytes, out var reader, out fault), fault == PayloadFault.None);
            if (ok) Assert.Equal((PayloadFault.None, payload!.Metrics.Count), (fault, reader.MetricCount));
            while (fault == PayloadFault.None && reader.Next(out var metric))
            {
                metric.TryGetNumber(DataType.Double, out _);
                ReadingProperties.Read(metric.Properties, out _);
            }
            if (ok) Assert.Equal(PayloadFault.None, reader.Fault);

            readings.Clear();
            var outcome = hub.Handle(Topics[random.Next(Topics.Length)], bytes, 1, false, Pole.At(round), readings);
            Assert.True(outcome.Event != HostEvent.None || outcome.Reason != SetAsideReason.None);
            Assert.True(outcome.Event != HostEvent.None || readings.Count == 0);
            Assert.True(edge.OnCommand("spBv1.0/north/NCMD/pole-7", bytes) is { } command && (command.Fault != CommandFault.BadPayload || !ok));
            edge.OnState("spBv1.0/STATE/city-1", bytes);
            HostState.TryDecode(bytes, out _);
            if (round % 5000 == 0) (edge, hub) = HostPresenceOfNodesTests.Live(); // births that mutants broke must not end the hunt
        }
        Assert.True(decoded > Rounds / 100 && refused > Rounds / 10, $"{decoded} decoded, {refused} refused: the mutants are too tame or too wild to prove anything");
    }

    [Fact]
    public void No_topic_makes_the_parser_throw()
    {
        var random = new Random(7);
        var cache = new TopicCache(100);
        string[] seeds = ["spBv1.0/north/NBIRTH/pole-7", "spBv1.0/north/DDATA/pole-7/bme280", "spBv1.0/STATE/city-1"];
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = Mutate(Encoding.UTF8.GetBytes(seeds[round % 3]), random);
            Assert.Equal(cache.TryParse(bytes, out var topic, out var fault), fault == TopicFault.None);
            if (fault == TopicFault.None) Assert.Equal(Encoding.UTF8.GetString(bytes), topic.ToString());
        }
    }

    private static byte[][] Seeds()
    {
        var edge = Pole.Connected();
        var births = edge.Birth(Pole.Start, Pole.Outbox, [new("bme280", Pole.Temperature(1, 1, 20))]);
        var rich = new Payload
        {
            Timestamp = 1, Seq = 2, Uuid = "u", Body = new byte[] { 1, 2 },
            Metrics =
            [
                new() { Name = "t", DataType = DataType.Template, Value = new MetricValue.Structure(new() { Metrics = [new() { Name = "m" }], Parameters = [new("p", DataType.Int8, MetricValue.Signed32(1))] }) },
                new() { Name = "d", DataType = DataType.DataSet, Value = new MetricValue.Table(new(["a", "b"], [DataType.Int8, DataType.String], [[MetricValue.Signed32(1), new MetricValue.Text("x")]])) },
                new() { Name = "s", MetaData = new() { ContentType = "c", Size = 1 }, Properties = new([new("l", DataType.PropertySetList, new MetricValue.PropertyList([new([])]))]) },
            ],
        };
        return
        [
            .. births.Select(birth => birth.Payload),
            Pole.Data(edge, 1, 1, Pole.Temperature(1, 2, 20), Reading.Failed(Quantity.AirPressure, Pole.At(1), ReadingOrder.Of(3, 3), ReadFault.NotReady)).Payload,
            Pole.Data(edge, 2, 2, Pole.Temperature(2, 4, 20)).Payload,
            edge.Death(Pole.Start)!.Value.Payload,
            HostCommands.Rebirth(Pole.Key, Pole.Start).Payload,
            PayloadCodec.Encode(rich),
            Pole.State(true, 1),
        ];
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var i = random.Next(4); i >= 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 9))); break;
                case 3: bytes.Insert(at, (byte)random.Next(256)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)))); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }
        return [.. bytes];
    }
}
