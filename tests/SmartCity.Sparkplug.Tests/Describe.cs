using System.Collections;
using System.Globalization;
using System.Reflection;

namespace SmartCity.Sparkplug.Tests;

/// <summary>Any value as text, all of its public properties told: two values are the same when their texts are.</summary>
internal static class Describe
{
    public static string Value(object? value) => value switch
    {
        null => "-",
        string text => $"'{text}'",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        float number => BitConverter.SingleToUInt32Bits(number).ToString("x8"),
        double number => BitConverter.DoubleToUInt64Bits(number).ToString("x16"),
        Enum or bool => value.ToString()!,
        IFormattable number when value.GetType().IsPrimitive => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Value))}]",
        _ => $"{value.GetType().Name}{{{string.Join(", ", value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.Name != "EqualityContract").Select(p => $"{p.Name}: {Value(p.GetValue(value))}"))}}}",
    };
}
