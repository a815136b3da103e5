using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

/// <summary>Our bytes through a real broker, read by other people's code, and theirs read by ours.</summary>
[Collection("broker")]
public sealed class InteropTests(BrokerFixture broker)
{
    private static readonly string PositionHex = Convert.ToHexStringLower(Telemetry.LedgerCodec.Encode(Pole.Batch(1, Sent()[0], Sent()[1])));

    [Fact]
    [Tck("tck-id-topics-nbirth-mqtt", "tck-id-topics-dbirth-mqtt", "tck-id-topics-ddata-mqtt", "tck-id-topics-ddeath-mqtt", "tck-id-topics-ncmd-mqtt", "tck-id-payloads-ncmd-qos",
        "tck-id-payloads-ncmd-retain", "tck-id-payloads-ncmd-seq", "tck-id-payloads-nbirth-qos", "tck-id-payloads-nbirth-retain", "tck-id-payloads-dbirth-qos", "tck-id-payloads-dbirth-retain",
        "tck-id-payloads-ddata-qos", "tck-id-payloads-ddata-retain", "tck-id-payloads-sequence-num-always-included", "tck-id-payloads-sequence-num-incrementing",
        "tck-id-message-flow-edge-node-birth-publish-nbirth-payload", "tck-id-message-flow-device-birth-publish-dbirth-payload",
        "tck-id-message-flow-edge-node-birth-publish-will-message-payload", "tck-id-payloads-ndeath-seq", "tck-id-topics-ndeath-seq", "tck-id-topics-nbirth-rebirth-metric",
        "tck-id-payloads-alias-uniqueness", "tck-id-payloads-alias-birth-requirement", "tck-id-payloads-alias-data-cmd-requirement", "tck-id-payloads-name-birth-data-requirement",
        "tck-id-payloads-propertyset-quality-value-type", "tck-id-payloads-propertyset-quality-value-value", "tck-id-payloads-metric-datatype-req")]
    public async Task What_our_node_sends_other_peoples_code_reads_as_it_was_meant()
    {
        var edge = Pole.Connected();
        var births = edge.Birth(Pole.At(60), Pole.Outbox, [new("bme280", Pole.Temperature(3, 5, 21.5))]);
        OutgoingMessage[] messages =
        [
            .. births,
            edge.Data(Pole.At(61), "bme280", Pole.Batch(1, Sent()), Sent(), historical: true)!.Value,
            edge.DeviceDeath(Pole.At(62), "street")!.Value,
            edge.Death(Pole.At(63))!.Value,
        ];
        foreach (var message in messages) await broker.Publish(message);
        await broker.Publish(HostCommands.Rebirth(Pole.Key, Pole.At(64)));
        var captured = await broker.Capture("/pole-7", messages.Length + 1);
        var read = (await BrokerFixture.Run("node", ["decode.js"], string.Concat(captured.Select(message => message.Line + "\n"))))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal([.. messages.Select(message => message.Topic), "spBv1.0/north/NCMD/pole-7"], read.Select(message => message.GetProperty("topic").GetString()!));
        Assert.All(read, message => Assert.Equal(0, message.GetProperty("retain").GetInt32()));
        Assert.Equal([0, 0, 0, 0, 0, 1, 0], read.Select(message => message.GetProperty("qos").GetInt32()));
        Assert.Equal(["0", "1", "2", "3", "4", null, null], read.Select(message => Field(message, "seq")));
        Assert.Equal([60, 60, 60, 61, 62, 63, 64], read.Select(message => (long.Parse(Field(message, "timestamp")!, CultureInfo.InvariantCulture) - Pole.Start.UnixMilliseconds) / 1000));

        var node = Decoded(read[0]);
        Assert.Equal((("Int64", "0"), ("Boolean", "false"), ("String", "Altstadt"), ("Double", "51.05")),
            (Typed(node["bdSeq"]), Typed(node["Node Control/Rebirth"]), Typed(node["Place/District"]), Typed(node["Place/Latitude"])));
        Assert.Equal(("Bytes", Convert.ToHexStringLower(Telemetry.LedgerCodec.Encode(Pole.Outbox))), Typed(node["Ledger/Outbox"]));
        Assert.Equal(JsonValueKind.Null, node["Ledger/Answer"].GetProperty("value").ValueKind);
        var device = Decoded(read[1]);
        Assert.Equal(("Double", "21.5"), Typed(device["air-temperature"]));
        Assert.Equal(Pole.At(3).UnixMilliseconds.ToString(CultureInfo.InvariantCulture), device["air-temperature"].GetProperty("timestamp").ToString());
        Assert.Equal(JsonValueKind.Null, device["air-pressure"].GetProperty("value").ValueKind);
        Assert.Equal((("Int64", ""), ("Boolean", "")), (Typed(Decoded(read[2])["vehicle-count"]), Typed(Decoded(read[2])["flood"])));

        var births3 = read.Take(3).SelectMany(message => message.GetProperty("decoded").GetProperty("metrics").EnumerateArray()).ToList();
        var aliases = births3.Where(metric => metric.TryGetProperty("alias", out _)).Select(metric => metric.GetProperty("alias").ToString()).ToList();
        Assert.Equal((births3.Count - 1, births3.Count - 1), (aliases.Count, aliases.Distinct().Count()));
        Assert.False(node["Node Control/Rebirth"].TryGetProperty("alias", out _));

        var data = read[3].GetProperty("fields").GetProperty("metrics").EnumerateArray().ToList();
        Assert.All(data, metric => Assert.False(metric.TryGetProperty("name", out _) || metric.TryGetProperty("datatype", out _)));
        Assert.All(data, metric => Assert.True(metric.GetProperty("isHistorical").GetBoolean() && metric.TryGetProperty("timestamp", out _)));
        Assert.Equal([Alias(device["Ledger/Position"]), Alias(device["air-temperature"]), Alias(device["air-pressure"])], data.Select(Alias));
        Assert.Equal((PositionHex, 22.25, true), (data[0].GetProperty("bytesValue").GetString(), data[1].GetProperty("doubleValue").GetDouble(), data[2].GetProperty("isNull").GetBoolean()));
        Assert.Equal("""{"keys":["Quality","fault"],"values":[{"type":3,"intValue":0},{"type":12,"stringValue":"no-answer"}]}""", data[2].GetProperty("properties").GetRawText());

        Assert.Equal(("Int64", "0"), Typed(Assert.Single(Decoded(read[5])).Value));
        Assert.Equal(("Boolean", "true"), Typed(Decoded(read[6])["Node Control/Rebirth"]));
    }

    [Fact]
    public async Task What_other_peoples_code_encodes_we_read_as_it_was_meant()
    {
        var bytes = Convert.FromHexString((await BrokerFixture.Run("node", ["encode.js"], "")).Trim());
        Assert.True(PayloadCodec.TryDecode(bytes, out var payload, out var fault), fault.ToString());
        Assert.Equal((1_764_000_000_000ul, 7ul, "u"), (payload.Timestamp, payload.Seq, payload.Uuid));
        Assert.All(payload.Metrics, metric => Assert.Equal(1_764_000_000_001ul, metric.Timestamp));
        Assert.Equal([("int8", -8), ("int16", -1600), ("int32", -320_000), ("int64", 64e9), ("uint8", 200), ("uint16", 60_000), ("uint32", 4e9), ("uint64", 9e9), ("float", 1.5), ("double", -2.25), ("boolean", 1)],
            payload.Metrics.Take(11).Select(metric => (metric.Name!, metric.Value!.TryGetNumber(metric.DataType!.Value, out var number) ? number : double.NaN)));
        Assert.Equal(Enumerable.Range(1, 15).Select(number => (DataType)number).Append(DataType.Bytes), payload.Metrics.Take(16).Select(metric => metric.DataType!.Value));
        Assert.Equal(new MetricValue.Text("Straße"), Metric("string").Value);
        Assert.Equal(new MetricValue.Long(1_764_000_000_000), Metric("datetime").Value);
        Assert.Equal(new MetricValue.Text("550e8400-e29b-41d4-a716-446655440000"), Metric("uuid").Value);
        Assert.Equal("0102FF", Convert.ToHexString(((MetricValue.Bytes)Metric("bytes").Value!).Value.Span));
        Assert.True(Metric("null").IsNull);
        Assert.Equal((300ul, true, true), (Metric("flags").Alias!.Value, Metric("flags").IsHistorical, Metric("flags").IsTransient));
        var properties = Metric("properties").Properties!;
        Assert.Equal((MetricValue.Signed32(192), new MetricValue.Text("n")), (properties.Find("Quality")!.Value, properties.Find("note")!.Value));
        Assert.Equal(new MetricValue.Boolean(true), Assert.IsType<MetricValue.Properties>(properties.Find("inner")!.Value).Value.Find("deep")!.Value);
        var table = Assert.IsType<MetricValue.Table>(Metric("dataset").Value).Value;
        Assert.Equal(["a", "b"], table.Columns);
        Assert.Equal([DataType.String, DataType.Double], table.Types);
        Assert.Equal([[new MetricValue.Text("x"), new MetricValue.Double(1.5)], [new MetricValue.Text("y"), new MetricValue.Double(2.5)]], table.Rows);
        var template = Assert.IsType<MetricValue.Structure>(Metric("template").Value).Value;
        Assert.Equal(("1", true, "member", "p"), (template.Version, template.IsDefinition, Assert.Single(template.Metrics).Name, Assert.Single(template.Parameters).Name));

        Metric Metric(string name) => Pole.Metric(payload, name);
    }

    [Fact]
    [Tck("tck-id-operational-behavior-data-commands-ncmd-rebirth-name", "tck-id-operational-behavior-data-commands-ncmd-rebirth-value", "tck-id-operational-behavior-host-reordering-rebirth")]
    public async Task A_node_of_other_peoples_code_feeds_our_hub()
    {
        var said = new ConcurrentQueue<string>();
        var node = broker.Start("node", ["edge.js", broker.Port.ToString(CultureInfo.InvariantCulture), Pole.Start.UnixMilliseconds.ToString(CultureInfo.InvariantCulture)], said.Enqueue);
        var hub = new HostSession(new("north", "npm-1"));
        var live = new Dictionary<(string, Quantity), Reading>();
        var uncatalogued = 0;
        var heard = 0;
        await Hear(2);
        Assert.Equal((SessionPresence.Online, SessionPresence.Online, false), (hub.Presence, hub.FindDevice("weather")!.Presence, hub.IsLedgered));
        Assert.Equal((12.5, 19.5, 7.0, 0.0), (Value("", Quantity.SupplyVoltage), Value("weather", Quantity.AirTemperature), Value("weather", Quantity.VehicleCount), Value("weather", Quantity.Motion)));
        Assert.Equal(1, uncatalogued); // noise

        await node.StandardInput.WriteLineAsync("data");
        await Hear(3);
        Assert.Equal((21.0, 8.0, 1.0), (Value("weather", Quantity.AirTemperature), Value("weather", Quantity.VehicleCount), Value("weather", Quantity.Motion)));
        Assert.Equal(Pole.At(1), live[("weather", Quantity.AirTemperature)].At);

        await Poll.Until(() => said.Contains("born"), "the node to be born");
        await broker.Publish(HostCommands.Rebirth(hub.Key, Pole.At(2)));
        await Poll.Until(() => said.Contains("command rebirth=true"), "the node to hear the rebirth request");
        await Hear(5);
        Assert.Equal(21.0, Value("weather", Quantity.AirTemperature)); // its births have older stamps: live values do not go back

        await node.StandardInput.WriteLineAsync("stop");
        await Hear(6);
        Assert.Equal((SessionPresence.Offline, SessionPresence.Offline), (hub.Presence, hub.FindDevice("weather")!.Presence));
        Assert.Equal(Deviations.BdSeqDatatype | Deviations.DeathAtQos0 | Deviations.OtherDatatype, hub.Deviations);

        // The hub is fed with what the broker delivered, in its order; commands are no part of it.
        async Task Hear(int messages)
        {
            await Poll.Until(() => FromNode().Count >= messages, $"{messages} messages of the npm node");
            foreach (var message in FromNode().Skip(heard))
            {
                var readings = new List<DeviceReading>();
                Assert.True(SparkplugTopic.TryParse(message.Topic, out var topic, out _));
                var outcome = hub.Handle(topic, message.Payload, message.Qos, message.Retained, Pole.Start, readings);
                Assert.Equal(SetAsideReason.None, outcome.Reason);
                if (heard < 2) uncatalogued += outcome.Tally.Uncatalogued;
                foreach (var (device, reading, _) in readings)
                {
                    var key = (device.Key.Device, reading.Quantity);
                    if (!live.TryGetValue(key, out var known) || known.Order < reading.Order) live[key] = reading;
                }
                heard++;
            }
        }

        List<Captured> FromNode() => [.. broker.All.Where(message => message.Topic.Contains("/npm-1", StringComparison.Ordinal) && !message.Topic.Contains("/NCMD/", StringComparison.Ordinal))];

        double Value(string device, Quantity quantity) => live[(device, quantity)].TryGetValue(out var value) ? value : double.NaN;
    }

    private static Reading[] Sent() =>
    [
        Pole.Temperature(40, 11, 22.25),
        Reading.Failed(Quantity.AirPressure, Pole.At(41), ReadingOrder.Of(3, 12), ReadFault.NoAnswer),
    ];

    private static string? Field(JsonElement message, string name) => message.GetProperty("fields").TryGetProperty(name, out var value) ? value.ToString() : null;

    private static Dictionary<string, JsonElement> Decoded(JsonElement message) =>
        message.GetProperty("decoded").GetProperty("metrics").EnumerateArray().ToDictionary(metric => metric.GetProperty("name").GetString()!);

    private static string Alias(JsonElement metric) => metric.GetProperty("alias").ToString();

    private static (string Type, string Value) Typed(JsonElement metric)
    {
        var value = metric.GetProperty("value");
        return (metric.GetProperty("type").GetString()!, value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : value.ToString());
    }
}
