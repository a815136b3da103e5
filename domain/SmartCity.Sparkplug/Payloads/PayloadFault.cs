namespace SmartCity.Sparkplug;

/// <summary>Why bytes are not a Sparkplug B payload that we take. None of these is ever an exception.</summary>
public enum PayloadFault : byte
{
    None = 0,

    /// <summary>The bytes end within a field.</summary>
    Truncated,

    /// <summary>A varint of more than 64 bits.</summary>
    BadVarint,

    /// <summary>A field number of zero or past 2^29, or a wire type that protobuf does not have.</summary>
    BadTag,

    /// <summary>A field we know, coded as another wire type than the standard's.</summary>
    WrongWireType,

    /// <summary>Text that is not UTF-8.</summary>
    BadText,

    /// <summary>Over <see cref="PayloadLimits.Bytes"/>.</summary>
    TooLarge,

    /// <summary>Over <see cref="PayloadLimits.Metrics"/>.</summary>
    TooManyMetrics,

    /// <summary>Over <see cref="PayloadLimits.Elements"/> properties, rows, columns or parameters in one list.</summary>
    TooManyElements,

    /// <summary>Templates or property sets nested over <see cref="PayloadLimits.Depth"/>.</summary>
    TooDeep,

    /// <summary>A text over <see cref="PayloadLimits.TextBytes"/>.</summary>
    TextTooLong,

    /// <summary>A property set whose keys and values are not of the same number.</summary>
    UnevenProperties,

    /// <summary>A data set whose columns, types and rows do not fit each other.</summary>
    UnevenDataSet,
}

/// <summary>What a payload from outside may be at most.</summary>
/// <param name="Bytes">Length of the whole payload.</param>
/// <param name="Metrics">Metrics of one payload, those within templates included.</param>
/// <param name="Elements">Properties, rows, columns or parameters of one list.</param>
/// <param name="Depth">Nesting of templates and property sets.</param>
/// <param name="TextBytes">UTF-8 bytes of one text.</param>
public sealed record PayloadLimits(int Bytes, int Metrics, int Elements, int Depth, int TextBytes)
{
    /// <summary>1 MiB, 10,000 metrics, 10,000 elements, 8 levels, 64 KiB.</summary>
    public static readonly PayloadLimits Default = new(1 << 20, 10_000, 10_000, 8, 1 << 16);
}
