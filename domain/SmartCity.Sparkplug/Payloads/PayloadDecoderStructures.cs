namespace SmartCity.Sparkplug;

/// <summary>Property sets, data sets and templates.</summary>
internal sealed partial class PayloadDecoder
{
    private PropertySet? PropertySet(ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > limits.Depth) return Failed<PropertySet>(PayloadFault.TooDeep);
        var keys = new List<string>();
        var values = new List<Property>();
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            string? key = null;
            var ok = (tag >> 3) switch
            {
                1 => Text(ref r, tag, ref key) && Add(keys, key),
                2 => Nested(ref r, tag, out var inner) && Add(values, PropertyValue(inner, depth)),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<PropertySet>(r.Fault);
        }
        if (r.Fault != PayloadFault.None) return Failed<PropertySet>(r.Fault);
        if (keys.Count != values.Count) return Failed<PropertySet>(PayloadFault.UnevenProperties);
        for (var i = 0; i < keys.Count; i++) values[i] = values[i] with { Key = keys[i] };
        return new(values);
    }

    private Property? PropertyValue(ReadOnlySpan<byte> bytes, int depth)
    {
        ulong? type = null;
        bool? isNull = null;
        MetricValue? value = null;
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var ok = (tag >> 3) switch
            {
                1 => Number(ref r, tag, ref type),
                2 => Flag(ref r, tag, ref isNull),
                >= 3 and <= 8 => Scalar(ref r, tag, (tag >> 3) - 3, ref value),
                9 => Nested(ref r, tag, out var inner) && PropertySet(inner, depth + 1) is { } set && Set(ref value, new MetricValue.Properties(set)),
                10 => Nested(ref r, tag, out var inner) && PropertyList(inner, depth + 1) is { } list && Set(ref value, new MetricValue.PropertyList(list)),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<Property>(r.Fault);
        }
        return r.Fault == PayloadFault.None ? new("", Type(type), value, isNull ?? false) : Failed<Property>(r.Fault);
    }

    private List<PropertySet>? PropertyList(ReadOnlySpan<byte> bytes, int depth)
    {
        var sets = new List<PropertySet>();
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var ok = tag >> 3 == 1 ? Nested(ref r, tag, out var inner) && Add(sets, PropertySet(inner, depth)) : r.Skip(tag);
            if (!ok) return Failed<List<PropertySet>>(r.Fault);
        }
        return r.Fault == PayloadFault.None ? sets : Failed<List<PropertySet>>(r.Fault);
    }

    private DataSet? DataSet(ReadOnlySpan<byte> bytes)
    {
        ulong? columnCount = null;
        var columns = new List<string>();
        var types = new List<DataType>();
        var rows = new List<IReadOnlyList<MetricValue?>>();
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            string? column = null;
            var ok = (tag >> 3) switch
            {
                1 => Number(ref r, tag, ref columnCount),
                2 => Text(ref r, tag, ref column) && Add(columns, column),
                3 => ColumnTypes(ref r, tag, types),
                4 => Nested(ref r, tag, out var inner) && Add(rows, Row(inner)),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<DataSet>(r.Fault);
        }
        if (r.Fault != PayloadFault.None) return Failed<DataSet>(r.Fault);
        var even = columnCount == (ulong)columns.Count && types.Count == columns.Count && rows.TrueForAll(row => row.Count == columns.Count);
        return even ? new(columns, types, rows) : Failed<DataSet>(PayloadFault.UnevenDataSet);
    }

    /// <summary>One number a field, or all of them packed in one: protobuf readers take both.</summary>
    private bool ColumnTypes(ref WireReader r, uint tag, List<DataType> types)
    {
        if ((tag & 7) == WireReader.Varint0)
        {
            if (!r.Varint(out var raw)) return false;
            types.Add((DataType)unchecked((uint)raw));
        }
        else
        {
            if (!Nested(ref r, tag, out var packed)) return false;
            var inner = new WireReader(packed);
            while (!inner.AtEnd)
            {
                if (!inner.Varint(out var raw)) return r.Fail(inner.Fault);
                types.Add((DataType)unchecked((uint)raw));
                if (types.Count > limits.Elements) break;
            }
        }
        return types.Count <= limits.Elements || r.Fail(PayloadFault.TooManyElements);
    }

    private List<MetricValue?>? Row(ReadOnlySpan<byte> bytes)
    {
        var elements = new List<MetricValue?>();
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            MetricValue? element = null;
            var ok = tag >> 3 == 1 ? Nested(ref r, tag, out var inner) && Element(inner, out element) : r.Skip(tag);
            if (!ok) return Failed<List<MetricValue?>>(r.Fault);
            if (tag >> 3 != 1) continue;
            if (elements.Count >= limits.Elements) return Failed<List<MetricValue?>>(PayloadFault.TooManyElements);
            elements.Add(element);
        }
        return r.Fault == PayloadFault.None ? elements : Failed<List<MetricValue?>>(r.Fault);
    }

    private bool Element(ReadOnlySpan<byte> bytes, out MetricValue? value)
    {
        value = null;
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var field = tag >> 3;
            if (!(field is >= 1 and <= 6 ? Scalar(ref r, tag, field - 1, ref value) : r.Skip(tag))) break;
        }
        if (r.Fault == PayloadFault.None) return true;
        Failed<Payload>(r.Fault);
        return false;
    }

    private Template? Template(ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > limits.Depth) return Failed<Template>(PayloadFault.TooDeep);
        string? version = null, reference = null;
        bool? definition = null;
        var metrics = new List<Metric>();
        var parameters = new List<TemplateParameter>();
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var ok = (tag >> 3) switch
            {
                1 => Text(ref r, tag, ref version),
                2 => Nested(ref r, tag, out var inner) && Add(metrics, Metric(inner, depth)),
                3 => Nested(ref r, tag, out var inner) && Add(parameters, Parameter(inner)),
                4 => Text(ref r, tag, ref reference),
                5 => Flag(ref r, tag, ref definition),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<Template>(r.Fault);
        }
        if (r.Fault != PayloadFault.None) return Failed<Template>(r.Fault);
        return new() { Version = version, Reference = reference, IsDefinition = definition, Metrics = metrics, Parameters = parameters };
    }

    private TemplateParameter? Parameter(ReadOnlySpan<byte> bytes)
    {
        string? name = null;
        ulong? type = null;
        MetricValue? value = null;
        var r = new WireReader(bytes);
        while (r.Tag(out var tag))
        {
            var field = tag >> 3;
            var ok = field switch
            {
                1 => Text(ref r, tag, ref name),
                2 => Number(ref r, tag, ref type),
                >= 3 and <= 8 => Scalar(ref r, tag, field - 3, ref value),
                _ => r.Skip(tag),
            };
            if (!ok) return Failed<TemplateParameter>(r.Fault);
        }
        return r.Fault == PayloadFault.None ? new(name, Type(type), value) : Failed<TemplateParameter>(r.Fault);
    }
}
