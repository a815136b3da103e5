namespace SmartCity.Sparkplug;

/// <summary>Datatypes of Sparkplug 3.0, section 6.4.16, by their numbers. A number that is not here is kept as it came.</summary>
public enum DataType : uint
{
    Unknown = 0,
    Int8 = 1,
    Int16 = 2,
    Int32 = 3,
    Int64 = 4,
    UInt8 = 5,
    UInt16 = 6,
    UInt32 = 7,
    UInt64 = 8,
    Float = 9,
    Double = 10,
    Boolean = 11,
    String = 12,
    DateTime = 13,
    Text = 14,
    Uuid = 15,
    DataSet = 16,
    Bytes = 17,
    File = 18,
    Template = 19,
    PropertySet = 20,
    PropertySetList = 21,
    Int8Array = 22,
    Int16Array = 23,
    Int32Array = 24,
    Int64Array = 25,
    UInt8Array = 26,
    UInt16Array = 27,
    UInt32Array = 28,
    UInt64Array = 29,
    FloatArray = 30,
    DoubleArray = 31,
    BooleanArray = 32,
    StringArray = 33,
    DateTimeArray = 34,
}

public static class DataTypes
{
    /// <summary>Int8 to UInt64, Float, Double, Boolean: what can stand for one number.</summary>
    public static bool IsNumeric(DataType type) => type is >= DataType.Int8 and <= DataType.Boolean;

    /// <summary>The wire field that the standard gives this datatype in a metric; null for a number the standard does not have.</summary>
    public static ValueField? FieldOf(DataType type) => type switch
    {
        >= DataType.Int8 and <= DataType.Int32 or >= DataType.UInt8 and <= DataType.UInt32 => ValueField.Int,
        DataType.Int64 or DataType.UInt64 or DataType.DateTime => ValueField.Long,
        DataType.Float => ValueField.Float,
        DataType.Double => ValueField.Double,
        DataType.Boolean => ValueField.Boolean,
        DataType.String or DataType.Text or DataType.Uuid => ValueField.Text,
        DataType.DataSet => ValueField.DataSet,
        DataType.Bytes or DataType.File => ValueField.Bytes,
        DataType.Template => ValueField.Template,
        >= DataType.Int8Array and <= DataType.DateTimeArray => ValueField.Bytes,
        _ => null,
    };
}

/// <summary>Which member of a metric's value union is on the wire.</summary>
public enum ValueField : byte
{
    None = 0,
    Int,
    Long,
    Float,
    Double,
    Boolean,
    Text,
    Bytes,
    DataSet,
    Template,
    Properties,
    PropertyList,
}
