namespace CityHub.Silo.Telemetry.SenMl;

/// <summary>A resolved record (RFC 8428, section 4.6): its full name, its absolute time, and one value.</summary>
/// <param name="Name">Base name and name, joined.</param>
/// <param name="Unit">The unit as the pack gives it; empty when it gives none.</param>
/// <param name="UnixMilliseconds">Absolute time.</param>
public readonly record struct SenMlRecord(string Name, string Unit, long UnixMilliseconds, SenMlKind Kind, double Number);

/// <summary>Which value field a record had.</summary>
public enum SenMlKind : byte
{
    /// <summary><c>v</c></summary>
    Number,

    /// <summary><c>vb</c>: 0 or 1 in <see cref="SenMlRecord.Number"/>.</summary>
    Boolean,

    /// <summary><c>vs</c>: a text; none of our quantities is one.</summary>
    Text,

    /// <summary><c>vd</c>: bytes; none of our quantities is that.</summary>
    Data,

    /// <summary><c>s</c> alone: a sum over time without a value.</summary>
    Sum,
}

/// <summary>Why a whole pack was refused. The clauses are those of RFC 8428.</summary>
public enum SenMlFault : byte
{
    None = 0,

    /// <summary>Not JSON, or JSON with a duplicate label in one record.</summary>
    NotJson,

    /// <summary>Not an array of at least one object (clause 5).</summary>
    NotAPack,

    /// <summary>A label of a wrong type (tables 1 and 4).</summary>
    WrongType,

    /// <summary>No value field, or more than one (clause 4.2).</summary>
    NotOneValue,

    /// <summary>The resolved name is empty, or has characters outside clause 4.5.1.</summary>
    BadName,

    /// <summary>A version above 10, or two different ones (clause 4.4).</summary>
    Version,

    /// <summary>A label that ends in '_', and must be understood (clause 4.4).</summary>
    MustUnderstand,

    /// <summary>More records than <see cref="SenMlPack.MaxRecords"/>.</summary>
    TooMany,
}
