namespace SmartCity.Sparkplug;

/// <summary>
/// A value as it stands on the wire: which of the union's fields, and what is in it. What the bits of <see cref="Int"/> and <see cref="Long"/>
/// mean is the datatype's matter: signed numbers are carried as two's complement in the unsigned fields (section 6.4.16).
/// </summary>
public abstract record MetricValue
{
    private MetricValue()
    {
    }

    /// <summary>Int8, Int16, Int32, UInt8, UInt16, UInt32.</summary>
    public sealed record Int(uint Bits) : MetricValue;

    /// <summary>Int64, UInt64, DateTime (Unix milliseconds).</summary>
    public sealed record Long(ulong Bits) : MetricValue;

    public sealed record Float(float Value) : MetricValue;

    public sealed record Double(double Value) : MetricValue;

    public sealed record Boolean(bool Value) : MetricValue;

    /// <summary>String, Text, UUID.</summary>
    public sealed record Text(string Value) : MetricValue;

    /// <summary>Bytes, File and all arrays (see <see cref="ArrayValue"/>).</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value) : MetricValue;

    public sealed record Table(DataSet Value) : MetricValue;

    public sealed record Structure(Template Value) : MetricValue;

    /// <summary>In properties only.</summary>
    public sealed record Properties(PropertySet Value) : MetricValue;

    /// <summary>In properties only.</summary>
    public sealed record PropertyList(IReadOnlyList<PropertySet> Value) : MetricValue;

    public static MetricValue Signed32(int value) => new Int(unchecked((uint)value));

    public static MetricValue Signed64(long value) => new Long(unchecked((ulong)value));

    /// <summary>The value as a number, if datatype and field both are numeric or boolean (true is 1). Counts over 2^53 lose their last digits.</summary>
    public bool TryGetNumber(DataType type, out double value)
    {
        var (field, bits) = this switch
        {
            Int v => (ValueField.Int, v.Bits),
            Long v => (ValueField.Long, v.Bits),
            Float v => (ValueField.Float, BitConverter.SingleToUInt32Bits(v.Value)),
            Double v => (ValueField.Double, BitConverter.DoubleToUInt64Bits(v.Value)),
            Boolean v => (ValueField.Boolean, v.Value ? 1ul : 0ul),
            _ => (ValueField.None, 0ul),
        };
        return TryNumber(type, field, bits, out value);
    }

    /// <summary>
    /// The number that bits of a wire field stand for. The field decides the coding, the datatype the sign and width: other people's clients
    /// send an Int64 in the 32-bit field or a Boolean as 0 and 1, and what they mean is plain.
    /// </summary>
    internal static bool TryNumber(DataType type, ValueField field, ulong bits, out double value)
    {
        value = 0;
        switch (field)
        {
            case ValueField.Double:
                value = BitConverter.UInt64BitsToDouble(bits);
                break;
            case ValueField.Float:
                value = BitConverter.UInt32BitsToSingle((uint)bits);
                break;
            case ValueField.Boolean:
                value = bits == 0 ? 0 : 1;
                break;
            case ValueField.Int or ValueField.Long:
                value = unchecked(type switch
                {
                    DataType.Int8 => (sbyte)bits,
                    DataType.Int16 => (short)bits,
                    DataType.Int32 => (int)bits,
                    DataType.Int64 when field == ValueField.Int => (int)bits,
                    DataType.Int64 => (long)bits,
                    DataType.UInt8 => (byte)bits,
                    DataType.UInt16 => (ushort)bits,
                    DataType.UInt32 => (uint)bits,
                    DataType.Boolean => bits == 0 ? 0 : 1,
                    _ => bits,
                });
                break;
            default:
                return false;
        }
        return DataTypes.IsNumeric(type);
    }
}
