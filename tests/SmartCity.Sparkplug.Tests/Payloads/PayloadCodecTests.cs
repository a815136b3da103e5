using System.Buffers;
using System.Text;
using CsCheck;

namespace SmartCity.Sparkplug.Tests;

public sealed class PayloadCodecTests
{
    [Fact]
    [Tck("tck-id-payloads-metric-datatype-value-type", "tck-id-payloads-metric-propertyvalue-type-type", "tck-id-payloads-dataset-types-type", "tck-id-payloads-dataset-types-def",
        "tck-id-payloads-dataset-column-size", "tck-id-payloads-template-parameter-value-type", "tck-id-payloads-template-parameter-name-type", "tck-id-payloads-template-version",
        "tck-id-payloads-template-dataset-value", "tck-id-payloads-template-parameter-value")]
    public void What_is_encoded_decodes_to_the_same_with_every_field_and_every_kind_of_value() =>
        PayloadGen.Any.Sample(payload =>
        {
            Assert.True(PayloadCodec.TryDecode(PayloadCodec.Encode(payload), out var back, out var fault), fault.ToString());
            Assert.Equal(Describe.Value(payload), Describe.Value(back));
        }, iter: 3000);

    [Fact]
    public void A_buffer_writer_gets_the_same_bytes() =>
        PayloadGen.Any.Sample(payload =>
        {
            var output = new ArrayBufferWriter<byte>();
            PayloadCodec.Encode(payload, output);
            return output.WrittenSpan.SequenceEqual(PayloadCodec.Encode(payload));
        }, iter: 200);

    [Fact]
    public void The_reader_that_allocates_nothing_sees_what_the_decoder_sees() =>
        PayloadGen.Any.Sample(payload =>
        {
            Assert.True(PayloadReader.TryOpen(PayloadCodec.Encode(payload), out var reader, out _));
            Assert.Equal((payload.Timestamp.HasValue, payload.Timestamp ?? 0, payload.Seq.HasValue, payload.Seq ?? 0, payload.Metrics.Count),
                (reader.HasTimestamp, reader.Timestamp, reader.HasSeq, reader.Seq, reader.MetricCount));
            foreach (var metric in payload.Metrics)
            {
                Assert.True(reader.Next(out var view));
                Assert.Equal(metric.Name, view.HasName ? Encoding.UTF8.GetString(view.NameUtf8) : null);
                Assert.Equal(metric.Alias, view.HasAlias ? view.Alias : null);
                Assert.Equal(metric.Timestamp, view.HasTimestamp ? view.Timestamp : null);
                Assert.Equal(metric.DataType ?? DataType.Unknown, view.DataType);
                Assert.Equal((metric.IsHistorical, metric.IsTransient, metric.IsNull), (view.IsHistorical, view.IsTransient, view.IsNull));
                var numeric = metric.Value is { } value && value.TryGetNumber(view.DataType, out var expected) ? expected : (double?)null;
                Assert.Equal(numeric, view.TryGetNumber(DataType.Unknown, out var number) ? number : null);
                if (metric.Value is MetricValue.Bytes bytes) Assert.True(bytes.Value.Span.SequenceEqual(view.Bytes));
                if (metric.Value is MetricValue.Text text) Assert.Equal(text.Value, Encoding.UTF8.GetString(view.Bytes));
            }
            Assert.False(reader.Next(out _));
            Assert.Equal(PayloadFault.None, reader.Fault);
        }, iter: 2000);

    // The wire by hand, as protobuf's encoding guide and the standard's field numbers give it.
    [Theory]
    [InlineData("nothing at all is an empty payload", "", PayloadFault.None)]
    [InlineData("timestamp 1 and seq 2", "0801 1802", PayloadFault.None)]
    [InlineData("an unknown varint field 100", "A00601", PayloadFault.None)]
    [InlineData("an unknown group", "A306 0801 A406", PayloadFault.None)]
    [InlineData("an unknown 8-byte field", "A106 0102030405060708", PayloadFault.None)]
    [InlineData("the tag's varint breaks off", "80", PayloadFault.Truncated)]
    [InlineData("timestamp without its value", "08", PayloadFault.Truncated)]
    [InlineData("a metric longer than the message", "1205 0801", PayloadFault.Truncated)]
    [InlineData("a varint of eleven bytes", "08 FFFFFFFFFFFFFFFFFFFF01", PayloadFault.BadVarint)]
    [InlineData("a varint of 65 bits", "08 FFFFFFFFFFFFFFFFFF02", PayloadFault.BadVarint)]
    [InlineData("field number 0", "0001", PayloadFault.BadTag)]
    [InlineData("wire type 6", "A606 00", PayloadFault.BadTag)]
    [InlineData("a group that ends without having begun", "A406", PayloadFault.BadTag)]
    [InlineData("timestamp as text", "0A0131", PayloadFault.WrongWireType)]
    [InlineData("a name that is not UTF-8", "1203 0A01FF", PayloadFault.BadText)]
    [InlineData("a property key without a value", "1205 4A03 0A0161", PayloadFault.UnevenProperties)]
    [InlineData("a data set of one column that names none", "1205 8A0102 0801", PayloadFault.UnevenDataSet)]
    [Tck("tck-id-payloads-propertyset-keys-array-size", "tck-id-payloads-propertyset-values-array-size", "tck-id-payloads-dataset-column-num-headers",
        "tck-id-payloads-dataset-types-num", "tck-id-payloads-dataset-parameter-type-req")]
    public void Bytes_from_outside_get_a_reason(string because, string hex, PayloadFault expected)
    {
        Assert.Equal(expected == PayloadFault.None, PayloadCodec.TryDecode(Convert.FromHexString(hex.Replace(" ", "")), out _, out var fault));
        Assert.True(expected == fault, because);
    }

    [Fact]
    public void Limits_hold_at_the_limit_and_not_one_past_it()
    {
        var limits = new PayloadLimits(Bytes: 200, Metrics: 2, Elements: 3, Depth: 1, TextBytes: 4);
        Assert.Equal(PayloadFault.None, FaultOf(new() { Metrics = [new(), new()] }));
        Assert.Equal(PayloadFault.TooManyMetrics, FaultOf(new() { Metrics = [new(), new(), new()] }));
        Assert.Equal(PayloadFault.None, FaultOf(new() { Uuid = "1234" }));
        Assert.Equal(PayloadFault.TextTooLong, FaultOf(new() { Uuid = "12345" }));
        Assert.Equal(PayloadFault.None, FaultOf(WithProperties(3)));
        Assert.Equal(PayloadFault.TooManyElements, FaultOf(WithProperties(4)));
        Assert.Equal(PayloadFault.None, FaultOf(Nested(1)));
        Assert.Equal(PayloadFault.TooDeep, FaultOf(Nested(2)));
        Assert.Equal(PayloadFault.None, FaultOf(new() { Body = new byte[197] })); // tag and length take three bytes
        Assert.Equal(PayloadFault.TooLarge, FaultOf(new() { Body = new byte[198] }));

        PayloadFault FaultOf(Payload payload)
        {
            PayloadCodec.TryDecode(PayloadCodec.Encode(payload), out _, out var fault, limits);
            return fault;
        }

        static Payload WithProperties(int count) =>
            new() { Metrics = [new() { Properties = new([.. Enumerable.Repeat(new Property("k", DataType.Int32, MetricValue.Signed32(1)), count)]) }] };

        static Payload Nested(int depth)
        {
            var set = new PropertySet([]);
            for (var i = 1; i < depth; i++) set = new([new("k", DataType.PropertySet, new MetricValue.Properties(set))]);
            return new() { Metrics = [new() { Properties = set }] };
        }
    }

    [Theory]
    [InlineData(DataType.Int8, 0xFFFFFFFFul, ValueField.Int, -1.0)]
    [InlineData(DataType.Int8, 0xFFul, ValueField.Int, -1.0)]
    [InlineData(DataType.Int8, 0x80ul, ValueField.Int, -128.0)]
    [InlineData(DataType.Int16, 0xFFFFul, ValueField.Int, -1.0)]
    [InlineData(DataType.Int32, 0x80000000ul, ValueField.Int, -2147483648.0)]
    [InlineData(DataType.UInt8, 0xFFul, ValueField.Int, 255.0)]
    [InlineData(DataType.UInt32, 0xFFFFFFFFul, ValueField.Int, 4294967295.0)]
    [InlineData(DataType.Int64, ulong.MaxValue, ValueField.Long, -1.0)]
    [InlineData(DataType.Int64, 0xFFFFFFFFul, ValueField.Int, -1.0)]
    [InlineData(DataType.UInt64, ulong.MaxValue, ValueField.Long, 18446744073709551615.0)]
    [InlineData(DataType.Boolean, 1ul, ValueField.Int, 1.0)]
    [InlineData(DataType.Boolean, 1ul, ValueField.Boolean, 1.0)]
    [InlineData(DataType.Float, 0x3F800000ul, ValueField.Float, 1.0)]
    [InlineData(DataType.Double, 0x3FF0000000000000ul, ValueField.Double, 1.0)]
    public void Signed_numbers_are_twos_complement_in_the_unsigned_fields(DataType type, ulong bits, ValueField field, double expected)
    {
        Assert.True(MetricValue.TryNumber(type, field, bits, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData(DataType.String, ValueField.Text)]
    [InlineData(DataType.Bytes, ValueField.Bytes)]
    [InlineData(DataType.DateTime, ValueField.Long)]
    [InlineData(DataType.Double, ValueField.None)]
    [InlineData((DataType)99, ValueField.Double)]
    public void What_is_no_number_is_not_made_one(DataType type, ValueField field) => Assert.False(MetricValue.TryNumber(type, field, 0, out _));

    [Fact]
    public void Every_datatype_of_the_standard_has_its_wire_field()
    {
        foreach (var type in Enum.GetValues<DataType>())
        {
            // Property sets are values of properties only; unknown is no datatype.
            if (type is DataType.Unknown or DataType.PropertySet or DataType.PropertySetList) Assert.Null(DataTypes.FieldOf(type));
            else Assert.NotNull(DataTypes.FieldOf(type));
        }
        Assert.Equal(34u, Enum.GetValues<DataType>().Max(type => (uint)type));
    }
}
