using CsCheck;

namespace SmartCity.Sparkplug.Tests;

/// <summary>Any payload that the standard can say.</summary>
internal static class PayloadGen
{
    private static readonly string[] Texts = ["", "Grad °C", "水位", "🌧", "a/b c", "Ledger/Position"];
    private static readonly Gen<string> Text = Gen.OneOf(Gen.String[Gen.Char.AlphaNumeric, 0, 20], Gen.Int[0, 5].Select(i => Texts[i]));
    private static readonly Gen<ReadOnlyMemory<byte>> Blob = Gen.Byte.Array[0, 200].Select(bytes => new ReadOnlyMemory<byte>(bytes));
    private static readonly Gen<DataType> AnyType = Gen.UInt[0, 40].Select(number => (DataType)number);

    public static readonly Gen<MetricValue> Scalar = Gen.OneOf(
        Gen.UInt.Select(bits => (MetricValue)new MetricValue.Int(bits)),
        Gen.ULong.Select(bits => (MetricValue)new MetricValue.Long(bits)),
        Gen.Float.Select(value => (MetricValue)new MetricValue.Float(value)),
        Gen.Double.Select(value => (MetricValue)new MetricValue.Double(value)),
        Gen.Bool.Select(value => (MetricValue)new MetricValue.Boolean(value)),
        Text.Select(value => (MetricValue)new MetricValue.Text(value)));

    private static readonly Gen<MetaData> About = Gen.Select(Or(Gen.Bool), OrNull(Text), Or(Gen.ULong), Or(Gen.ULong), OrNull(Text), OrNull(Text), OrNull(Text), OrNull(Text),
        (parts, content, size, seq, file, type, md5, description) => new MetaData
        {
            IsMultiPart = parts, ContentType = content, Size = size, Seq = seq, FileName = file, FileType = type, Md5 = md5, Description = description,
        });

    private static readonly Gen<MetricValue> Table = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5]).SelectMany((columns, rows) => Gen.Select(
        Text.List[columns], AnyType.List[columns], OrNull(Scalar).List[columns].List[rows],
        (names, types, cells) => (MetricValue)new MetricValue.Table(new(names, types, cells))));

    public static readonly Gen<Payload> Any = Gen.Select(Or(Gen.ULong), Metric(2).List[0, 6], Or(Gen.ULong), OrNull(Text), Or(Blob),
        (timestamp, metrics, seq, uuid, body) => new Payload { Timestamp = timestamp, Metrics = metrics, Seq = seq, Uuid = uuid, Body = body });

    private static Gen<PropertySet> Properties(int depth) => Gen.Select(Text, Or(AnyType), OrNull(depth == 0 ? Scalar : Gen.OneOf(
            Scalar,
            Properties(depth - 1).Select(set => (MetricValue)new MetricValue.Properties(set)),
            Properties(depth - 1).List[0, 3].Select(sets => (MetricValue)new MetricValue.PropertyList(sets)))), Gen.Bool,
        (key, type, value, isNull) => new Property(key, type, value, isNull)).List[0, 4].Select(list => new PropertySet(list));

    private static Gen<MetricValue> Structure(int depth) => Gen.Select(OrNull(Text), OrNull(Text), Or(Gen.Bool), Metric(depth).List[0, 3],
        Gen.Select(OrNull(Text), Or(AnyType), OrNull(Scalar), (name, type, value) => new TemplateParameter(name, type, value)).List[0, 3],
        (version, reference, definition, metrics, parameters) => (MetricValue)new MetricValue.Structure(new()
        {
            Version = version, Reference = reference, IsDefinition = definition, Metrics = metrics, Parameters = parameters,
        }));

    private static Gen<Metric> Metric(int depth)
    {
        var value = Gen.OneOf(Scalar, Scalar, Blob.Select(bytes => (MetricValue)new MetricValue.Bytes(bytes)), Table);
        if (depth > 0) value = Gen.OneOf(value, Structure(depth - 1));
        return Gen.Select(
            Gen.Select(OrNull(Text), Or(Gen.ULong), Or(Gen.ULong), Or(AnyType)),
            Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool),
            Gen.Select(OrNull(About), OrNull(Properties(depth)), OrNull(value)),
            (names, flags, rest) => new Metric
            {
                Name = names.Item1, Alias = names.Item2, Timestamp = names.Item3, DataType = names.Item4,
                IsHistorical = flags.Item1, IsTransient = flags.Item2, IsNull = flags.Item3,
                MetaData = rest.Item1, Properties = rest.Item2, Value = rest.Item3,
            });
    }

    private static Gen<T?> Or<T>(Gen<T> gen) where T : struct => Gen.Select(Gen.Bool, gen, (has, value) => has ? (T?)value : null);

    private static Gen<T?> OrNull<T>(Gen<T> gen) where T : class => Gen.Select(Gen.Bool, gen, (has, value) => has ? value : null);
}
