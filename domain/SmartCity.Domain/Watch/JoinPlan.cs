using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>
/// Something computed from readings of one sample (equal stamps) of one sensor: a derived quantity, or the difference of two quantities whose rules
/// are counted from one another. Immutable.
/// </summary>
internal sealed class JoinPlan
{
    private readonly Term _value;
    private readonly Term? _reference;

    private JoinPlan(Quantity quantity, Quantity? reference, PlannedRule[] rules, Quantity[] inputs, Term value, Term? less)
    {
        (Quantity, Reference, Rules, Inputs, _value, _reference) = (quantity, reference, rules, inputs, value, less);
    }

    /// <summary>A quantity as it comes from the inputs: one of them, or a formula over some.</summary>
    private sealed record Term(DerivedQuantity? Formula, int[] Inputs, double Attribute)
    {
        public double Of(ReadOnlySpan<double> inputs)
        {
            if (Formula is null) return inputs[Inputs[0]];
            Span<double> own = stackalloc double[Inputs.Length];
            for (var i = 0; i < own.Length; i++) own[i] = inputs[Inputs[i]];
            return Formula.Compute(own, Attribute);
        }
    }

    /// <summary>What the rules look at; for a derived quantity, what it is.</summary>
    public Quantity Quantity { get; }

    /// <summary>What it is counted from; null: it is a derived quantity itself.</summary>
    public Quantity? Reference { get; }

    /// <summary>The rules on the difference; those on a derived quantity stand with the quantity.</summary>
    public PlannedRule[] Rules { get; }

    /// <summary>The measured quantities that it takes; the first one gives the order. At most <see cref="DerivedQuantity.MaxInputs"/> for each term.</summary>
    public Quantity[] Inputs { get; }

    /// <summary>Null when the quantity is measured and counted from nothing, or when a formula needs a number that the place does not carry.</summary>
    /// <param name="missing">The name of that number; empty when none is missing.</param>
    public static JoinPlan? Of(Quantity quantity, Quantity? reference, PlannedRule[] rules, IReadOnlyList<string> tags, out string missing)
    {
        missing = "";
        var inputs = new List<Quantity>();
        if (reference is null && DerivedQuantity.Find(quantity) is null) return null;
        if (TermOf(quantity, inputs, tags, ref missing) is not { } value) return null;
        if (reference is not { } from) return new(quantity, null, [], [.. inputs], value, null);
        return TermOf(from, inputs, tags, ref missing) is { } less ? new(quantity, from, rules, [.. inputs], value, less) : null;
    }

    /// <summary>Not a number when the formula does not hold for these inputs.</summary>
    public double Of(ReadOnlySpan<double> inputs) => _value.Of(inputs) - (_reference?.Of(inputs) ?? 0);

    private static Term? TermOf(Quantity quantity, List<Quantity> inputs, IReadOnlyList<string> tags, ref string missing)
    {
        var formula = DerivedQuantity.Find(quantity);
        if (formula is { Attribute.Length: > 0 } && Watch.Reference.Find(tags, formula.Attribute) is null)
        {
            missing = formula.Attribute;
            return null;
        }
        Quantity[] own = formula is null ? [quantity] : [.. formula.Inputs];
        foreach (var input in own)
        {
            if (!inputs.Contains(input)) inputs.Add(input);
        }
        var attribute = formula is { Attribute.Length: > 0 } ? Watch.Reference.Find(tags, formula.Attribute) ?? 0 : 0;
        return new(formula, Array.ConvertAll(own, input => inputs.IndexOf(input)), attribute);
    }
}
