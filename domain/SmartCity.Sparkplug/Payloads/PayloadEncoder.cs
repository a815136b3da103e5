using System.Buffers;

namespace SmartCity.Sparkplug;

/// <summary>Payloads as bytes. Field numbers are those of the Sparkplug B schema (Sparkplug 3.0, section 6.4.1).</summary>
internal static class PayloadEncoder
{
    [ThreadStatic] private static WireWriter? shared;

    public static byte[] Encode(Payload payload) => Written(payload).ToArray();

    public static void Encode(Payload payload, IBufferWriter<byte> output) => output.Write(Written(payload));

    private static ReadOnlySpan<byte> Written(Payload payload)
    {
        var w = shared ??= new WireWriter();
        w.Clear();
        if (payload.Timestamp is { } timestamp) w.Varint(1, timestamp);
        foreach (var metric in payload.Metrics)
        {
            var mark = w.Open(2);
            Write(w, metric);
            w.Close(mark);
        }
        if (payload.Seq is { } seq) w.Varint(3, seq);
        if (payload.Uuid is { } uuid) w.Text(4, uuid);
        if (payload.Body is { } body) w.Bytes(5, body.Span);
        return w.Written;
    }

    private static void Write(WireWriter w, Metric metric)
    {
        if (metric.Name is { } name) w.Text(1, name);
        if (metric.Alias is { } alias) w.Varint(2, alias);
        if (metric.Timestamp is { } timestamp) w.Varint(3, timestamp);
        if (metric.DataType is { } type) w.Varint(4, (uint)type);
        if (metric.IsHistorical) w.Boolean(5, true);
        if (metric.IsTransient) w.Boolean(6, true);
        if (metric.IsNull) w.Boolean(7, true);
        if (metric.MetaData is { } about)
        {
            var mark = w.Open(8);
            Write(w, about);
            w.Close(mark);
        }
        if (metric.Properties is { } properties)
        {
            var mark = w.Open(9);
            Write(w, properties);
            w.Close(mark);
        }
        if (metric.Value is { } value) Write(w, value, MetricFields);
    }

    private static void Write(WireWriter w, MetaData about)
    {
        if (about.IsMultiPart is { } parts) w.Boolean(1, parts);
        if (about.ContentType is { } content) w.Text(2, content);
        if (about.Size is { } size) w.Varint(3, size);
        if (about.Seq is { } seq) w.Varint(4, seq);
        if (about.FileName is { } file) w.Text(5, file);
        if (about.FileType is { } type) w.Text(6, type);
        if (about.Md5 is { } md5) w.Text(7, md5);
        if (about.Description is { } description) w.Text(8, description);
    }

    private static void Write(WireWriter w, PropertySet set)
    {
        foreach (var property in set.Properties) w.Text(1, property.Key);
        foreach (var property in set.Properties)
        {
            var mark = w.Open(2);
            if (property.Type is { } type) w.Varint(1, (uint)type);
            if (property.IsNull) w.Boolean(2, true);
            if (property.Value is { } value) Write(w, value, PropertyFields);
            w.Close(mark);
        }
    }

    /// <summary>Where a union's first members stand: int, long, float, double, boolean and text have six numbers in a row in every message.</summary>
    private readonly record struct UnionFields(int First, int Bytes, int DataSet, int Template, int Properties, int PropertyList);

    private static readonly UnionFields MetricFields = new(10, 16, 17, 18, 0, 0);
    private static readonly UnionFields PropertyFields = new(3, 0, 0, 0, 9, 10);
    private static readonly UnionFields ElementFields = new(1, 0, 0, 0, 0, 0);
    private static readonly UnionFields ParameterFields = new(3, 0, 0, 0, 0, 0);

    private static void Write(WireWriter w, MetricValue value, UnionFields fields)
    {
        switch (value)
        {
            case MetricValue.Int v: w.Varint(fields.First, v.Bits); break;
            case MetricValue.Long v: w.Varint(fields.First + 1, v.Bits); break;
            case MetricValue.Float v: w.Float(fields.First + 2, v.Value); break;
            case MetricValue.Double v: w.Double(fields.First + 3, v.Value); break;
            case MetricValue.Boolean v: w.Boolean(fields.First + 4, v.Value); break;
            case MetricValue.Text v: w.Text(fields.First + 5, v.Value); break;
            case MetricValue.Bytes v: w.Bytes(Has(fields.Bytes), v.Value.Span); break;
            case MetricValue.Table v: Nest(w, Has(fields.DataSet), v.Value, Write); break;
            case MetricValue.Structure v: Nest(w, Has(fields.Template), v.Value, Write); break;
            case MetricValue.Properties v: Nest(w, Has(fields.Properties), v.Value, Write); break;
            case MetricValue.PropertyList v:
                var mark = w.Open(Has(fields.PropertyList));
                foreach (var set in v.Value) Nest(w, 1, set, Write);
                w.Close(mark);
                break;
        }
    }

    private static int Has(int field) =>
        field > 0 ? field : throw new ArgumentException("The standard has no place for this kind of value here: data sets, templates and bytes are values of metrics, property sets of properties.");

    private static void Nest<T>(WireWriter w, int field, T value, Action<WireWriter, T> write)
    {
        var mark = w.Open(field);
        write(w, value);
        w.Close(mark);
    }

    private static void Write(WireWriter w, DataSet table)
    {
        w.Varint(1, (ulong)table.Columns.Count);
        foreach (var column in table.Columns) w.Text(2, column);
        foreach (var type in table.Types) w.Varint(3, (uint)type);
        foreach (var row in table.Rows)
        {
            var mark = w.Open(4);
            foreach (var element in row)
            {
                var inner = w.Open(1);
                if (element is not null) Write(w, element, ElementFields);
                w.Close(inner);
            }
            w.Close(mark);
        }
    }

    private static void Write(WireWriter w, Template template)
    {
        if (template.Version is { } version) w.Text(1, version);
        foreach (var metric in template.Metrics) Nest(w, 2, metric, Write);
        foreach (var parameter in template.Parameters) Nest(w, 3, parameter, Write);
        if (template.Reference is { } reference) w.Text(4, reference);
        if (template.IsDefinition is { } definition) w.Boolean(5, definition);
    }

    private static void Write(WireWriter w, TemplateParameter parameter)
    {
        if (parameter.Name is { } name) w.Text(1, name);
        if (parameter.Type is { } type) w.Varint(2, (uint)type);
        if (parameter.Value is { } value) Write(w, value, ParameterFields);
    }
}
